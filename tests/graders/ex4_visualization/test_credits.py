"""The notebook shows data of others, and says whose they are."""

from tests.support.clone import COURSE


def test_the_authors_of_the_data_are_named():
    cells = {cell.id: cell.source for cell in COURSE.assignment("ex4_visualization").source.cells}
    for name in ("Tatoeba contributors", "CC BY 2.0 FR", "Hutto & Gilbert", "Pang & Lee"):
        assert name in cells["models-prose"], name
