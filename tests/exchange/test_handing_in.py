"""Handing in says what is not taken, where the work would not run without it."""

import json

import pytest
from nbgrader.exchange import ExchangeError
from nbgrader.utils import ignore_patterns

from kireji.exchange.student_server import kireji_handing_in as handing_in

IGNORED = ignore_patterns(exclude=["*.pyc", "__pycache__"])


def notebook(source: str, **metadata: object) -> str:
    return json.dumps({"cells": [{"cell_type": "code", "source": source}], "metadata": metadata})


@pytest.fixture
def folder(tmp_path):
    (tmp_path / "my_masks.py").write_text("def padding_mask(): ...")
    return tmp_path


def said(folder, text: str) -> str:
    (folder / "toy.ipynb").write_text(text)
    return handing_in.left_behind(folder, "toy", IGNORED)


def test_an_imported_module_that_is_not_taken(folder):
    text = said(folder, notebook("import torch\nfrom my_masks import padding_mask"))
    assert "toy.ipynb imports my_masks.py, which is not taken: copy its code" in text
    assert text.endswith("Taken with the notebook: *.safetensors.")


@pytest.mark.parametrize(
    "text",
    [
        notebook("import my_masks", kireji={"files": ["*.py"]}),  # taken
        notebook("import torch"),  # it lies there, and nothing needs it
        notebook("import other_masks"),  # not there
        "no notebook",
        "[]",
        notebook("import my_masks", kireji=None),
    ],
)
def test_nothing_is_said_otherwise(folder, text):
    assert said(folder, text) == ""


class Refused(handing_in.Submit):
    """Everything of handing in that does not need an exchange."""

    def __init__(self, place):
        self.place = place

    inbound_path = src_path = root = property(lambda self: str(self.place))
    assignment_filename = "ada+toy+now"

    class coursedir:
        ignore, assignment_id, course_id = ["*.pyc"], "toy", "kireji"

    def fail(self, message):
        raise ExchangeError(message)


def test_the_submission_is_refused_with_the_reason(folder):
    (folder / "toy.ipynb").write_text(notebook("import my_masks"))
    with pytest.raises(
        ExchangeError, match="^Not handed in: toy.ipynb imports my_masks.py, .* still"
    ):
        Refused(folder).copy_files()


def test_after_closing_it_is_refused_before_it_is_sent(folder):
    (folder / "toy.ipynb").write_text(notebook("import torch"))
    note = folder / "kireji" / "feedback" / "calendar.json"
    note.parent.mkdir(parents=True)
    dates = {"closes": 1.0, "closes_words": "Thu 1 Jan 1970, 00:00 UTC"}
    note.write_text(json.dumps({"assignments": {"toy": dates}}))
    with pytest.raises(
        ExchangeError, match="^Not handed in: it was closed on Thu 1 Jan 1970, 00:00 UTC. Ask your"
    ):
        Refused(folder).copy_files()
