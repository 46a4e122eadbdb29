"""A student's part of a course, as their server sees it, with one released assignment."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from nbgrader.utils import notebook_hash

from kireji.exchange.student_server import kireji_handing_in

TOY = "toy"


@pytest.fixture(autouse=True)
def as_a_server(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """The modules are found by the names that they have in a student's server."""
    monkeypatch.syspath_prepend(str(Path(kireji_handing_in.__file__).parent))
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "data"))


def cell(kind: str, source: str, grade_id: str = "", **mark: Any) -> dict[str, Any]:
    metadata = {"nbgrader": {"grade_id": grade_id, **mark}} if grade_id else {}
    made = {"cell_type": kind, "id": grade_id or source[:8], "source": source}
    made["metadata"] = metadata
    return made | ({"outputs": [], "execution_count": None} if kind == "code" else {})


def toy_cells() -> list[dict[str, Any]]:
    """Two code answers with checks around a training cell, and a written one."""
    stub = "def {}():\n    raise NotImplementedError()"
    return [
        cell("markdown", "# A toy"),
        cell("markdown", "## 1. The mask"),
        cell("code", stub.format("mask"), "mask_solution", solution=True),
        cell("code", 'check("mask")'),
        cell("code", "# Graded", "mask", grade=True, points=4),
        cell("code", 'fit(model, checkpoint="toy.safetensors")', "training", locked=True),
        cell("markdown", "## 2. The answer"),
        cell("code", stub.format("answer"), "answer_solution", solution=True),
        cell("code", 'check("answer")'),
        cell("markdown", "YOUR ANSWER HERE", "essay", grade=True, solution=True, points=6),
    ]


def write(path: Path, cells: list[dict[str, Any]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"kireji": {"files": ["*.safetensors"]}}
    path.write_text(
        json.dumps({"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5})
    )


@pytest.fixture
def places(tmp_path: Path) -> Any:
    from kireji_course.places import Places

    made = Places(
        home=tmp_path / "home",
        exchange=tmp_path / "exchange" / "kireji",
        course_id="kireji",
        ignore=(".ipynb_checkpoints", "feedback", "*.earlier.safetensors"),
    )
    for folder in (made.home, made.inbound, made.feedback):
        folder.mkdir(parents=True)
    write(made.original(TOY), toy_cells())
    return made


@pytest.fixture
def hand_in(places: Any) -> Iterator[Callable[..., Path]]:
    """Puts an attempt into the exchange, as nbgrader's submit does."""

    def hand_in(second: int) -> Path:
        folder = places.inbound / f"alice+{TOY}+2026-11-27 16:41:{second:02}.000000 UTC+x"
        folder.mkdir()
        (folder / "submission_secret.txt").write_text(f"secret {second}")
        return folder

    yield hand_in


@pytest.fixture
def give_back(places: Any) -> Callable[[Path, str], Path]:
    """Puts the feedback on an attempt where the course puts it."""

    def give_back(attempt: Path, title: str) -> Path:
        secret = (attempt / "submission_secret.txt").read_text()
        page = places.feedback / f"{notebook_hash(secret=secret, notebook_id=TOY)}.html"
        page.write_text(f"<!DOCTYPE html>\n<html lang='en'><title>{title}</title></html>")
        return page

    return give_back
