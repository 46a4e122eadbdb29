"""The rows that `compare` returns: read, and held against what was measured again."""

import math
from typing import Any

from kireji.testing import expect
from kireji.testing.expect import Diagnosis

Key = tuple[str, str, int]
# Reported on at least 200 sequences and measured on 200 others: four standard errors of the
# difference, about.
TOLERANCE = 0.09


def read(result: Any) -> dict[Key, float]:
    """{(mechanism, task, length): accuracy}. Rows may be tuples, lists or dicts with these names.
    Mistake for anything else."""
    expect.true(
        isinstance(result, (list, tuple)) and len(result) > 0,
        f"compare() should return a list of rows, and returned {expect.kind(result)}.",
    )
    reported: dict[Key, float] = {}
    for number, row in enumerate(result):
        if isinstance(row, dict):
            row = [row.get(name) for name in ("mechanism", "task", "length", "accuracy")]
        mechanism, task, length, accuracy = expect.returns(
            row, "mechanism", "task", "length", "accuracy"
        )
        expect.true(
            isinstance(mechanism, str) and isinstance(task, str),
            f"Row {number}: mechanism and task should be text, in this order.",
        )
        length = expect.number(length, f"the length in row {number}")
        accuracy = expect.number(accuracy, f"the accuracy in row {number}")
        expect.true(
            0 <= accuracy <= 1,
            f"Row {number}: the accuracy is {accuracy:.4g}; it should be a share between 0 and 1, "
            "not a percentage or a count.",
        )
        key = (mechanism, task, int(length))
        expect.true(key not in reported, f"There are two rows for {key}.")
        reported[key] = accuracy
    return reported


def agree(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE


def named_mistake(
    reported: dict[Key, float], measured: dict[Key, float], whole: dict[Key, float]
) -> Diagnosis | None:
    """What explains rows that were not found again, if it is something known."""
    keys = [key for key in measured if key in reported]
    wrong = [key for key in keys if not agree(reported[key], measured[key])]
    if len(wrong) <= len(keys) / 10:
        return None

    def explains(value) -> bool:
        return all(agree(reported[key], value(key)) for key in keys)

    longest = max(length for *_, length in keys)
    shortest = min(length for *_, length in keys)
    if explains(lambda key: whole[key]):
        return Diagnosis(
            "whole_sequences_counted",
            "whole sequences are counted as right or wrong: accuracy is the share of single"
            " answers",
        )
    if explains(lambda key: 1 - measured[key]):
        return Diagnosis("wrong_answers_counted", "wrong answers are counted, not right ones")
    for at, word in ((shortest, "shortest"), (longest, "longest")):
        if explains(lambda key: measured.get((*key[:2], at), math.nan)):
            return Diagnosis(
                "one_length_measured",
                f"every length was measured on sequences of the {word} one",
            )
    if len({round(reported[key], 6) for key in keys}) == 1:
        return Diagnosis(
            "accuracies_not_measured", "all accuracies are the same number: they were not measured"
        )
    if all(reported[key] >= 0.999 for key in wrong):
        return Diagnosis(
            "accuracies_of_one", "accuracies of 1 are reported that the models do not have"
        )
    return None
