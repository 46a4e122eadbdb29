"""The notebook shows data of others, and says whose they are."""

from tests.support.clone import COURSE


def test_the_authors_of_the_data_are_named():
    cells = {cell.id: cell.source for cell in COURSE.assignment("ex3_classification").source.cells}
    for name in ("Pang", "Lee", "Hutto", "Gilbert", "MIT licence"):
        assert name in cells["data-prose"], name
