"""One deployment for all of its tests, a real Chromium, and a student's way through the
course as far as it is graded."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import chromium, context, picture  # noqa: F401
from tests.browser.formgrader import (
    assignment_row,
    autograde,
    collect,
    give_feedback,
    open_submissions,
)
from tests.browser.steps import begin, hand_in
from tests.compose.people import is_in, log_in, session, sign_up
from tests.compose.stack import FORMGRADER, Stack, wait_until
from tests.support.clone import COURSE
from tests.support.needs import require

EX1, TASK = "ex1_translation", "padding_mask"
POINTS = "4"  # of the task that Alice solves
MAX_WAIT_MS = 240_000  # milliseconds for a page
SLOW = 400_000  # and for JupyterLab's or a kernel's first start on a busy machine


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The project's own images, built from its own Dockerfile, and everything up."""
    require("docker")
    stack = Stack(KIREJI_INSTRUCTORS="instructor second")
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.remove()
        stack.report()


@pytest.fixture(scope="module")
def new_page(context: Callable[..., BrowserContext]) -> Callable[[], Page]:
    """A page of a browser without a log-in. With more patience than elsewhere: there
    are containers behind it."""
    expect.set_options(timeout=MAX_WAIT_MS)

    def new_page() -> Page:
        page = context().new_page()
        page.set_default_timeout(MAX_WAIT_MS)
        return page

    return new_page


@pytest.fixture(scope="module")
def instructor(stack: Stack, new_page: Callable[[], Page]) -> Page:
    """The instructor, who has found the first password as the log says, and logged in."""
    page = new_page()
    log_in(page, stack, "instructor", stack.first_password())
    return page


@pytest.fixture(scope="module")
def approved(
    stack: Stack, instructor: Page, new_page: Callable[[], Page], picture: Callable
) -> None:
    """Alice has signed up and waits; the instructor has let her in."""
    page = new_page()
    sign_up(page, stack, "alice")
    picture(page, "compose_signed_up")
    log_in(page, stack, "alice")
    expect(page.get_by_text("waits for your instructor's approval")).to_be_visible()
    picture(page, "compose_not_approved")
    with session(stack, "alice") as alice:
        assert not is_in(alice, stack)
    instructor.goto(f"{stack.address}/hub/authorize")
    picture(instructor, "compose_approve")
    instructor.locator("tr#alice").get_by_role("button", name="Approve").click()
    expect(instructor.locator("tr#alice")).to_contain_text("Yes")


@pytest.fixture(scope="module")
def alice(stack: Stack, approved: None, new_page: Callable[[], Page]) -> Page:
    """Alice, on her welcome page in her own server."""
    page = new_page()
    # JupyterLab asks before one leaves an open notebook
    page.on("dialog", lambda dialog: dialog.accept())
    log_in(page, stack, "alice")
    with stack.timed("a student's first server"):
        expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible(
            timeout=SLOW
        )
    return page


@pytest.fixture(scope="module")
def submitted(stack: Stack, alice: Page, picture: Callable) -> None:
    """Alice has fetched ex1, solved its first task in the notebook, seen the check pass, and
    submitted."""
    picture(alice, "compose_welcome")
    begin(alice, EX1)
    cells = {
        cell.id: (number, cell.source)
        for number, cell in enumerate(COURSE.assignment(EX1).source.cells)
    }
    number, solution = cells[f"{TASK}_solution"]
    alice.locator(".jp-NotebookPanel .jp-Cell").first.click()
    alice.keyboard.press("Escape")
    for _ in range(number):
        alice.keyboard.press("Shift+Enter")
    for key in ("Enter", "Control+a"):
        alice.keyboard.press(key)
    alice.keyboard.insert_text(solution)
    for _ in range(cells[f"{TASK}-check"][0] - number + 1):
        alice.keyboard.press("Shift+Enter")
    check = alice.locator(".jp-NotebookPanel .jp-Cell", has_text=f'check("{TASK}")').first
    expect(check).to_contain_text("All fine here.", timeout=SLOW)
    picture(alice, "compose_check_passes")
    alice.keyboard.press("Control+s")
    wait_until(
        lambda: (
            "All fine here." in (stack.volume("homes") / "alice" / EX1 / f"{EX1}.ipynb").read_text()
        )
    )
    hand_in(alice, EX1)


@pytest.fixture(scope="module")
def graded(stack: Stack, submitted: None, instructor: Page, picture: Callable) -> Page:
    """The instructor has collected, autograded and given feedback, all in the formgrader."""
    instructor.goto(stack.address + FORMGRADER)
    expect(assignment_row(instructor, EX1)).to_be_visible()
    collect(instructor, EX1)
    submission = open_submissions(instructor, EX1, "alice")
    with stack.timed("autograde in the formgrader"):
        autograde(instructor, submission)
    picture(instructor, "compose_graded")
    give_feedback(instructor, EX1)
    return instructor
