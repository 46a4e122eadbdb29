"""What the notebook quotes was written for it."""

import re

import nbformat

from tests.support.clone import COURSE


def test_its_sentences_are_none_of_the_data():
    notebook = nbformat.read(
        COURSE.source / "ex4_visualization" / "ex4_visualization.ipynb", as_version=4
    )
    known = "\n".join(path.read_text() for path in COURSE.lab_data.rglob("*.tsv"))
    quoted = re.findall(
        r'"([A-ZÀ-Ü][^"\n]{12,}[.!?])"', "\n".join(cell.source for cell in notebook.cells)
    )
    assert len(quoted) >= 3
    assert [sentence for sentence in quoted if sentence in known] == []
