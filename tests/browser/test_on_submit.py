"""Graded on arrival, as a student sees it: hand in, read the feedback a moment later, mend, hand in
again, reach the limit."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat import NotebookNode
from playwright.sync_api import Browser, Page, expect

from tests.browser.steps import edit, fetch, open_assignment_list
from tests.support.clone import COURSE
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(900)]

EX1 = "ex1_translation"
ARRIVAL = 300_000  # milliseconds for one submission to come back, on a busy machine
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
    open_assignment_list(page)
    fetch(page, EX1)
    return page


def submit_and_wait(page: Page, note: str) -> None:
    """Press Submit, then look at the list again and again, as a student does, until it says `note`
    and has the feedback."""
    open_assignment_list(page)
    page.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    page.wait_for_timeout(1000)
    look_until(page, note)


def look_until(page: Page, note: str) -> None:
    submitted = page.locator("#submitted_assignments_list")
    for _ in range(ARRIVAL // 3000):
        page.locator("#refresh_assignments_list").click()
        page.wait_for_timeout(3000)
        if note in submitted.inner_text():
            return
    raise AssertionError(f"{note!r} never came: {submitted.inner_text()}")


def get_feedback(page: Page, folder: Path, number: int) -> str:
    """Fetch the feedback on the attempt of this number; where its page is."""
    page.locator("#submitted_assignments_list").get_by_role("button", name="Fetch Feedback").click()
    for _ in range(ARRIVAL // 1000):
        pages = sorted(folder.glob("feedback/*/*.html"), key=lambda path: path.parent.name)
        if len(pages) == number:
            return pages[-1].as_uri()
        page.wait_for_timeout(1000)
    raise AssertionError(f"the feedback on attempt {number} was not fetched: {pages}")


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
    submit_and_wait(student, "attempt 1: graded on arrival. 1 of 2 attempts in 24 hours left.")
    look_until(student, "feedback available to fetch")
    picture(student, "on_submit_first")
    first = student.context.new_page()
    first.goto(get_feedback(student, folder, 1))
    expect(first.locator(".number")).to_have_text("0")
    expect(first.locator(".attempts")).to_contain_text("1 of 2 attempts in 24 hours left.")
    expect(first.get_by_text("Your instructor still reads your written work")).to_be_visible()
    picture(first, "on_submit_page")

    def answer(notebook: NotebookNode) -> None:
        next(cell for cell in notebook.cells if cell.id == ANSWER).source = solution

    edit(folder, EX1, answer)
    submit_and_wait(
        student,
        "attempt 2: graded on arrival. None of 2 attempts in 24 hours left; the next one is"
        " free at",
    )
    look_until(student, "feedback available to fetch")
    second = student.context.new_page()
    second.goto(get_feedback(student, folder, 2))
    expect(second.locator(".number")).to_have_text("4")
    expect(second.locator(".attempts")).to_contain_text("None of 2 attempts in 24 hours left")
    # the fetched feedback in the folder is nothing to complain of
    expect(second.locator(".notices")).to_have_count(0)
    picture(second, "on_submit_second_page")

    submit_and_wait(student, "attempt 3: kept, and graded when your instructor grades.")
    picture(student, "on_submit_over_the_limit")
    said = course.log
    assert (
        "alice handed in ex1_translation, over the limit: it is kept, and graded by ./kireji grade"
        in said
    )
    assert len([*(course.root / "var" / "attempts" / "alice" / EX1).glob("*.json")]) == 3
