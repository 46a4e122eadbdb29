"""Finds names that a notebook lacks because the cell that gives them a value raised an error."""

from collections.abc import Sequence

from nbformat import NotebookNode

from kireji.grading.reused_names import bound_names

MAX_CHARACTERS = 200  # of an error's text
COPY = " Copy the code of this module into a cell of the notebook: other files are not imported."


def failed_names(cells: Sequence[NotebookNode]) -> dict[str, str]:
    """{name: what its cell raised}, from the outputs of cells that have run.

    A name whose value comes from another cell that ran well is not among them."""
    failed: dict[str, str] = {}
    for cell in cells:
        if cell.cell_type != "code":
            continue
        names = bound_names(cell.source)
        error = next((one for one in cell.outputs if one.output_type == "error"), None)
        for name in names:
            if error is None:
                failed.pop(name, None)
            else:
                failed[name] = _said(error)
    return failed


def _said(error: NotebookNode) -> str:
    """The error as a sentence says it; on one line, of limited length."""
    text = f"{error.ename}: {error.evalue}" if error.evalue else str(error.ename)
    line = "".join(one if one.isprintable() else " " for one in text[:MAX_CHARACTERS]).strip()
    return f"{line}." + (COPY if error.ename == "ModuleNotFoundError" else "")
