"""A notebook's variables after its solution cells, right or edited: what the visible checks look
at."""

import nbformat

from tests.support.clone import COURSE


def solved(name: str, edits: dict[str, str] | None = None) -> dict:
    """The variables; in the solution's text each key of `edits` is replaced by its value."""
    notebook = nbformat.read(COURSE.source / name / f"{name}.ipynb", as_version=4)
    cells = {cell.id: cell.source for cell in notebook.cells if cell.cell_type == "code"}
    answers = [text for cell, text in cells.items() if cell.endswith("_solution")]
    source = "\n\n".join([cells["imports"].replace("%matplotlib inline\n", ""), *answers])
    for right, wrong in (edits or {}).items():
        assert right in source, f"the solution no longer says {right!r}"
        source = source.replace(right, wrong)
    names: dict = {}
    exec(compile(source, "notebook", "exec"), names)
    return names


def meets_its_hint(text: str, hint: str) -> None:
    """AssertionError unless a check that said `text` failed with this hint."""
    assert "✗" in text and hint in text and "All fine here" not in text
