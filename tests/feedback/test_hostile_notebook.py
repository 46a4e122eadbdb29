"""A notebook with an attack in every place: what the sanitiser leaves."""

import json

import nbformat

from kireji.sanitise.outputs import sanitise_notebook


def test_what_a_kernel_reports_about_itself_is_reset(hostile):
    notebook, _ = hostile
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell["execution_count"] = "<script>"
            cell.metadata.pop("tags", None)
    notebook.metadata["language_info"] = {"name": ["x"], "pygments_lexer": {"a": 1}}
    sanitise_notebook(notebook)
    nbformat.validate(notebook)
    assert notebook.metadata.language_info.name == "python"
    assert "widgets" not in notebook.metadata
    assert {cell.execution_count for cell in notebook.cells if cell.cell_type == "code"} == {None}
    assert "kireji" in notebook.metadata
    again = json.dumps(notebook)
    sanitise_notebook(notebook)
    assert json.dumps(notebook) == again
