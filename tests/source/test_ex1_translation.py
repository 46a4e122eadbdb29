"""The assignment as its author keeps it: points, names, stubs, nothing left over from running it."""

import ast

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearMarkScheme, ClearSolutions

from kireji import paths

PATH = paths.SOURCE / "ex1_translation" / "ex1_translation.ipynb"
POINTS = {"padding_mask": 4, "additive_attention": 14, "encoder": 12, "decoder": 16, "sequence_loss": 6, "train_step": 8,
          "decoding": 12, "translation": 16, "alignment": 6, "failure_analysis": 6}


@pytest.fixture
def notebook():
    return nbformat.read(PATH, as_version=4)


def graded(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_points_are_those_of_the_course_plan(notebook):
    assert {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in notebook.cells if graded(cell).get("grade")} == POINTS


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


def test_every_graded_task_has_a_solution_cell_and_a_visible_check(notebook):
    ids = {cell.id for cell in notebook.cells}
    for task in POINTS.keys() - {"failure_analysis"}:
        assert {f"{task}_solution", f"{task}-check", task} <= ids


def test_graded_cells_only_talk(notebook):
    for cell in notebook.cells:
        if graded(cell).get("grade") and cell.cell_type == "code":
            assert ast.parse(cell.source).body == [], "a graded cell holds comments only"


def test_the_stub_keeps_signatures_and_hints_and_nothing_of_the_solution(notebook):
    solved = {cell.id: cell.source for cell in notebook.cells}
    released, _ = ClearSolutions().preprocess(notebook, {})
    released, _ = ClearMarkScheme().preprocess(released, {})
    for cell in released.cells:
        assert "SOLUTION" not in cell.source and "MARK SCHEME" not in cell.source
        if not graded(cell).get("solution"):
            assert cell.source == solved[cell.id]
        elif cell.cell_type == "code":
            for function in (node for node in ast.walk(ast.parse(cell.source)) if isinstance(node, ast.FunctionDef)):
                last = function.body[-1]
                assert isinstance(last, ast.Raise) and "NotImplementedError" in ast.unparse(last)
                if function.name != "__init__":
                    assert "Hint" in ast.get_docstring(function)
        else:
            assert cell.source == "YOUR ANSWER HERE"


def test_the_sentences_are_credited(notebook):
    prose = next(cell.source for cell in notebook.cells if cell.id == "data-prose")
    assert "Tatoeba contributors" in prose and "CC BY 2.0 FR" in prose
