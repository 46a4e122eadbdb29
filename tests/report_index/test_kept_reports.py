"""The index is made again from what a course keeps."""

import json

import pytest

from kireji.course.layout import Course
from kireji.course.notebook_metadata import REPORT
from kireji.report_index.kept_reports import kept_reports
from tests.report_index.made_up import made_up_report, made_up_test
from tests.support.separate_process import result_of


@pytest.fixture(scope="module")
def rebuilt(tmp_path_factory):
    return result_of("tests.report_index.rebuilt", tmp_path_factory.mktemp("rebuilt"))


def test_grading_records_every_attempt_where_the_best_counts(rebuilt) -> None:
    recorded = [row[:5] for row in rebuilt["recorded"]]
    assert recorded == [
        ["alice", 1, 6.0, 20.0, False],
        ["alice", 2, 16.0, 20.0, True],
        ["alice", 3, 10.0, 20.0, False],
        ["bob", 1, 6.0, 20.0, True],
    ]


def test_a_lost_index_is_made_again_as_it_was(rebuilt) -> None:
    assert rebuilt["empty"] == []
    assert rebuilt["rebuilt"] == rebuilt["recorded"]
    assert rebuilt["told"] == []


def test_a_damaged_index_does_not_stop_grading(rebuilt) -> None:
    assert rebuilt["points without an index"] == 9


def test_a_notebook_without_a_report_is_told(tmp_path) -> None:
    for student, metadata in {
        "ada": {REPORT: made_up_report({"a": (1.0, [made_up_test("t")])}).as_dict()},
        "bob": {REPORT: {"cells": 3}},
        "eve": {},
    }.items():
        folder = tmp_path / "autograded" / student / "one"
        folder.mkdir(parents=True)
        (folder / "one.ipynb").write_text(json.dumps({"metadata": metadata}))
        (folder / "timestamp.txt").write_text("2026-10-05 12:00:00.000000 UTC\n")
    (tmp_path / "source" / "one").mkdir(parents=True)
    (tmp_path / "source" / "one" / "one.ipynb").write_text("{}")
    told: list[str] = []
    (kept,) = kept_reports(Course(tmp_path), told.append)
    assert (kept.student, kept.counts, str(kept.came)) == ("ada", True, "2026-10-05 12:00:00+00:00")
    assert told == [
        "autograded/bob/one/one.ipynb has no report that can be read: grade it again.",
        "autograded/eve/one/one.ipynb has no report that can be read: grade it again.",
    ]
