"""The assignment as its author keeps it: points, names, stubs, nothing left over from running it, and the small models beside it."""

import ast
import re

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearMarkScheme, ClearSolutions

from kireji import paths

PATH = paths.SOURCE / "ex4_visualization" / "ex4_visualization.ipynb"
POINTS = {"heat_map": 14, "heads": 8, "measures": 20, "rollout": 10, "patterns": 12, "over_time": 8, "intervention": 10, "interpretation": 18}


@pytest.fixture
def notebook():
    return nbformat.read(PATH, as_version=4)


def graded(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_points_are_those_of_the_course_plan(notebook):
    assert {cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points for cell in notebook.cells if graded(cell).get("grade")} == POINTS
    table = dict(re.findall(r"^\| (\d) \| .* \| (\d+) \|$", notebook.cells[0].source, re.MULTILINE))
    assert list(map(int, table.values())) == list(POINTS.values())


def test_ids_are_readable_and_are_the_grade_ids(notebook):
    ids = [cell.id for cell in notebook.cells]
    assert len(set(ids)) == len(ids)
    for cell in notebook.cells:
        assert not graded(cell) or cell.id == graded(cell)["grade_id"]


def test_nothing_is_left_from_a_run(notebook):
    for cell in notebook.cells:
        assert cell.cell_type != "code" or (cell.outputs == [] and cell.execution_count is None)
    assert (notebook.nbformat, notebook.nbformat_minor) == (4, 5)
    MetadataValidator().validate_nb(notebook)
    CheckCellMetadata().preprocess(notebook, {})


def test_every_graded_task_has_a_solution_a_try_and_a_visible_check(notebook):
    ids = {cell.id for cell in notebook.cells}
    for task in POINTS.keys() - {"interpretation"}:
        assert {f"{task}_solution", f"{task}-try", f"{task}-check", task} <= ids


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
            functions = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
            assert functions
            for function in functions:
                assert "NotImplementedError" in ast.unparse(function.body[-1])
                assert "Hint" in ast.get_docstring(function)
        else:
            assert cell.source == "YOUR ANSWER HERE"


def test_the_data_behind_the_small_models_are_credited(notebook):
    prose = next(cell.source for cell in notebook.cells if cell.id == "models-prose")
    assert "Tatoeba contributors" in prose and "CC BY 2.0 FR" in prose and "Hutto & Gilbert" in prose and "Pang & Lee" in prose


def test_its_sentences_are_none_of_the_data(notebook):
    """What the notebook quotes was written for it."""
    known = "\n".join(path.read_text() for path in paths.LAB_DATA.rglob("*.tsv"))
    quoted = re.findall(r'"([A-ZÀ-Ü][^"\n]{12,}[.!?])"', "\n".join(cell.source for cell in notebook.cells))
    assert len(quoted) >= 3
    assert [sentence for sentence in quoted if sentence in known] == []
