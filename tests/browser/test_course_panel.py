"""The panel, Check all and Hand in above the notebook, and the page for a phone."""

import re
from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.conftest import PHONE
from tests.browser.steps import begin, card, confirm_hand_in, press, toolbar_button
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(1200)]

EX1 = "ex1_translation"
CHECKS_MS = 300_000  # for all checks of a notebook, on a busy machine
LINE = "# a line that was never saved by hand"


@pytest.fixture(scope="module")
def student(log_in: Callable[[str], Page]) -> Page:
    """Bob, with the notebook of ex1 open."""
    page = log_in("bob")
    expect(card(page, EX1)).to_contain_text("Not begun")
    # it opens by itself, in front of all
    expect(page.get_by_role("heading", name="Attention, step by step")).to_be_visible()
    begin(page, EX1)
    expect(card(page, EX1)).to_contain_text("In progress")
    return page


@pytest.fixture(scope="module")
def folder(student: Page, course: LiveCourse) -> Path:
    return course.root / "var" / "homes" / "bob" / EX1


def test_check_all_of_stubs_finds_nothing_done_and_trains_nothing(
    student: Page, folder: Path, picture: Callable
) -> None:
    toolbar_button(student, "check-all").click()
    checks = student.locator("#kireji-checks")
    expect(checks.get_by_text("0 of 9 tasks done")).to_be_visible(timeout=CHECKS_MS)
    expect(checks.locator(".kj-task", has_text="Open")).to_have_count(9)
    picture(student, "check_all_of_stubs")
    assert not list(folder.glob("*.safetensors"))
    assert {path.name for path in folder.iterdir()} == {f"{EX1}.ipynb", ".ipynb_checkpoints"}


def test_a_task_in_the_list_leads_to_its_cell(student: Page) -> None:
    student.locator("#kireji-checks .kj-task", has_text="What is real").click()
    active = student.locator(".jp-Notebook .jp-mod-active")
    expect(active).to_contain_text("def padding_mask(")


def test_an_unsaved_line_is_handed_in(student: Page, course: LiveCourse, picture: Callable) -> None:
    student.locator(".jp-Notebook .jp-mod-active .cm-content").click()
    student.keyboard.press("Control+End")
    student.keyboard.press("Enter")
    student.keyboard.insert_text(LINE)
    toolbar_button(student, "hand-in").click()
    dialog = student.get_by_role("dialog")
    expect(dialog).to_contain_text("10 of 10 code answers")
    expect(dialog).to_contain_text("There is no ex1_translation.safetensors")
    picture(student, "hand_in_stubs")
    confirm_hand_in(student, EX1)
    picture(student, "handed_in_stubs")
    inbound = course.root / "var" / "exchange" / "kireji" / "inbound" / "bob"
    (attempt,) = inbound.glob(f"bob+{EX1}+*")
    assert LINE in (attempt / f"{EX1}.ipynb").read_text()


def test_start_afresh_keeps_the_old_copy(student: Page, folder: Path, picture: Callable) -> None:
    card(student, EX1).locator("summary").click()
    press(student, EX1, "Start afresh")
    student.get_by_role("dialog").get_by_role("button", name="Start afresh").click()
    expect(student.get_by_text("Your old copy is in the folder")).to_be_visible()
    expect(student.get_by_text(re.compile(r"Python 3 \(ipykernel\) \| Idle"))).to_be_visible()
    (kept,) = folder.parent.glob(f"{EX1} (until *)")
    assert LINE in (kept / f"{EX1}.ipynb").read_text()
    assert LINE not in (folder / f"{EX1}.ipynb").read_text()
    picture(student, "started_afresh")


def test_a_phone_shows_the_same_states(
    student: Page, course: LiveCourse, picture: Callable
) -> None:
    phone = student.context.new_page()
    phone.set_viewport_size(PHONE)
    phone.goto(f"{course.address}/user/bob/course")
    expect(phone.get_by_role("heading", name="Your assignments")).to_be_visible()
    expect(phone.locator("article", has_text="A translator")).to_contain_text("Handed in")
    picture(phone, "course_on_a_phone", whole=True)
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]
    phone.close()
