"""The assignments as their authors keep them: points, names, stubs, nothing left over from running
them."""

import ast
import itertools
import re

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearMarkScheme, ClearSolutions

from tests.support.clone import COURSE


@pytest.fixture(params=COURSE.assignment_names())
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(COURSE.source / name / f"{name}.ipynb", as_version=4)


def graded(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_its_points_are_those_that_it_announces(name, notebook):
    announced = re.search(r"\b(\d+) points\b", notebook.cells[0].source)
    table = re.findall(r"^\| \d+ \| .* \| (\d+) \|$", notebook.cells[0].source, re.MULTILINE)
    points = list(COURSE.assignment(name).points.values())
    assert announced and int(announced[1]) == sum(points)
    assert list(map(int, table)) == points


def test_each_task_says_its_points_its_difficulty_and_its_time(name, notebook):
    efforts = [
        re.search(
            r"^\*(\d+) points · (easy|medium|hard) · about (\d+) minutes\*$", cell.source, re.M
        )
        for cell in notebook.cells
        if re.match(r"## \d+\. ", cell.source)
    ]
    assert all(efforts)
    assert [int(effort[1]) for effort in efforts] == list(COURSE.assignment(name).points.values())
    assert "about three hours" in " ".join(notebook.cells[0].source.split())
    assert sum(int(effort[3]) for effort in efforts) == 180


def test_each_hint_is_folded_below_the_stub_that_announces_it(notebook):
    for cell, after in itertools.pairwise(notebook.cells):
        announced = re.findall(r"^ +(Hints?) .*folded below this cell", cell.source, re.M | re.S)
        if graded(cell).get("solution") and cell.cell_type == "code":
            assert announced and after.cell_type == "markdown", cell.id
            functions = re.findall(r"^\*\*Hints? for `(\w+)`\*\*", after.source, re.M)
            defined = {node.name for node in ast.parse(cell.source).body if hasattr(node, "name")}
            assert functions and set(functions) <= defined, cell.id
            folds = re.findall(
                r"<details><summary>Hint(?: \d)?</summary>\n\n[^<].+?\n\n</details>",
                re.sub(r"`<\w+>`", "a token", after.source),
                re.S,
            )
            assert len(folds) == after.source.count("<details>") >= len(functions), cell.id


def test_ids_are_readable_and_are_the_grade_ids(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert not graded(cell) or cell.id == graded(cell)["grade_id"]


def test_nothing_is_left_from_a_run(notebook):
    for cell in notebook.cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)


def test_nbgrader_accepts_its_metadata(notebook):
    MetadataValidator().validate_nb(notebook)
    CheckCellMetadata().preprocess(notebook, {})


def test_every_graded_task_has_an_answer_before_it_and_a_visible_check(name, notebook):
    kinds = [graded(cell) for cell in notebook.cells]
    ids = [cell.id for cell in notebook.cells]
    begin = 0
    course = COURSE.assignment(name)
    for task in course.points.keys() - course.manual:
        assert f"{task}-check" in ids
    for place, (cell, kind) in enumerate(zip(notebook.cells, kinds, strict=True)):
        if kind.get("grade") and cell.cell_type == "code":
            assert any(before.get("solution") for before in kinds[begin:place]), cell.id
            begin = place


def test_graded_cells_only_talk_and_fit_a_page(notebook):
    for cell in notebook.cells:
        if graded(cell).get("grade") and cell.cell_type == "code":
            assert ast.parse(cell.source).body == [], "a graded cell holds comments only"
            assert max(map(len, cell.source.split("\n"))) <= 110


def test_the_stub_keeps_signatures_and_hints_and_nothing_of_the_solution(notebook):
    solved = {cell.id: cell.source for cell in notebook.cells}
    released, _ = ClearSolutions().preprocess(notebook, {})
    released, _ = ClearMarkScheme().preprocess(released, {})
    for cell in released.cells:
        assert "SOLUTION" not in cell.source and "MARK SCHEME" not in cell.source
        if not graded(cell).get("solution"):
            assert cell.source == solved[cell.id]
        elif cell.cell_type == "code":
            for function in (
                node
                for node in ast.walk(ast.parse(cell.source))
                if isinstance(node, ast.FunctionDef)
            ):
                last = function.body[-1]
                assert isinstance(last, ast.Raise) and "NotImplementedError" in ast.unparse(last), (
                    f"{cell.id}: {function.name}"
                )
                assert function.name == "__init__" or "Hint" in ast.get_docstring(function), (
                    f"{cell.id}: {function.name}"
                )
        else:
            assert cell.source == "YOUR ANSWER HERE"
