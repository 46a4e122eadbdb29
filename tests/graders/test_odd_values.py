"""Odd values get a message, never full marks, and never break a hidden test: whatever every
function of a notebook returns."""

from typing import NamedTuple

import pytest

from tests.graders.bench import grade
from tests.graders.ex3_classification.counted_classifiers import classifiers
from tests.graders.ex3_classification.solution import IMPORTS

ODD = {
    "nothing": "None",
    "text": "'a tensor'",
    "a nested list": "[[[1.0, [2.0]], 'x']]",
    "NaN": "torch.full(SHAPE, float('nan'))",
    "not a number": "float('nan')",
    "infinity": "torch.full(SHAPE, float('inf'))",
    "huge": "torch.full(SHAPE, 1e308, dtype=torch.float64)",
    "negative": "torch.full(SHAPE, -1)",
    "complex": "torch.zeros(SHAPE, dtype=torch.complex64)",
    "bool": "torch.ones(SHAPE, dtype=torch.bool)",
    "sparse": "torch.eye(3).to_sparse()",
    "meta": "torch.ones(SHAPE, device='meta')",
    "scalar that broadcasts": "torch.tensor(1.0)",
    "empty": "torch.zeros(0)",
    "a pair of nothing": "(None, None)",
    "a triple": "(torch.ones(SHAPE), torch.ones(SHAPE), torch.ones(SHAPE))",
    "a pair of ones": "(torch.ones(SHAPE), torch.ones(SHAPE))",
    "a module": "torch",
    "an endless list": "(lambda x: (x.append(x), x)[1])([])",
}
# of the other assignments: the hidden tests share `expect`
FEW = ("nothing", "text", "NaN", "complex", "a pair of ones", "an endless list")
CODE = """
import torch
from torch import nn
SHAPE = (2, 3, 5)

def odd(*args, **kwargs):
    return {value}

class Odd(nn.Module):
    sizes = lambda self, *args: dict(
        W_query=nn.Linear(4, 7, bias=False),
        W_key=nn.Linear(6, 7, bias=False),
        v=nn.Linear(7, 1, bias=False),
    )

    def __init__(self, *args, **kwargs):
        super().__init__()
        for name, layer in self.sizes(*args).items():
            setattr(self, name, layer)

    def forward(self, *args, **kwargs):
        return odd()

"""


class Names(NamedTuple):
    """What an assignment asks for: names of functions, of classes, and of the models, if these are
    odd as well.

    parts: {class: its layers}, where the hidden tests load weights before they call; earned: tests
    that look at these layers alone."""

    functions: str
    classes: str = ""
    models: str = ""
    parts: dict[str, str] = {}
    earned: frozenset[str] = frozenset()


ASSIGNMENTS = {
    "ex1_translation": Names(
        "padding_mask sequence_loss train_step greedy_decode beam_decode sequence_score translate"
        " align",
        "AdditiveAttention Encoder AttentionDecoder",
        "model",
    ),
    "ex2_mechanisms": Names(
        "dot_product_attention scaled_dot_product_attention gaussian_window causal_mask"
        " positional_encoding softmax_gradient_norm build_attention predict compare plot_accuracy",
        "GeneralAttention LocationAttention SelfAttention MultiHeadAttention",
        "models",
        {
            "GeneralAttention": "lambda self, d_q, d_k: dict(W=nn.Linear(d_k, d_q, bias=False))",
            "LocationAttention": (
                "lambda self, d_q, longest: dict(W=nn.Linear(d_q, longest, bias=False))"
            ),
            "SelfAttention": (
                "lambda self, d, d_k: {name: nn.Linear(d, d_k, bias=False) for name in ('W_q',"
                " 'W_k', 'W_v')}"
            ),
            "MultiHeadAttention": (
                "lambda self, d, H: {name: nn.Linear(d, d) for name in ('W_q', 'W_k', 'W_v',"
                " 'W_o')}"
            ),
        },
    ),
    "ex3_classification": Names(
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
    ),
    "ex4_visualization": Names(
        "plot_attention plot_heads attention_entropy attention_distance hard_alignment"
        " alignment_error_rate attention_rollout classify_pattern watch_training plot_moments"
        " prediction_change"
    ),
}


def submission(assignment: str, value: str) -> str:
    """Code in which everything that is asked for is there and gives `value`."""
    names = ASSIGNMENTS[assignment]
    lines = [f"{name} = odd" for name in names.functions.split()] + [
        f"class {name}(Odd): pass" for name in names.classes.split()
    ]
    lines += [f"{name}.sizes = {layers}" for name, layers in names.parts.items()] + [
        f"{name} = Odd()" for name in names.models.split()
    ]
    # its models answer; its functions do not
    trained = f"{IMPORTS}\n{classifiers()}" if assignment == "ex3_classification" else ""
    return trained + CODE.replace("{value}", value) + "\n".join(lines)


@pytest.mark.parametrize(
    ("assignment", "value"),
    [
        (assignment, value)
        for assignment in ASSIGNMENTS
        for value in (ODD if assignment == "ex1_translation" else FEW)
    ],
)
def test_odd_values_earn_nothing(assignment, value):
    tests = [
        test
        for tests in grade(assignment, submission(assignment, ODD[value])).values()
        for test in tests
        if test.name not in ASSIGNMENTS[assignment].earned
    ]
    assert {test.name: test.fraction for test in tests if test.fraction} == {}
    assert {test.status for test in tests} <= {"failed", "error"}, {
        test.name: test.message for test in tests
    }
    assert all(test.message for test in tests)
