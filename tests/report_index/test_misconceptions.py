"""Misconceptions: who made which mistake, and who mended it."""

from kireji.report_index.misconceptions import misconceptions
from tests.report_index.made_up import empty_index, record


def history(tmp_path):
    index = empty_index(tmp_path)
    wrong = {"t": 0.0, "u": 1.0}
    # ada mends it at her third attempt, bob never does, eve makes another mistake once
    record(index, "ada", wrong, 0, {"t": "mask_after_softmax"})
    record(index, "ada", wrong, 1, {"t": "mask_after_softmax"})
    record(index, "ada", wrong, 2)
    record(index, "bob", wrong, 0, {"t": "mask_after_softmax"})
    record(index, "eve", {"t": 1.0, "u": 0.0}, 0, {"u": "own_mistake"})
    return index


def test_students_and_who_mended_it_when(tmp_path) -> None:
    first, second = misconceptions(history(tmp_path), "one")
    assert (first.diagnosis, first.students) == ("mask_after_softmax", ["ada", "bob"])
    assert (first.now, first.mended, first.cells) == (["bob"], {"ada": 3}, ["t"])
    assert (second.diagnosis, second.students, second.mended) == ("own_mistake", ["eve"], {})


def test_a_mistake_that_comes_back_is_not_mended(tmp_path) -> None:
    index = empty_index(tmp_path)
    for hours, diagnosis in enumerate(["d", "", "d"]):
        record(index, "ada", {"t": 0.0}, hours, {"t": diagnosis})
    (found,) = misconceptions(index, "one")
    assert found.mended == {} and found.now == ["ada"]


def test_names_come_from_the_courses_file(tmp_path) -> None:
    index = history(tmp_path)
    hidden_tests = tmp_path / "graders" / "one"
    hidden_tests.mkdir(parents=True)
    (hidden_tests / "diagnoses.toml").write_text(
        '[mask_after_softmax]\nname = "Too late"\nsentence = "Say it."\n'
    )
    first, second = misconceptions(index, "one")
    assert (first.name, first.sentence) == ("Too late", "Say it.")
    assert (second.name, second.sentence) == ("Own mistake", "")


def test_no_mistakes_no_misconceptions(tmp_path) -> None:
    index = empty_index(tmp_path)
    record(index, "ada", {"t": 1.0})
    assert misconceptions(index, "one") == []
