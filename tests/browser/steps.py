"""What a student does in JupyterLab, step by step; each takes the page and the assignment's
name."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import Locator, Page, expect

from kireji.demo.checkpoint import trained_checkpoints
from kireji.demo.students import solve
from tests.support.clone import COURSE


def open_assignment_list(page: Page) -> None:
    page.locator("#jp-top-panel, #jp-top-bar").get_by_text("Assignment List").first.click()
    expect(page.locator("#released_assignments_list")).to_be_visible()


def released(page: Page, name: str) -> Locator:
    return page.locator("#released_assignments_list .list_item", has_text=name)


def fetch(page: Page, name: str) -> None:
    """From the open assignment list."""
    released(page, name).get_by_role("button", name="Fetch").click()
    expect(page.locator("#fetched_assignments_list").get_by_text(name).first).to_be_visible()


def open_notebook(page: Page, name: str) -> None:
    """Click through from the assignment list to the notebook, and wait for its kernel."""
    page.locator("#fetched_assignments_list").get_by_text(name).first.click()
    page.locator("#fetched_assignments_list").get_by_role("link", name=name).last.click()
    expect(page.locator(".jp-NotebookPanel").first).to_be_visible()
    expect(page.get_by_text("Python 3 (ipykernel) | Idle")).to_be_visible()
    expect(page.locator(".validate-button")).to_have_count(0)  # it would train, and worse


def close_notebook(page: Page, name: str) -> None:
    """Save the open notebook and close its tab."""
    tab = page.locator(".lm-DockPanel-tabBar .lm-TabBar-tab", has_text=f"{name}.ipynb")
    page.keyboard.press("Control+s")
    expect(tab).not_to_have_class(re.compile("jp-mod-dirty"))
    tab.locator(".lm-TabBar-tabCloseIcon").click()
    expect(tab).to_have_count(0)


def edit(folder: Path, name: str, change: Callable[[NotebookNode], None]) -> None:
    """Change the notebook's file, which is not open."""
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    change(notebook)
    nbformat.write(notebook, folder / f"{name}.ipynb")


def do_the_work(folder: Path, name: str) -> None:
    """What takes a student an afternoon: every answer, and the trained model next to the
    notebook."""
    assignment = COURSE.assignment(name)
    edit(folder, name, lambda notebook: solve(assignment, notebook))
    with ThreadPoolExecutor(1) as elsewhere:  # the browser's driver has this thread's event loop
        checkpoints = elsewhere.submit(trained_checkpoints, assignment).result()
    for checkpoint in checkpoints.iterdir():
        shutil.copy(checkpoint, folder)


def submit(page: Page, name: str) -> None:
    open_assignment_list(page)
    page.locator("#fetched_assignments_list").get_by_role("button", name="Submit").click()
    expect(page.locator("#submitted_assignments_list").get_by_text(name).first).to_be_visible()


def fetch_feedback(page: Page) -> None:
    open_assignment_list(page)
    submitted = page.locator("#submitted_assignments_list")
    submitted.get_by_role("button", name="Fetch Feedback").click()
    expect(submitted.get_by_text("view feedback")).to_be_visible()
