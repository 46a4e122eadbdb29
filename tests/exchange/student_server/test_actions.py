"""Begin, hand in and start afresh, by nbgrader's own steps."""

import pytest

from tests.exchange.student_server.conftest import TOY, toy_cells, write


class Nbgrader:
    """Its assignment list: copies what a student fetches, refuses what it is told to."""

    def __init__(self, places) -> None:
        self.places, self.refuses = places, ""

    def fetch_assignment(self, course: str, assignment: str) -> dict:
        if self.refuses:
            trace = f"Traceback ...\nnbgrader.ExchangeError: {self.refuses}"
            return {"success": False, "value": trace}
        write(self.places.notebook(assignment), toy_cells())
        return {"success": True}

    submit_assignment = fetch_assignment


@pytest.fixture
def nbgrader(places) -> Nbgrader:
    return Nbgrader(places)


@pytest.fixture
def actions(places):
    from kireji_course import actions

    return actions


def test_begin_fetches_once(places, nbgrader, actions):
    assert actions.begin(places, nbgrader, TOY) == {"notebook": "toy/toy.ipynb"}
    places.notebook(TOY).write_text("mine")
    actions.begin(places, nbgrader, TOY)
    assert places.notebook(TOY).read_text() == "mine"


def test_begin_brings_back_a_notebook_that_is_gone(places, nbgrader, actions):
    places.folder(TOY).mkdir()
    actions.begin(places, nbgrader, TOY)
    assert places.notebook(TOY).read_bytes() == places.original(TOY).read_bytes()


def test_start_afresh_keeps_the_old_copy(places, nbgrader, actions):
    actions.begin(places, nbgrader, TOY)
    places.notebook(TOY).write_text("mine")
    kept = actions.start_afresh(places, nbgrader, TOY)["kept"]
    assert (places.home / kept / "toy.ipynb").read_text() == "mine"
    assert places.notebook(TOY).read_text() != "mine"


def test_a_start_afresh_that_fails_changes_nothing(places, nbgrader, actions):
    from kireji_course.errors import CourseError

    actions.begin(places, nbgrader, TOY)
    places.notebook(TOY).write_text("mine")
    nbgrader.refuses = "The exchange is away."
    with pytest.raises(CourseError, match="^The exchange is away.$"):
        actions.start_afresh(places, nbgrader, TOY)
    assert places.notebook(TOY).read_text() == "mine"


def test_a_refusal_is_a_sentence_and_no_trace(places, nbgrader, actions):
    from kireji_course.errors import CourseError

    nbgrader.refuses = "Not handed in: the folder has 201 files."
    with pytest.raises(CourseError, match="^Not handed in: the folder has 201 files.$"):
        actions.hand_in(places, nbgrader, TOY)


@pytest.mark.parametrize("name", ["../toy", "nothing", "", "."])
def test_only_released_assignments_can_be_named(places, nbgrader, actions, name):
    from kireji_course.errors import CourseError

    with pytest.raises(CourseError, match="There is no released assignment called"):
        actions.begin(places, nbgrader, name)
