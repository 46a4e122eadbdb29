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
        "always the baseline",
        "class_probabilities(classifier, [bury",
        "class_probabilities(baseline, [bury",
        "test_report_is_what_is_so",
        "`baseline` is asked",
    ),
    (
        "always model",
        "class_probabilities(classifier, [bury",
        "class_probabilities(model, [bury",
        "test_report_is_what_is_so",
        "`model` is asked, whichever classifier is given",
    ),
    (
        "one sentence too many",
        "[bury(text, k) for",
        "[bury(text, k + 1) for",
        "test_report_is_what_is_so",
        "one sentence too many",
    ),
    (
        "always the first k",
        "[bury(text, k) for",
        "[bury(text, ks[0]) for",
        "test_report_is_what_is_so",
        "that of the first k for every k",
    ),
    (
        "argmin",
        "probabilities.argmax(dim=-1).tolist()]\n        accuracies",
        "probabilities.argmin(dim=-1).tolist()]\n        accuracies",
        "test_report_is_what_is_so",
        "the less likely class",
    ),
    (
        "divided by the number of ks",
        "/ len(texts))\n    return accuracies",
        "/ len(ks))\n    return accuracies",
        "test_report_is_what_is_so",
        "divided by the number of values in ks",
    ),
    (
        "rounded",
        "/ len(texts))\n    return accuracies",
        "/ len(texts))\n    return [round(one, 1) for one in accuracies]",
        "test_report_is_what_is_so",
        "rounded to one decimal",
    ),
    (
        "half of the texts",
        "[bury(text, k) for text in texts]",
        "[bury(text, k) for text in texts[: len(texts) // 2]]",
        "test_report_is_what_is_so",
        "accuracies",
    ),
    (
        "long_model untrained",
        IN_TRAINING,
        "long_model = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)",
        "test_attention_reads_long_texts",
        "do not belong together",
    ),
)
