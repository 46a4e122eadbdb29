"""Wrong variants of the task `long_texts`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.ex3_classification.edits import IN_TRAINING
from tests.graders.galleries import of

LONG = of(
    "long_texts",
    (
        "not buried",
        "class_probabilities(classifier, [bury(text, k) for text in texts])",
        "class_probabilities(classifier, texts)",
        "test_report_is_what_is_so",
        "bury(text, k) is missing",
    ),
    (
        "per cent",
        "/ len(texts))\n    return accuracies",
        "/ len(texts) * 100)\n    return accuracies",
        "test_report_is_what_is_so",
        "per cent",
    ),
    (
        "errors",
        "sum(one == other for",
        "sum(one != other for",
        "test_report_is_what_is_so",
        "wrong answers",
    ),
    (
        "counts",
        "zip(predicted, labels)) / len(texts))",
        "zip(predicted, labels)))",
        "test_report_is_what_is_so",
        "number of right answers",
    ),
    (
        "sorted",
        "    return accuracies\n",
        "    return [accuracies[i] for i in sorted(range(len(ks)), key=ks.__getitem__)]\n",
        "test_report_is_what_is_so",
        "another order",
    ),
    (
        "one number",
        "    return accuracies\n",
        "    return sum(accuracies) / len(ks)\n",
        "test_report_is_what_is_so",
        "list",
    ),
    (
        "always the model it was not given",
        "class_probabilities(classifier, [bury",
        "class_probabilities(baseline, [bury",
        "test_report_is_what_is_so",
        "given classifier",
    ),
    (
        "long_model untrained",
        IN_TRAINING,
        "long_model = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)",
        "test_attention_reads_long_texts",
        "ex3_classification_long.safetensors",
    ),
    (
        "long_model looks at everything alike",
        IN_TRAINING,
        "long_model = Counting(polarity, 0.0); long_baseline = long_model",
        "test_attention_beats_the_last_state",
        "no points",
    ),
)
