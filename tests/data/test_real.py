"""The rows of the real archives, where the set-up has fetched them already."""

import pytest

from kireji.data.fetch import Package
from kireji.data.recipes import recipes
from kireji.data.split import split
from tests.support.clone import COURSE

FETCHED = {
    name: data_set
    for name, data_set in recipes(COURSE.graders).items()
    if isinstance(data_set.source, Package)
}


@pytest.fixture(scope="module", params=FETCHED)
def assignment(request):
    if not (COURSE.downloads / FETCHED[request.param].source.archive).is_file():
        pytest.skip("the data are not fetched yet: run the set-up first")
    return request.param


@pytest.fixture(scope="module")
def rows(assignment):
    data_set = FETCHED[assignment]
    return data_set.extract(COURSE.downloads / data_set.source.archive)


def test_they_are_the_measured_ones(assignment, rows):
    FETCHED[assignment].check(rows, assignment)


def test_a_field_holds_no_tab_and_no_line_end(rows):
    for row in rows:
        assert not set("\t\n\r") & set("".join(row))


def test_nothing_held_out_is_ever_trained_on(assignment, rows):
    data_set = FETCHED[assignment]
    parts = split(assignment, data_set, rows, b"any secret")
    keys = {name: {data_set.key(row) for row in part} for name, part in parts.items()}
    assert (
        not keys["held_out"] & (keys["train"] | keys["validation"])
        and not keys["train"] & keys["validation"]
    )
    assert (len(keys["held_out"]), len(keys["validation"])) == (
        data_set.held_out,
        data_set.validation,
    )
