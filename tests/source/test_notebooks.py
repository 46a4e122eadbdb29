"""The assignments as their authors keep them: points, names, stubs, nothing left over from running
them."""

import ast
import re

import nbformat
import pytest
from nbgrader.nbgraderformat import MetadataValidator
from nbgrader.preprocessors import CheckCellMetadata, ClearMarkScheme, ClearSolutions

from kireji import paths

POINTS = {
    "ex1_translation": {
        "padding_mask": 4,
        "additive_attention": 14,
        "encoder": 12,
        "decoder": 16,
        "sequence_loss": 6,
        "train_step": 8,
        "decoding": 12,
        "translation": 16,
        "alignment": 6,
        "failure_analysis": 6,
    },
    "ex2_mechanisms": {
        "content_scores": 18,
        "location": 12,
        "self_attention": 22,
        "saturation": 6,
        "comparison": 24,
        "picture": 6,
        "discussion": 12,
    },
    "ex3_classification": {
        "attention_pooling": 16,
        "classifier": 18,
        "training": 10,
        "prediction": 16,
        "long_texts": 12,
        "faithfulness": 10,
        "text_picture": 6,
        "explanation": 12,
    },
    "ex4_visualization": {
        "heat_map": 14,
        "heads": 8,
        "measures": 20,
        "rollout": 10,
        "patterns": 12,
        "over_time": 8,
        "intervention": 10,
        "interpretation": 18,
    },
}
WRITTEN = {"failure_analysis", "discussion", "explanation", "interpretation"}
# where an assignment shows data of others, and whom it thanks there
CREDITS = {
    "ex1_translation": ("data-prose", ["Tatoeba contributors", "CC BY 2.0 FR"]),
    "ex3_classification": ("data-prose", ["Pang", "Lee", "Hutto", "Gilbert", "MIT licence"]),
    "ex4_visualization": (
        "models-prose",
        ["Tatoeba contributors", "CC BY 2.0 FR", "Hutto & Gilbert", "Pang & Lee"],
    ),
}


# Questions above the cell that a person reads: those of ex3 and ex4 are in the answer cell or unlocked.
ASKED_ABOVE = {"ex1_translation": "failure_analysis", "ex2_mechanisms": "discussion"}


@pytest.fixture(params=POINTS)
def name(request):
    return request.param


@pytest.fixture
def notebook(name):
    return nbformat.read(paths.SOURCE / name / f"{name}.ipynb", as_version=4)


def graded(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def test_all_assignments_are_looked_at():
    assert {folder.name for folder in paths.SOURCE.iterdir() if folder.is_dir()} == POINTS.keys()


def test_points_are_those_of_the_course_plan(name, notebook):
    found = {
        cell.metadata.nbgrader.grade_id: cell.metadata.nbgrader.points
        for cell in notebook.cells
        if graded(cell).get("grade")
    }
    assert found == POINTS[name]
    assert sum(found.values()) == 100


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
    for task in POINTS[name].keys() - WRITTEN:
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


@pytest.mark.parametrize("credited", CREDITS)
def test_the_authors_of_data_are_named(credited):
    place, names = CREDITS[credited]
    notebook = nbformat.read(paths.SOURCE / credited / f"{credited}.ipynb", as_version=4)
    prose = next(cell.source for cell in notebook.cells if cell.id == place)
    assert [each for each in names if each not in prose] == []


def test_the_table_of_tasks_says_the_points(name, notebook):
    table = dict(
        re.findall(r"^\| (\d+) \| .* \| (\d+) \|$", notebook.cells[0].source, re.MULTILINE)
    )
    assert list(map(int, table.values())) == list(POINTS[name].values())


@pytest.mark.parametrize("name", ASKED_ABOVE)
def test_a_written_question_is_locked_above_its_answer_with_points_for_each_part(name):
    source = paths.SOURCE / name / f"{name}.ipynb"
    cells = nbformat.read(source, as_version=4).cells
    answer = next(i for i, cell in enumerate(cells) if cell.id == ASKED_ABOVE[name])
    question, points = cells[answer - 1], cells[answer].metadata.nbgrader.points
    assert question.cell_type == "markdown" and question.metadata.nbgrader.locked
    assert f"({points} points)" in question.source
    parts = re.findall(r"\*\((\d+)(?: points?)?\)\*", question.source)
    assert sum(map(int, parts)) == points
