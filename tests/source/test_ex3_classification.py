"""The assignment as its author keeps it: points, names, stubs, nothing left over from running it."""

import ast

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearMarkScheme, ClearSolutions

from kireji import paths

PATH = paths.SOURCE / "ex3_classification" / "ex3_classification.ipynb"
POINTS = {"attention_pooling": 16, "classifier": 18, "training": 10, "prediction": 16, "long_texts": 12, "faithfulness": 10,
          "text_picture": 6, "explanation": 12}


@pytest.fixture
def notebook():
    return nbformat.read(PATH, as_version=4)


def graded(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_points_are_those_of_the_course_plan(notebook):
    assert {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in notebook.cells if graded(cell).get("grade")} == POINTS
    assert sum(POINTS.values()) == 100


def test_ids_are_readable_and_are_the_grade_ids(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    assert all(not graded(cell) or cell.id == graded(cell)["grade_id"] for cell in notebook.cells)


def test_nothing_is_left_from_a_run(notebook):
    assert all(cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None) for cell in notebook.cells)


def test_nbgrader_accepts_its_metadata(notebook):
    MetadataValidator().validate_nb(notebook)
    CheckCellMetadata().preprocess(notebook, {})


def test_every_graded_task_has_a_solution_cell_and_a_visible_check(notebook):
    ids = {cell.id for cell in notebook.cells}
    for task in POINTS.keys() - {"explanation"}:
        assert {f"{task}_solution", f"{task}-check", task} <= ids


def test_graded_cells_only_talk(notebook):
    for cell in notebook.cells:
        if graded(cell).get("grade") and cell.cell_type == "code":
            assert ast.parse(cell.source).body == []


def test_the_stub_keeps_signatures_and_hints_and_nothing_of_the_solution(notebook):
    released, _ = ClearSolutions().preprocess(notebook, {})
    released, _ = ClearMarkScheme().preprocess(released, {})
    for cell in released.cells:
        assert "SOLUTION" not in cell.source and "MARK SCHEME" not in cell.source
        if graded(cell).get("solution") and cell.cell_type == "code":
            for function in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef)):
                assert isinstance(function.body[-1], ast.Raise) and "NotImplementedError" in ast.unparse(function.body[-1])
                assert function.name == "__init__" or "Hint" in ast.get_docstring(function)


def test_the_reviews_are_credited(notebook):
    prose = next(cell.source for cell in notebook.cells if cell.id == "data-prose")
    assert all(name in prose for name in ("Pang", "Lee", "Hutto", "Gilbert", "MIT licence"))
