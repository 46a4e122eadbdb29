"""A student's path through ex2: a check that fails, its hint and picture; the code put right;
submitted, graded, read."""

import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from nbformat import NotebookNode
from playwright.sync_api import BrowserContext, Locator, Page, expect

from tests.browser.steps import (
    begin,
    card,
    close_notebook,
    do_the_work,
    edit,
    hand_in,
    open_notebook,
    read_feedback,
)
from tests.support.clone import COURSE
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(1500)]

EX2 = "ex2_mechanisms"
FIRST_ANSWERS = ("masked_softmax_solution", "dot_product_solution", "general_solution")
RIGHT, WRONG = (
    "        return torch.softmax(scores, dim=-1)",
    "        return torch.softmax(scores, dim=-2)",
)
ANSWER = (
    "The variance of $q^\\top k$ is $d_k$, so I divide by its root:\n\n$$\\text{score} ="
    " \\frac{q^\\top k}{\\sqrt{d_k}}$$\n\nIt costs nothing."
)


def solutions() -> dict[str, str]:
    """grade_id -> the solution's code."""
    return {cell.id: cell.source for cell in COURSE.assignment(EX2).source.cells}


def first_answers(notebook: NotebookNode) -> None:
    """The first task answered, with a softmax over the queries."""
    right = solutions()
    for cell in notebook.cells:
        if cell.id in FIRST_ANSWERS:
            cell.source = right[cell.id].replace(RIGHT, WRONG)


def written_answer(notebook: NotebookNode) -> None:
    next(cell for cell in notebook.cells if cell.id == "discussion").source = ANSWER


@pytest.fixture(scope="module")
def student(log_in: Callable[[str], Page]) -> Page:
    """Bob, to whom all assignments are offered, with ex2 begun."""
    page = log_in("bob")
    # it opens by itself, in front of all
    expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible()
    for name in COURSE.assignment_names():
        expect(card(page, name)).to_be_visible()
    begin(page, EX2)
    close_notebook(page, EX2)  # what follows changes its file
    return page


@pytest.fixture(scope="module")
def folder(student: Page, course: LiveCourse) -> Path:
    return course.root / "var" / "homes" / "bob" / EX2


def cell_saying(page: Page, text: str) -> Locator:
    return page.locator(".jp-NotebookPanel .jp-Cell", has_text=text).first


def run_from_the_top(page: Page, cells: int) -> None:
    """Shift+Enter, cell by cell, as one reads."""
    page.locator(".jp-NotebookPanel .jp-Cell").first.click()
    page.keyboard.press("Escape")
    for _ in range(cells):
        page.keyboard.press("Shift+Enter")


def test_a_check_fails_with_a_hint_and_a_picture_and_then_passes(
    student: Page, folder: Path, picture: Callable
) -> None:
    edit(folder, EX2, first_answers)
    open_notebook(student, EX2)
    expect(
        student.locator(".jp-NotebookPanel mjx-container, .jp-NotebookPanel math").first
    ).to_be_attached()
    picture(student, "ex2_notebook")
    order = [cell.id for cell in COURSE.assignment(EX2).source.cells]
    run_from_the_top(student, order.index("content_scores-check") + 1)
    check = cell_saying(student, 'check("content_scores")')
    expect(check).to_contain_text("is the softmax over the last dimension, the keys (dim=-1)?")
    expect(check.locator(".jp-OutputArea img")).to_have_count(1)
    check.scroll_into_view_if_needed()
    picture(student, "ex2_check_fails")

    below = order.index("content_scores-check") + 1 - order.index("masked_softmax_solution")
    # by keyboard: cells out of sight are not in the page
    for key in ["Escape", *["ArrowUp"] * below, "Enter", "Control+a"]:
        student.keyboard.press(key)
    student.keyboard.insert_text(solutions()["masked_softmax_solution"])
    for _ in range(below):
        student.keyboard.press("Shift+Enter")
    expect(check).to_contain_text("All fine here.")
    picture(student, "ex2_check_passes")
    close_notebook(student, EX2)


def test_theory_and_lessons_can_be_read_in_jupyterlab(
    student: Page, course: LiveCourse, picture: Callable
) -> None:
    student.goto(f"{course.address}/user/bob/lab/tree/docs/explanation/attention/self-attention.md")
    page = student.locator(".jp-MarkdownViewer")
    expect(page.locator("mjx-container, math").first).to_be_visible()
    expect(page.locator("img").first).to_be_visible()
    picture(student, "ex2_theory")
    page.locator("mjx-container, math").nth(20).scroll_into_view_if_needed()
    picture(student, "ex2_theory_equations")
    student.goto(f"{course.address}/user/bob/lab/tree/code/self_attention.py")
    expect(student.locator(".jp-FileEditor .cm-line").first).to_be_visible()
    picture(student, "ex2_lesson")


@pytest.fixture(scope="module")
def returned(student: Page, folder: Path, course: LiveCourse) -> Path:
    """Handed in in JupyterLab, graded on the command line, read there: the feedback page."""
    do_the_work(folder, EX2)
    edit(folder, EX2, written_answer)
    student.goto(f"{course.address}/user/bob/lab")
    hand_in(student, EX2)
    for command in (
        ["kireji", "grade", EX2],
        ["nbgrader", "generate_feedback", EX2],
        ["nbgrader", "release_feedback", EX2],
    ):
        done = subprocess.run(
            [sys.executable, "-P", "-m", *command],
            cwd=course.root,
            env=course.environment,
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr
    expect(read_feedback(student, EX2).locator(".score")).to_be_visible()
    (page,) = (course.root / "var" / "exchange" / "kireji" / "feedback" / "bob").glob("*.html")
    return page


def test_the_feedback_page_says_what_was_right_and_shows_equations(
    returned: Path, context: Callable[..., BrowserContext], picture: Callable
) -> None:
    page = context().new_page()
    page.goto(returned.as_uri())
    expect(page.get_by_role("heading", name="3. Self-attention")).to_be_visible()
    assert re.search(r"\b88\b", page.inner_text(".score")), page.inner_text(".score")
    equation = page.locator(".prose math mfrac")
    assert equation.bounding_box()["height"] > 20  # a fraction, drawn
    assert page.locator("img[src^='data:image']").count() > 4
    picture(page, "ex2_feedback", whole=True)
