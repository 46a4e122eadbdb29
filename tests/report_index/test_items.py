"""Item analysis: held against numpy, worked examples, and simulated classes."""

import math

import numpy as np
import pytest

from kireji.report_index.items import Flag, discrimination, interval, item_analysis
from tests.report_index.made_up import empty_index, record


def classroom(tmp_path, table: dict[str, str]):
    """An index of a class. table: {test: "1" or "0" for each student, in order}"""
    index = empty_index(tmp_path)
    for place in range(len(next(iter(table.values())))):
        fractions = {test: float(marks[place]) for test, marks in table.items()}
        record(index, f"s{place:02}", fractions)
    return index


def by_test(analysis):
    return {item.test: item for item in analysis if item.test}


def test_share_passed_and_mean_of_a_worked_example(tmp_path) -> None:
    index = empty_index(tmp_path)
    for student, fraction in zip("abcd", (1, 1, 0.5, 0), strict=True):
        record(index, student, {"t": fraction, "u": 1.0})
    found = by_test(item_analysis(index, "one"))
    assert (found["t"].share_passed, found["t"].mean) == (0.5, 0.625)
    assert (found["u"].share_passed, found["u"].discrimination) == (1.0, None)


def test_discrimination_leaves_the_item_out(tmp_path) -> None:
    table = {"t": "11010010", "u": "11100100", "v": "11011000"}
    marks = {name: np.array([float(mark) for mark in row]) for name, row in table.items()}
    found = by_test(item_analysis(classroom(tmp_path, table), "one"))
    for name, own in marks.items():
        rest = sum(other for other_name, other in marks.items() if other_name != name)
        assert found[name].discrimination == pytest.approx(np.corrcoef(own, rest)[0, 1])


def test_discrimination_is_the_point_biserial_correlation() -> None:
    passed = np.array([1, 1, 0, 1, 0, 0, 1, 0, 1, 1])
    rest = np.array([9, 7, 3, 8, 4, 6, 5, 2, 9, 4])
    share = passed.mean()
    by_definition = (
        (rest[passed == 1].mean() - rest[passed == 0].mean())
        / rest.std()
        * math.sqrt(share * (1 - share))
    )
    assert discrimination(passed, rest) == pytest.approx(by_definition)


@pytest.mark.parametrize(
    ("fractions", "rest"),
    [([1, 1, 1, 1], [1, 2, 3, 4]), ([1, 0, 1, 0], [2, 2, 2, 2]), ([1, 0, 1], [1, 2, 3])],
    ids=["all pass", "all others equal", "three students"],
)
def test_discrimination_that_is_not_defined(fractions, rest) -> None:
    assert discrimination(fractions, rest) is None


def test_interval_of_a_textbook_example() -> None:
    # r = 0.5 with n = 28: z = 0.5493, standard error 0.2, so z from 0.1573 to 0.9413
    low, high = interval(0.5, 28)
    assert (low, high) == pytest.approx((math.tanh(0.1573), math.tanh(0.9413)), abs=1e-3)


def test_intervals_grow_as_classes_shrink() -> None:
    widths = [high - low for low, high in (interval(0.4, n) for n in (4, 10, 30, 300))]
    assert widths == sorted(widths, reverse=True)
    assert all(-1 <= bound <= 1 for n in (4, 5, 10) for bound in interval(0.9, n))


@pytest.mark.parametrize("students", [12, 30])
def test_intervals_hold_in_simulated_classes(students) -> None:
    rng = np.random.default_rng(7)
    cut, size = 0.0, 200_000

    def draw(count):
        ability = rng.normal(size=count)
        return (ability + rng.normal(size=count) > cut).astype(float), ability

    truth = discrimination(*draw(size))
    held = tried = 0
    for _ in range(1500):
        found = discrimination(*draw(students))
        if found is not None:
            low, high = interval(found, students)
            tried, held = tried + 1, held + (low <= truth <= high)
    assert 0.92 <= held / tried <= 0.98


def test_a_test_that_nobody_passes_is_flagged(tmp_path) -> None:
    found = by_test(item_analysis(classroom(tmp_path, {"t": "0000", "u": "1010"}), "one"))
    assert found["t"].flags == (Flag.NOBODY_PASSES,)
    assert found["u"].flags == ()


def test_a_test_that_good_students_fail_is_flagged(tmp_path) -> None:
    table = {"t": "000000111111", "u": "111111000000", "v": "111110100000", "w": "111101000000"}
    found = by_test(item_analysis(classroom(tmp_path, table), "one"))
    assert found["t"].flags == (Flag.GOOD_STUDENTS_FAIL,)
    assert found["t"].high < 0
    assert all(found[name].flags == () for name in "uvw")


def test_a_task_adds_up_its_tests(tmp_path) -> None:
    from kireji.report_index.writer import KeptReport
    from tests.report_index.made_up import MONDAY, made_up_report, made_up_test

    index = empty_index(tmp_path)
    for student, (one, two, other) in {"a": (1, 1, 1), "b": (1, 0, 0)}.items():
        report = made_up_report(
            {
                "a": (6.0, [made_up_test("t1", one, weight=2), made_up_test("t2", two)]),
                "b": (4.0, [made_up_test("t3", other)]),
            }
        )
        index.record(KeptReport(report, student, MONDAY))
    found = item_analysis(index, "one")
    assert [(item.cell, item.test) for item in found] == [
        ("a", ""),
        ("a", "t1"),
        ("a", "t2"),
        ("b", ""),
        ("b", "t3"),
    ]
    task = found[0]
    assert (task.max_points, task.share_passed) == (6.0, 0.5)
    assert task.mean == pytest.approx((6 + 4) / 2 / 6)


def test_an_assignment_without_attempts_has_no_items(tmp_path) -> None:
    assert item_analysis(empty_index(tmp_path), "one") == []
