"""The loop as people see it: fetch, open, submit; collect, autograde, return feedback; read it."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from kireji.demo.checkpoint import trained_checkpoints
from kireji.demo.students import solve
from kireji.grading import assignment as catalogue
from tests.browser.conftest import PHONE
from tests.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(1200)]

EX1 = "ex1_translation"
GRADING = 300_000       # milliseconds for one submission on a busy machine


@pytest.fixture(scope="module")
def student(log_in: Callable[[str], Page]) -> Page:
    """Alice, on her welcome page."""
    page = log_in("alice")
    expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible()
    return page


@pytest.fixture(scope="module")
def fetched(student: Page, course: LiveCourse, picture: Callable) -> Path:
    """Alice has fetched ex1 from the assignment list; the folder it is in."""
    picture(student, "welcome")
    open_assignment_list(student)
    row = released(student)
    expect(row).to_be_visible()
    picture(student, "assignment_list")
    row.get_by_role("button", name="Fetch").click()
    expect(student.locator("#fetched_assignments_list").get_by_text(EX1).first).to_be_visible()
    return course.root / "var" / "homes" / "alice" / EX1


@pytest.fixture(scope="module")
def submitted(student: Page, fetched: Path, picture: Callable) -> None:
    """Alice has opened the notebook, done the work and submitted it."""
    open_notebook(student)
    picture(student, "notebook")
    close_notebook(student)     # what follows changes its file
    do_the_work(fetched)
    open_assignment_list(student)
    student.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    expect(student.locator("#submitted_assignments_list").get_by_text(EX1).first).to_be_visible()
    picture(student, "submitted")


@pytest.fixture(scope="module")
def graded(submitted: None, log_in: Callable[[str], Page], picture: Callable) -> Page:
    """The instructor has collected, autograded, and given feedback, all in the formgrader."""
    page = log_in("instructor")
    row = page.get_by_role("row", name=re.compile(EX1))
    picture_when(page, row, "formgrader", picture)
    row.locator(".collect a").click()
    confirm(page)
    row.locator(".num-submissions a").click()
    submission = page.get_by_role("row", name=re.compile("alice"))
    expect(submission).to_contain_text("needs autograding")
    picture(page, "formgrader_submissions")
    submission.locator(".autograde a").click()
    confirm(page, GRADING)
    expect(submission).to_contain_text(re.compile("graded|needs manual grading"))
    picture(page, "formgrader_graded")
    page.get_by_role("link", name="Manage Assignments").first.click()
    row.locator(".generate-feedback a").click()
    confirm(page)
    row.locator(".release-feedback a").click()
    confirm(page)
    return page


def open_assignment_list(page: Page) -> None:
    page.locator("#jp-top-panel, #jp-top-bar").get_by_text("Assignment List").first.click()
    expect(page.locator("#released_assignments_list")).to_be_visible()


def released(page: Page) -> Locator:
    return page.locator("#released_assignments_list .list_item", has_text=EX1)


def open_notebook(page: Page) -> None:
    """Click through from the assignment list to the notebook, and wait for its kernel."""
    page.locator("#fetched_assignments_list").get_by_text(EX1).first.click()
    page.locator("#fetched_assignments_list").get_by_role("link", name=EX1).last.click()
    expect(page.locator(".jp-NotebookPanel").first).to_be_visible()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()


def close_notebook(page: Page) -> None:
    """Save the open notebook and close its tab."""
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=f"{EX1}.ipynb")
    page.keyboard.press("Control+s")
    expect(tab).not_to_have_class(re.compile("jp-mod-dirty"))
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab).to_have_count(0)


def do_the_work(folder: Path) -> None:
    """What takes a student an afternoon: every answer, and the trained model beside the notebook."""
    assignment = catalogue.load(EX1)
    notebook = nbformat.read(folder / f"{EX1}.ipynb", as_version=4)
    solve(assignment, notebook)
    nbformat.write(notebook, folder / f"{EX1}.ipynb")
    with ThreadPoolExecutor(1) as elsewhere:    # the browser's driver has this thread's event loop
        checkpoints = elsewhere.submit(trained_checkpoints, assignment).result()
    for checkpoint in checkpoints.iterdir():
        shutil.copy(checkpoint, folder)


def picture_when(page: Page, there: Locator, name: str, picture: Callable) -> None:
    expect(there).to_be_visible()
    picture(page, name)


def confirm(page: Page, milliseconds: float = 90_000) -> None:
    """Wait for the formgrader's word of success and close it."""
    success = page.locator("#success-modal")
    expect(page.locator(".modal.in").first).to_be_visible(timeout=milliseconds)
    assert success.count(), page.locator(".modal.in").inner_text()
    success.get_by_role("button", name="OK").click()
    expect(page.locator(".modal-backdrop")).to_have_count(0)    # it fades


def test_nothing_pops_up_at_the_first_log_in(student: Page) -> None:
    student.wait_for_timeout(3000)      # news and build prompts come late
    expect(student.locator(".jp-Dialog")).to_have_count(0)
    expect(student.locator(".Toastify__toast")).to_have_count(0)


def test_a_student_fetches_and_submits(submitted: None, course: LiveCourse) -> None:
    inbound = list((course.root / "var" / "exchange" / "kireji" / "inbound" / "alice").iterdir())
    assert [folder.name.split("+")[:2] for folder in inbound] == [["alice", EX1]]
    assert {f"{EX1}.ipynb", f"{EX1}.safetensors"} <= {path.name for path in inbound[0].iterdir()}


@pytest.fixture(scope="module")
def score(graded: Page, course: LiveCourse) -> str:
    """The score that the hidden tests gave, as pages show it."""
    notebook = nbformat.read(course.root / "autograded" / "alice" / EX1 / f"{EX1}.ipynb", as_version=4)
    report = notebook.metadata["kireji"]
    assert report["score"] > 80, report["cells"]
    return f"{report['score']:g}"


def test_the_instructor_sees_the_score(graded: Page, score: str, picture: Callable) -> None:
    graded.get_by_role("link", name="Manual Grading").first.click()
    expect(graded.get_by_role("row", name=re.compile(EX1))).to_contain_text(score)
    picture(graded, "gradebook")


def test_the_student_reads_score_and_pictures(graded: Page, score: str, student: Page, course: LiveCourse, fetched: Path,
                                              context: Callable[..., BrowserContext], picture: Callable) -> None:
    open_assignment_list(student)
    submitted = student.locator("#submitted_assignments_list")
    submitted.get_by_role("button", name="Fetch Feedback").click()
    expect(submitted.get_by_text("view feedback")).to_be_visible()
    picture(student, "feedback_fetched")
    page_path, = fetched.glob("feedback/*/*.html")
    student.goto(f"{course.address}/user/alice/lab/tree/{page_path.relative_to(fetched.parent)}")
    frame = student.frame_locator("iframe.jp-HTMLViewer, .jp-HTMLViewer iframe")
    expect(frame.get_by_text("Padding mask", exact=False).first).to_be_visible()
    picture(student, "feedback_in_jupyterlab")
    assert frame.locator("img[src^='data:image']").count() > 2

    phone = context(PHONE).new_page()
    phone.goto(page_path.as_uri())
    picture(phone, "feedback_on_a_phone", whole=True)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    wide = context().new_page()
    wide.goto(page_path.as_uri())
    picture(wide, "feedback", whole=True)
    assert score in wide.inner_text("body")
