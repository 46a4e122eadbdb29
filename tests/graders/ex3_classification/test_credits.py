"""The notebook shows data of others, and says whose they are."""

from kireji.course.assignment import load


def test_the_authors_of_the_data_are_named():
    cells = {cell.id: cell.source for cell in load("ex3_classification").source.cells}
    for name in ("Pang", "Lee", "Hutto", "Gilbert", "MIT licence"):
        assert name in cells["data-prose"], name
