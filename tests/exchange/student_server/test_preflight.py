"""Before handing in: what goes in, and what is missing or odd."""

import json
import os
import struct
import time

import pytest

from tests.exchange.student_server.conftest import TOY, toy_cells, write


def checkpoint(path, **metadata: str) -> None:
    header = json.dumps({"__metadata__": metadata}).encode()
    path.write_bytes(struct.pack("<Q", len(header)) + header)


def answered() -> list[dict]:
    cells = toy_cells()
    for cell in cells:
        if "NotImplementedError" in cell["source"]:
            cell["source"] = cell["source"].replace("raise NotImplementedError()", "return 1")
        if cell["source"] == "YOUR ANSWER HERE":
            cell["source"] = "It looks elsewhere."
    return cells


def told(places, **dates) -> None:
    """Write what the course tells this student of the dates."""
    (places.feedback / "calendar.json").write_text(json.dumps({"assignments": {TOY: dates}}))


@pytest.fixture
def said(places):
    from kireji_course.preflight import preflight

    return lambda: preflight(places, TOY)


def test_a_finished_assignment_has_no_warning(places, said):
    write(places.notebook(TOY), answered())
    checkpoint(
        places.folder(TOY) / "toy.safetensors", history=json.dumps({"score": [1.5, 61.25, 3]})
    )
    outcome = said()
    assert (outcome["warnings"], outcome["blocked"], outcome["left_out"]) == ([], "", [])
    assert [(file["name"], file.get("score")) for file in outcome["files"]] == [
        ("toy.ipynb", None),
        ("toy.safetensors", 61.25),
    ]


def test_stubs_empty_answers_and_a_missing_model_are_named(places, said):
    write(places.notebook(TOY), toy_cells())
    code, essay, model = said()["warnings"]
    assert code == "Not written yet: 2 of 2 code answers (mask, answer)."
    assert essay == "The written answer essay is empty."
    assert model.startswith("There is no toy.safetensors: run the training cell first.")


def test_a_file_that_is_no_checkpoint(places, said):
    write(places.notebook(TOY), answered())
    (places.folder(TOY) / "toy.safetensors").write_bytes(b"pickle")
    assert said()["warnings"] == [
        "toy.safetensors is not a safetensors file that can be read: train again."
    ]


def test_a_model_that_is_older_than_its_code(places, said):
    from kireji_course import edits

    write(places.notebook(TOY), answered())
    model = places.folder(TOY) / "toy.safetensors"
    checkpoint(model)
    os.utime(model, (0, time.time() - 3600))
    edits.note(places, TOY, {"cells": answered()})
    (warning,) = said()["warnings"]
    # not `answer`, which comes after the training cell
    assert warning.startswith("You changed mask after the model was trained")
    checkpoint(model)
    assert said()["warnings"] == []


def test_files_that_are_not_graded_are_listed(places, said):
    write(places.notebook(TOY), answered())
    checkpoint(places.folder(TOY) / "toy.safetensors")
    checkpoint(places.folder(TOY) / "toy.earlier.safetensors")  # never handed in
    (places.folder(TOY) / "notes.txt").write_text("...")
    assert said()["left_out"] == ["notes.txt"]


def test_a_missing_notebook_blocks_with_what_to_do(places, said):
    write(places.folder(TOY) / "mine.ipynb", answered())
    assert "the notebook must keep its name and its place" in said()["blocked"]


def test_late_and_over_the_limit(places, said):
    write(places.notebook(TOY), answered())
    checkpoint(places.folder(TOY) / "toy.safetensors")
    told(
        places,
        due=1578092340,
        due_words="Friday 3 January 2020 23:59 CET",
        late_rule="Each day costs 10 % of the points.",
    )
    status = {TOY: {"limit": "2 attempts in 24 hours", "free_at": time.time() + 60}}
    (places.feedback / "attempts.json").write_text(json.dumps(status))
    late, limit = said()["warnings"]
    assert late == (
        "This is late: the due time was Friday 3 January 2020 23:59 CET."
        " Each day costs 10 % of the points."
    )
    assert limit.startswith("You have used 2 attempts in 24 hours. This one is kept")


def test_a_closed_assignment_says_so_before_it_is_handed_in(places, said):
    write(places.notebook(TOY), answered())
    told(places, closes=1578092340, closes_words="Friday 3 January 2020 23:59 CET")
    assert said()["blocked"].startswith("it was closed on Friday 3 January 2020 23:59 CET.")


@pytest.mark.parametrize("text", ["", "[]", '{"cells": 3}', '{"cells": [3, {"source": 4}]}', "{"])
def test_a_damaged_notebook_is_no_crash(places, said, text):
    write(places.notebook(TOY), [])
    places.notebook(TOY).write_text(text)
    assert said()["files"][0]["name"] == "toy.ipynb"
