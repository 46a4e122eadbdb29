"""The page of submissions that are alike."""

from datetime import UTC, datetime

import pytest
from starlette.testclient import TestClient

from kireji import runs
from kireji.copies import kept
from kireji.copies.look import AlikePair, Comparison
from kireji.hub.desk_service import PREFIX
from kireji.runs import RunKind
from tests.desk.forms import post
from tests.desk.small_class import HOSTILE, SmallClass

ADDRESS = f"{PREFIX}assignments/toy/copies"
PAIRS = (
    AlikePair("alice", "bob", "code", 0.876, f"renamed {HOSTILE}"),
    AlikePair("bob", "carol", "toy.safetensors", 1.0, "the same file"),
)


def found(*pairs: AlikePair) -> Comparison:
    return Comparison("toy", ("alice", "bob", "carol"), pairs, {}, {"dan": f"odd {HOSTILE}"})


@pytest.fixture
def compared(small_class: SmallClass) -> SmallClass:
    kept.keep(small_class.course, found(*PAIRS), "<!doctype html><p>side by side</p>")
    return small_class


def test_what_was_found_is_kept(small_class: SmallClass) -> None:
    begun = datetime.now(UTC)
    assert kept.read(small_class.course, "toy") is None
    kept.keep(small_class.course, found(*PAIRS), "page")
    read = kept.read(small_class.course, "toy")
    assert (read.pairs, read.compared, list(read.skipped)) == (PAIRS, 3, ["dan"])
    assert begun <= read.at <= datetime.now(UTC)
    assert kept.page_of(small_class.course, "toy").read_text() == "page"


def test_a_pair_that_was_looked_at_is_not_new_again(compared: SmallClass) -> None:
    assert kept.mark_seen(compared.course, "toy") == 2
    third = AlikePair("alice", "carol", "code", 0.9, "the same order")
    kept.keep(compared.course, found(*PAIRS, third), "page")
    assert kept.read(compared.course, "toy").new == (third,)


def test_a_damaged_file_asks_for_another_comparison(compared: SmallClass) -> None:
    (compared.course.var / "copies" / "toy.json").write_text('{"pairs": 3')
    assert kept.read(compared.course, "toy") is None


def test_without_a_comparison_the_page_offers_one(
    instructor: TestClient, small_class: SmallClass
) -> None:
    assert "were not compared yet" in instructor.get(ADDRESS).text
    assert instructor.get(f"{ADDRESS}/code").status_code == 404
    assert instructor.get(f"{PREFIX}api/assignments/toy/copies").json() is None
    post(instructor, "assignments/toy/copies/compare")
    (run,) = runs.list_runs(small_class.course)
    assert (run.kind, run.assignments) == (RunKind.COMPARE, ("toy",))


def test_the_pairs_and_their_code_are_shown(instructor: TestClient, compared: SmallClass) -> None:
    page = instructor.get(ADDRESS).text
    assert "87 %" in page and "the same file" in page and "Not compared" in page
    assert HOSTILE not in page
    code = instructor.get(f"{ADDRESS}/code")
    assert "side by side" in code.text and "sandbox" in code.headers["content-security-policy"]
    listed = instructor.get(f"{PREFIX}api/assignments/toy/copies").json()
    assert [(pair["one"], pair["other"]) for pair in listed["pairs"]] == [
        ("alice", "bob"),
        ("bob", "carol"),
    ]


def test_the_overview_names_them_until_they_are_seen(
    instructor: TestClient, compared: SmallClass
) -> None:
    assert "Compare 2 pairs" in instructor.get(PREFIX).text
    post(instructor, "assignments/toy/copies/seen")
    assert "Compare 2 pairs" not in instructor.get(PREFIX).text
    assert "looked at copies" in (compared.course.var / "audit" / "audit.jsonl").read_text()


def test_grading_everybody_looks_for_copies(
    instructor: TestClient, small_class: SmallClass
) -> None:
    post(instructor, "assignments/toy/many", {"action": "grade", "everybody": "true"})
    assert [run.kind for run in runs.list_runs(small_class.course)] == [
        RunKind.COMPARE,
        RunKind.GRADE,
    ]
