"""The released notebooks fit on a screen: 88 columns are what JupyterLab shows at 1280 pixels."""

import json
from pathlib import Path

import pytest

from tests.support.git_files import staged

COLUMNS = 88
NOTEBOOKS = sorted(name for name in staged("release") if name.endswith(".ipynb"))


def test_every_assignment_is_looked_at() -> None:
    assert {Path(name).parent.name for name in NOTEBOOKS} >= {"ex1_translation", "ex2_mechanisms"}


@pytest.mark.parametrize("name", NOTEBOOKS, ids=lambda name: Path(name).stem)
def test_no_line_is_cut_off(name: str) -> None:
    """A row of a table is one line in Markdown; its cells wrap on the page."""
    cells = json.loads(staged("release")[name])["cells"]
    lines = [
        line
        for cell in cells
        for line in "".join(cell["source"]).splitlines()
        if not (cell["cell_type"] == "markdown" and line.startswith("|"))
    ]
    assert [line for line in lines if len(line) > COLUMNS] == []
