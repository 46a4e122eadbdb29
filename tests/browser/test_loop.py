"""The loop as people see it: fetch, open, submit; collect, autograde, return feedback; read it."""

import re
from collections.abc import Callable
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.conftest import PHONE
from tests.browser.formgrader import (
    assignment_row,
    autograde,
    collect,
    give_feedback,
    open_submissions,
)
from tests.browser.steps import (
    begin,
    card,
    close_notebook,
    do_the_work,
    hand_in,
    read_feedback,
)
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(1200)]

EX1 = "ex1_translation"


@pytest.fixture(scope="module")
def student(log_in: Callable[[str], Page]) -> Page:
    """Alice, on her welcome page."""
    page = log_in("alice")
    expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def begun(student: Page, course: LiveCourse, picture: Callable) -> Path:
    """Alice has begun ex1 from its card, and its notebook is open; the folder it is in."""
    expect(card(student, EX1)).to_be_visible()
    picture(student, "welcome")
    begin(student, EX1)
    picture(student, "notebook")
    return course.root / "var" / "homes" / "alice" / EX1


@pytest.fixture(scope="module")
def submitted(student: Page, begun: Path, picture: Callable) -> None:
    """Alice has done the work and handed it in."""
    close_notebook(student, EX1)  # what follows changes its file
    do_the_work(begun, EX1)
    hand_in(student, EX1)
    picture(student, "handed_in")


@pytest.fixture(scope="module")
def graded(submitted: None, log_in: Callable[[str], Page], picture: Callable) -> Page:
    """The instructor has collected, autograded, and given feedback, all in the formgrader."""
    page = log_in("instructor")
    page.get_by_role("link", name="Formgrader").click()
    picture_when(page, assignment_row(page, EX1), "formgrader", picture)
    collect(page, EX1)
    submission = open_submissions(page, EX1, "alice")
    picture(page, "formgrader_submissions")
    autograde(page, submission)
    picture(page, "formgrader_graded")
    give_feedback(page, EX1)
    return page


def picture_when(page: Page, there: Locator, name: str, picture: Callable) -> None:
    expect(there).to_be_visible()
    picture(page, name)


def test_nothing_pops_up_at_the_first_log_in(student: Page) -> None:
    student.wait_for_timeout(3000)  # news and build prompts come late
    expect(student.locator(".jp-Dialog")).to_have_count(0)
    expect(student.locator(".Toastify__toast")).to_have_count(0)


def test_a_student_begins_and_hands_in(submitted: None, course: LiveCourse) -> None:
    inbound = list((course.root / "var" / "exchange" / "kireji" / "inbound" / "alice").iterdir())
    assert [folder.name.split("+")[:2] for folder in inbound] == [["alice", EX1]]
    assert {f"{EX1}.ipynb", f"{EX1}.safetensors"} <= {path.name for path in inbound[0].iterdir()}


@pytest.fixture(scope="module")
def score(graded: Page, course: LiveCourse) -> str:
    """The score that the hidden tests gave, as pages show it."""
    notebook = nbformat.read(
        course.root / "autograded" / "alice" / EX1 / f"{EX1}.ipynb", as_version=4
    )
    report = notebook.metadata["kireji"]
    assert report["score"] > 80, report["cells"]
    return f"{report['score']:g}"


def test_the_instructor_sees_the_score(graded: Page, score: str, picture: Callable) -> None:
    graded.get_by_role("link", name="Manual Grading").first.click()
    expect(graded.get_by_role("row", name=re.compile(EX1))).to_contain_text(score)
    picture(graded, "gradebook")


def test_the_student_reads_score_and_pictures(
    graded: Page,
    score: str,
    student: Page,
    course: LiveCourse,
    context: Callable[..., BrowserContext],
    picture: Callable,
) -> None:
    frame = read_feedback(student, EX1)
    expect(frame.get_by_text("What is real and what is padding").first).to_be_visible()
    expect(card(student, EX1)).to_contain_text(f"{score} of 100 points")
    picture(student, "feedback_in_jupyterlab")
    assert frame.locator("img[src^='data:image']").count() > 2
    link = frame.locator("nav a").last
    link.click()  # a link within the page stays there
    expect(frame.locator("section.task h2").last).to_be_in_viewport()

    (page_path,) = (course.root / "var" / "exchange" / "kireji" / "feedback" / "alice").glob(
        "*.html"
    )
    phone = context(PHONE).new_page()
    phone.goto(page_path.as_uri())
    picture(phone, "feedback_on_a_phone", whole=True)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = context().new_page()
    wide.goto(page_path.as_uri())
    picture(wide, "feedback", whole=True)
    assert score in wide.inner_text("body")
