"""Graded on arrival, as a student sees it: hand in, read the feedback a moment later, mend, hand in
again, reach the limit."""

import re
from collections.abc import Callable, Iterator

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.steps import (
    FEEDBACK_WAIT_MS,
    begin,
    card,
    close_notebook,
    edit,
    hand_in,
    read_feedback,
)
from tests.support.clone import COURSE
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(900)]

EX1 = "ex1_translation"
ANSWER = "padding_mask_solution"


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[LiveCourse]:
    """A course that grades on submit, two attempts a day."""
    course = LiveCourse(tmp_path_factory.mktemp("course"), grade_on_submit=True)
    settings = course.root / "hub_config" / "grade_on_submit.py"
    text = settings.read_text()
    for name, value in (("attempts", "2"),):
        text, count = re.subn(rf"(GradeOnSubmit.{name} = )\w+", rf"\g<1>{value}", text)
        assert count == 1
    settings.write_text(text)
    course.release_everything()
    course.start()
    yield course
    course.stop()


@pytest.fixture(scope="module")
def student(log_in: Callable[[str], Page]) -> Page:
    """Alice, with the assignment's folder in her home."""
    page = log_in("alice")
    expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible()
    begin(page, EX1)
    close_notebook(page, EX1)  # what follows changes its file
    return page


def attempts(page: Page) -> Locator:
    """The list of attempts on the card, opened."""
    more = card(page, EX1).locator("details")
    if more.get_attribute("open") is None:
        more.locator("summary").click()
    return more.locator(".kj-attempts")


def test_feedback_comes_by_itself_until_the_limit_is_reached(
    student: Page, course: LiveCourse, picture: Callable
) -> None:
    folder = course.root / "var" / "homes" / "alice" / EX1
    solution = next(
        cell.source for cell in COURSE.assignment(EX1).source.cells if cell.id == ANSWER
    )

    def answer_the_question(notebook: NotebookNode) -> None:
        for cell in notebook.cells:
            mark = cell.metadata.get("nbgrader", {})
            if mark.get("grade") and mark.get("solution"):
                cell.source = (
                    "It mixes up names, and its attention is spread over the whole sentence there."
                )

    edit(folder, EX1, answer_the_question)
    hand_in(student, EX1)
    expect(card(student, EX1)).to_contain_text("being graded")
    picture(student, "on_submit_being_graded")
    announced = student.get_by_text(re.compile("Feedback on .* is here"))
    expect(announced.first).to_be_visible(timeout=FEEDBACK_WAIT_MS)
    first = read_feedback(student, EX1)
    expect(announced).to_have_count(0)  # it is read
    expect(first.locator(".number")).to_have_text("0")
    expect(first.locator(".attempts")).to_contain_text("1 of 2 attempts in 24 hours left.")
    expect(first.get_by_text("Your instructor still reads your written work")).to_be_visible()
    picture(student, "on_submit_first")

    def answer(notebook: NotebookNode) -> None:
        next(cell for cell in notebook.cells if cell.id == ANSWER).source = solution

    edit(folder, EX1, answer)
    hand_in(student, EX1, 2)
    second = read_feedback(student, EX1)
    expect(second.locator(".number")).to_have_text("4")
    expect(second.locator(".attempts")).to_contain_text("None of 2 attempts in 24 hours left")
    expect(second.locator(".notices")).to_have_count(0)
    picture(student, "on_submit_second")

    hand_in(student, EX1, 3)
    expect(attempts(student)).to_contain_text("attempt 3: kept, and graded when your instructor")
    picture(student, "on_submit_over_the_limit")
    said = course.log
    assert (
        "alice handed in ex1_translation, over the limit: it is kept, and graded by ./kireji grade"
        in said
    )
    assert len([*(course.root / "var" / "attempts" / "alice" / EX1).glob("*.json")]) == 3
