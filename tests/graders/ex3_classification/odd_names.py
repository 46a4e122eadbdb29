"""What the hidden tests of this assignment call, for tests/graders/test_odd_values.py."""

from tests.graders.ex3_classification.counted_classifiers import classifiers
from tests.graders.ex3_classification.solution import IMPORTS
from tests.graders.odd_names import OddNames

NAMES = OddNames(
    "train_epoch train_and_select class_probabilities predict accuracy_against_k attend"
    " top_tokens plot_text",
    "AttentionPooling AttentionClassifier",
    "",
    {
        "AttentionPooling": (
            "lambda self, hidden, size: dict(W=nn.Linear(hidden, size), v=nn.Linear(size, 1,"
            " bias=False))"
        )
    },
    frozenset({"test_parameters_have_their_names"}),
    # its models answer; its functions do not
    before=lambda: f"{IMPORTS}\n{classifiers()}",
)
