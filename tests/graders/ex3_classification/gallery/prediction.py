"""Wrong variants of the task `prediction`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.ex3_classification.edits import IN_TRAINING
from tests.graders.galleries import of

PREDICTION = of(
    "prediction",
    (
        "labels exchanged",
        "[LABELS[number] for number in class_probabilities(model, texts)",
        "[LABELS[1 - number] for number in class_probabilities(model, texts)",
        "test_accuracy",
        "the other label",
    ),
    (
        "always the same",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return ['positive' for text in texts]",
        "test_macro_f1",
        "another label than the trained",
    ),
    (
        "numbers",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return class_probabilities(model, texts).argmax(dim=-1).tolist()",
        "test_accuracy",
        "negative",
    ),
    (
        "one label for all",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return [LABELS[int(class_probabilities(model, texts).mean(0).argmax())]]",
        "test_accuracy",
        "1 labels",
    ),
    (
        "fails without texts",
        "    classifier.eval()\n    probabilities = torch.zeros",
        (
            "    encode_sources(texts, vocabulary)\n    classifier.eval()\n    probabilities ="
            " torch.zeros"
        ),
        "test_no_texts_and_empty_texts",
        "",
    ),
    (
        "the baseline predicts",
        "class_probabilities(model, texts).argmax",
        "class_probabilities(baseline, texts).argmax",
        "test_accuracy",
        "another label than the trained",
    ),
    (
        "naive Bayes in the model's place",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        (
            "return [LABELS[sum(float(polarity[i]) for i in vocabulary.encode(tokenize(text))) > 0]"
            " for text in texts]"
        ),
        "test_accuracy",
        "another label than the trained",
    ),
    (
        "no eval mode",
        "    classifier.eval()\n",
        "",
        "test_answers_without_dropout",
        "classifier.eval() first",
    ),
    (
        "training mode",
        "    classifier.eval()\n",
        "    classifier.train()\n",
        "test_answers_without_dropout",
        "dropout",
    ),
    (
        "not trained",
        IN_TRAINING,
        "model = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)",
        "test_accuracy",
        "do not belong together",
    ),
)

SORTED = "probabilities[part] = torch.softmax(logits, dim=-1)"

# what looks through class_probabilities fails with it: these may lose points in other tasks, too
WINDOW = of(
    "prediction",
    (
        "logits",
        SORTED,
        "probabilities[part] = logits",
        "test_probabilities",
        "softmax over the classes",
    ),
    (
        "rows not put back",
        SORTED,
        "probabilities[start : start + 100] = torch.softmax(logits, dim=-1)",
        "test_probabilities",
        "order",
    ),
    (
        "softmax over the texts",
        SORTED,
        "probabilities[part] = torch.softmax(logits, dim=0)",
        "test_probabilities",
        "sum to 1",
    ),
)
