"""A notebook damaged on purpose or by accident: every cell is graded, nothing breaks, and no point
is gained by it."""

import copy
import json
import random
import time
from collections.abc import Callable
from typing import Any

import nbformat
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.grading.rebuild import rebuild
from tests.support.toy import SOLUTION

from .conftest import WRONG

JUNK = (
    None,
    True,
    -1,
    10**30,
    "",
    "x" * 1000,
    "\ud800",
    "double_solution",
    "share",
    [],
    {},
    [[[[]]]],
    {"nbgrader": 3},
    1e308,
)
Damage = Callable[[dict, random.Random], Any]


def some(document: dict, rng: random.Random) -> dict:
    """One of the cells that are still there."""
    cells = [cell for cell in document.get("cells") or [{}] if isinstance(cell, dict)]
    return rng.choice(cells or [{}])


def mark(cell: dict) -> dict:
    metadata = cell.get("metadata")
    found = metadata.get("nbgrader") if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def spots(value: Any) -> list[tuple[Any, Any]]:
    """Every place in a document: (container, key)."""
    keys = (
        list(value)
        if isinstance(value, dict)
        else range(len(value))
        if isinstance(value, list)
        else ()
    )
    return [spot for key in keys for spot in ((value, key), *spots(value[key]))]


def anywhere(document: dict, rng: random.Random) -> None:
    places = spots(document)
    if places:
        container, key = rng.choice(places)
        if rng.random() < 0.5:
            container[key] = copy.deepcopy(rng.choice(JUNK))
        else:
            del container[key]


DAMAGES: dict[str, Damage] = {
    "points": lambda d, r: mark(some(d, r)).update(
        points=r.choice([1000, -5, "all", float("nan")])
    ),
    "not graded": lambda d, r: mark(some(d, r)).update(grade=False),
    "all graded": lambda d, r: mark(some(d, r)).update(grade=True, solution=True, points=100),
    "unlocked": lambda d, r: mark(some(d, r)).update(locked=False),
    "another's grade_id": lambda d, r: mark(some(d, r)).update(
        grade_id=mark(some(d, r)).get("grade_id")
    ),
    "another's id": lambda d, r: some(d, r).update(id=some(d, r).get("id")),
    "no metadata": lambda d, r: some(d, r).update(metadata=copy.deepcopy(r.choice(JUNK))),
    "deleted": lambda d, r: d["cells"].remove(some(d, r)),
    "twice": lambda d, r: d["cells"].insert(
        r.randrange(len(d["cells"]) + 1), copy.deepcopy(some(d, r))
    ),
    "order": lambda d, r: r.shuffle(d["cells"]),
    "markdown": lambda d, r: some(d, r).update(
        cell_type=r.choice(["markdown", "raw", "code", 3, None])
    ),
    "a test edited": lambda d, r: some(d, r).update(
        source=r.choice(["score = 100", ["a", 3, None], {"a": 1}, None, "\0"])
    ),
    "another kernel": lambda d, r: d.update(
        metadata={"kernelspec": {"name": "bash", "language": "R"}}
    ),
    "another format": lambda d, r: d.update(
        nbformat=r.choice([3, 99, "4", None]), nbformat_minor=r.choice([-1, 99, None])
    ),
    "format 3": lambda d, r: d.update(nbformat=3, worksheets=[{"cells": d.pop("cells")}]),
    "forged outputs": lambda d, r: some(d, r).update(
        outputs=[{"output_type": "execute_result", "data": {"text/plain": "6"}}]
    ),
    "forged report": lambda d, r: d.update(metadata={"kireji": {"score": 6, "cells": []}}),
    "anything": anywhere,
}
BYTES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "whole": lambda data, rng: data,
    "cut": lambda data, rng: data[: rng.randrange(len(data) + 1)],
    "other bytes": lambda data, rng: bytes(b ^ (rng.random() < 0.01) for b in data),
    "BOM": lambda data, rng: b"\xef\xbb\xbf" + data,
    "doubled": lambda data, rng: data + data,
    "utf-16": lambda data, rng: data.decode().encode("utf-16"),
}


@settings(max_examples=600, deadline=None, derandomize=True)
@given(
    seed=st.integers(0, 2**32),
    kinds=st.lists(st.sampled_from(sorted(DAMAGES)), min_size=1, max_size=5),
    how=st.sampled_from(["whole"] * 8 + sorted(BYTES)),
    answers=st.sampled_from(["wrong", "none"]),
)
def test_whatever_is_done_to_it_it_is_the_assignment_with_no_better_answers(
    toy, submit, seed, kinds, how, answers
):
    rng = random.Random(seed)
    document = (
        json.loads(submit(**WRONG))
        if answers == "wrong"
        else json.loads(nbformat.writes(toy.skeleton()))
    )
    for kind in kinds:
        if not isinstance(document.get("cells"), list):
            break
        try:
            DAMAGES[kind](document, rng)
        except (
            ValueError,
            TypeError,
            AttributeError,
        ):  # there was nothing left to damage in this way
            continue
    notebook, notices = rebuild(toy, BYTES[how](json.dumps(document).encode(), rng))
    nbformat.validate(notebook)
    nbformat.writes(notebook).encode()
    ours = [cell for cell in notebook.cells if cell.metadata.get("kireji") != "extra"]
    skeleton = toy.skeleton().cells
    assert [(cell.id, cell.cell_type, cell.metadata) for cell in ours] == [
        (cell.id, cell.cell_type, cell.metadata) for cell in skeleton
    ]
    assert all(
        cell.source == original.source
        for cell, original in zip(ours, skeleton, strict=True)
        if not original.metadata.nbgrader.solution
    )
    assert not {cell.source for cell in notebook.cells} & set(SOLUTION.values())
    assert all(isinstance(notice, str) for notice in notices)


def test_edits_win_where_the_submitted_notebook_is_what_is_graded(submit):
    document = json.loads(submit(**WRONG))
    for cell in document["cells"]:
        if mark(cell).get("grade"):
            cell["metadata"]["nbgrader"]["points"] = 1000
            cell["source"] = "assert True"
    points = [mark(cell)["points"] for cell in document["cells"] if mark(cell).get("grade")]
    assert sum(points) == 3000 and all(
        cell["source"] == "assert True" for cell in document["cells"] if mark(cell).get("grade")
    )


def test_a_notebook_of_100_mb_is_read_or_refused_in_time(toy):
    started = time.process_time()
    huge = (
        b'{"cells": [' + b'{"cell_type": "code", "source": "x"},' * 2_700_000 + b'{"source": ""}]}'
    )
    notebook, notices = rebuild(toy, huge)
    assert len(notebook.cells) <= 1100 and time.process_time() - started < 60
    assert rebuild(toy, b"[" * 10**8)[1]


@pytest.mark.needs("bubblewrap")
def test_three_of_them_through_the_real_sandbox(graded, submit):
    right = json.loads(submit())
    for cell in right["cells"]:
        cell["metadata"] = {}
    assert graded(notebook=json.dumps(right).encode()).score == 6  # every answer found by its id
    wrong = json.loads(submit(**WRONG))
    for cell in wrong["cells"]:
        mark(cell).update(points=1000, grade=True, solution=True, locked=False)
    wrong["cells"] += copy.deepcopy(wrong["cells"])
    report = graded(notebook=json.dumps(wrong).encode())
    assert report.score == 0 and report.report["max_score"] == 6
    report = graded(notebook=b'{"cells": [')
    assert report.score == 0 and "could not be read" in report.notices
