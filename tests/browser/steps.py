"""What a student does in JupyterLab, step by step; each takes the page and the assignment's
name."""

import re
import shutil
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import nbformat
from nbformat import NotebookNode
from playwright.sync_api import FrameLocator, Locator, Page, expect

from kireji.demo.checkpoint import trained_checkpoints
from kireji.demo.students import solve
from tests.support.clone import COURSE

FEEDBACK_WAIT_MS = 300_000  # for one submission to come back, on a busy machine


def card(page: Page, name: str) -> Locator:
    """The assignment's card in the panel, which opens by itself."""
    return page.locator("#kireji-course .kj-card", has_text=name)


def press(page: Page, name: str, button: str) -> None:
    card(page, name).get_by_role("button", name=re.compile(f"^{button}: ")).first.click()


def begin(page: Page, name: str) -> None:
    """Fetch the assignment; its notebook opens, and has its kernel when this returns."""
    press(page, name, "Begin")
    expect_notebook(page)


def open_notebook(page: Page, name: str) -> None:
    press(page, name, "Open")
    expect_notebook(page)


def expect_notebook(page: Page) -> None:
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


def toolbar_button(page: Page, name: str) -> Locator:
    """A button of ours above the notebook: check-all or hand-in."""
    return page.locator(f".jp-NotebookPanel [data-jp-item-name=kireji-{name}] jp-button")


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
        checkpoints = elsewhere.submit(trained_checkpoints, COURSE, assignment).result()
    for checkpoint in checkpoints.iterdir():
        shutil.copy(checkpoint, folder)


def hand_in(page: Page, name: str, number: int = 1) -> None:
    """From the card, past what the page says before; `number` is the attempt of the receipt."""
    press(page, name, "Hand in")
    confirm_hand_in(page, name, number)


def confirm_hand_in(page: Page, name: str, number: int = 1) -> None:
    dialog = page.get_by_role("dialog")
    expect(dialog.get_by_text(f"{name}.ipynb").first).to_be_visible()
    dialog.get_by_role("button", name=re.compile("^Hand in")).click()
    expect(dialog).to_have_count(0)
    expect(card(page, name)).to_contain_text(re.compile(f"as attempt {number}|points"))
    expect(
        page.get_by_text(re.compile(f"Handed in .* as attempt {number}: ")).first
    ).to_be_visible()


def read_feedback(page: Page, name: str) -> FrameLocator:
    """Wait until the card has new feedback, open it with one click; the frame that shows it."""
    expect(card(page, name).get_by_text("New feedback")).to_be_visible(timeout=FEEDBACK_WAIT_MS)
    press(page, name, "Feedback")
    frame = page.locator(".kj-Feedback iframe")
    expect(frame).to_be_visible()
    expect(card(page, name).get_by_text("New feedback")).to_have_count(0)
    return page.frame_locator(".kj-Feedback iframe")
