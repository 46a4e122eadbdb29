"""Reading written answers by keys alone, in real Chromium: nothing typed is lost, and no answer has
two readers."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from kireji.hub.desk_service import PREFIX
from kireji.reading import Readings
from tests.browser.conftest import DESKTOP, MAX_WAIT_MS, PHONE
from tests.browser.desk_server import DeskServer, serve
from tests.browser.test_desk import violations
from tests.desk.conftest import class_once as class_once
from tests.desk.conftest import small_class as small_class
from tests.desk.small_class import SmallClass
from tests.desk.written_answers import ESSAY, READING, WHERE, write_all

pytestmark = pytest.mark.slow("starts a browser")
SAVED = re.compile("What you typed is kept")


@pytest.fixture
def answers(small_class: SmallClass) -> Readings:
    write_all(small_class)
    return Readings(small_class.course)


@pytest.fixture
def desk(small_class: SmallClass, answers: Readings) -> Iterator[DeskServer]:
    with serve(small_class) as server:
        yield server


@pytest.fixture
def readers(desk: DeskServer, chromium: Browser) -> Iterator[dict[str, Page]]:
    """Two browsers, each of another reader, before an answer."""
    found, said = {}, []
    for name in ("ines", "theo"):
        page = desk.open(chromium, name, viewport=DESKTOP).new_page()
        page.set_default_timeout(MAX_WAIT_MS)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(f"{desk.address}{PREFIX}{ESSAY}")
        found[name] = page
    yield found
    for page in found.values():
        page.context.close()
    assert said == []


@pytest.fixture
def page(readers: dict[str, Page]) -> Page:
    return readers["ines"]


def shown(page: Page) -> str:
    """Whose answer is on the page."""
    return page.locator(".prose strong").inner_text().lower()


def press_n(page: Page) -> None:
    """Save, and wait for the page of what comes next."""
    address = page.url
    page.keyboard.press("n")
    page.wait_for_url(lambda url: url != address)


def test_the_class_is_read_by_keys_alone(
    desk: DeskServer, readers: dict[str, Page], answers: Readings
) -> None:
    page = readers["ines"]
    readers["theo"].keyboard.press("s")  # he leaves his answers to her
    readers["theo"].context.close()
    for student in ("alice", "bob", "carol"):
        answers.release(*WHERE, student, "theo")
    page.reload()
    seen = []
    for number in range(3):
        seen.append(shown(page))
        page.keyboard.press("1")
        page.keyboard.press("3")
        expect(page.locator("[data-score]")).to_have_text("0.5 of 3")
        page.keyboard.press("c")
        page.keyboard.type(f"n {number} u")  # letters, and no keys
        page.keyboard.press("Escape")
        press_n(page)
    assert sorted(seen) == ["alice", "bob", "carol"]
    expect(page.get_by_text("Every answer is read.")).to_be_visible()
    first, _, third = (item.id for item in answers.rubric(*WHERE))
    reading = answers.reading_of(*WHERE, seen[1])
    assert (reading.items, reading.comment, reading.by) == ((first, third), "n 1 u", "ines")


def test_the_next_answer_is_there_before_it_is_asked_for(page: Page, answers: Readings) -> None:
    page.wait_for_load_state("networkidle")
    page.keyboard.press("2")
    asked: list[str] = []
    page.on("request", lambda request: asked.append(f"{request.method} {request.url}"))
    first, code = shown(page), page.url.rsplit("/", 1)[1]
    press_n(page)
    expect(page.locator(".prose strong")).not_to_have_text(first.capitalize())
    expect(page.locator("#answer")).to_be_focused()
    assert "PUT" in asked[0] and asked[0].endswith("/reading")
    assert not [one for one in asked if f"after={code}" in one]
    expect(page.locator(".reading-progress")).to_contain_text("1 of 3 read")  # by itself


def test_two_readers_never_have_the_same_answer(
    readers: dict[str, Page], answers: Readings
) -> None:
    ines, theo = readers["ines"], readers["theo"]
    hers = shown(ines)
    assert shown(theo) != hers
    theo.goto(ines.url)
    expect(theo.get_by_text("ines is reading this answer now")).to_be_visible()
    theo.keyboard.press("1")
    theo.keyboard.press("n")
    expect(theo.get_by_role("alert")).to_contain_text("ines is reading this answer now")
    assert answers.reading_of(*WHERE, hers) is None


def test_what_is_typed_outlives_a_reload(page: Page, answers: Readings) -> None:
    page.keyboard.press("1")
    page.keyboard.press("c")
    page.keyboard.type("half a sen")
    page.reload()  # at once: the desk may not have it yet
    expect(page.get_by_label("Comment to the student")).to_have_value("half a sen")
    expect(page.locator("[data-key='1']")).to_be_checked()
    expect(page.locator("[data-score]")).to_have_text("1 of 3")
    expect(page.locator("[data-state]")).to_have_text(SAVED)  # the desk has it now
    page.evaluate("localStorage.clear()")
    page.reload()
    expect(page.get_by_label("Comment to the student")).to_have_value("half a sen")
    assert answers.reading_of(*WHERE, shown(page)) is None


def test_a_session_that_ended_begins_again(desk: DeskServer, page: Page, answers: Readings) -> None:
    student = shown(page)
    desk.end_session(page.context)
    page.keyboard.press("2")
    press_n(page)
    assert answers.reading_of(*WHERE, student).by == "ines"


def test_a_signed_out_reader_keeps_what_is_typed(
    desk: DeskServer, page: Page, answers: Readings
) -> None:
    student = shown(page)
    desk.end_session(page.context, at_the_hub=True)
    page.keyboard.press("2")
    page.keyboard.press("c")
    page.keyboard.type("kept words")
    page.keyboard.press("Control+Enter")
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("You are signed out. What you typed is kept in this browser.")
    assert answers.reading_of(*WHERE, student) is None
    desk.sign_in(page.context, "ines")
    alert.get_by_role("link", name="Sign in again").click()
    expect(page.get_by_label("Comment to the student")).to_have_value("kept words")
    expect(page.locator("[data-key='2']")).to_be_checked()


def test_undo_brings_the_answer_back_as_it_was(page: Page, answers: Readings) -> None:
    student = shown(page)
    page.keyboard.press("1")
    press_n(page)
    page.keyboard.press("u")
    expect(page.locator(".prose strong")).to_have_text(student.capitalize())
    expect(page.locator("[data-key='1']")).to_be_checked()
    assert answers.reading_of(*WHERE, student) is None
    press_n(page)
    assert answers.reading_of(*WHERE, student) is not None
    page.keyboard.press("p")
    expect(page.locator(".prose strong")).to_have_text(student.capitalize())


def test_nothing_is_saved_by_a_slip(page: Page, answers: Readings) -> None:
    page.keyboard.press("n")
    expect(page.get_by_role("alert")).to_contain_text("Choose an item")
    page.get_by_label("Further points").fill("many")
    page.get_by_role("button", name="Save, next").click()
    expect(page.get_by_role("alert")).to_contain_text("is no number of points")
    assert answers.progress(*WHERE).read == 0


def test_a_comment_of_this_evening_is_offered(page: Page) -> None:
    page.keyboard.press("1")
    page.get_by_label("Comment to the student").fill("Look at head 2.")
    page.keyboard.press("Escape")
    press_n(page)
    page.get_by_text("Comments used before").click()
    page.get_by_role("button", name="Look at head 2.").click()
    expect(page.get_by_label("Comment to the student")).to_have_value("Look at head 2.")


def test_an_item_is_changed_for_all_after_a_preview(
    desk: DeskServer, page: Page, answers: Readings
) -> None:
    student = shown(page)
    page.keyboard.press("1")
    press_n(page)
    page.goto(f"{desk.address}{PREFIX}{ESSAY}/rubric")
    item = page.get_by_role("form", name="Item 1")
    item.get_by_label("Points").fill("2")
    item.get_by_role("button", name="Preview").click()
    expect(page.get_by_text("1 score changes")).to_be_visible()
    assert answers.score_of(answers.reading_of(*WHERE, student)) == 1
    page.get_by_role("button", name="Change it for everybody").click()
    expect(page.get_by_role("status")).to_contain_text("1 score changed with it")
    assert answers.score_of(answers.reading_of(*WHERE, student)) == 2


def test_it_works_without_scripts(desk: DeskServer, chromium: Browser, answers: Readings) -> None:
    context: BrowserContext = desk.open(chromium, "ines", java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.address}{PREFIX}{READING}")
    page.get_by_role("link", name="Read 3 answers").click()
    student = shown(page)
    page.get_by_label("Names the mistake.").check()
    page.get_by_role("button", name="Save, next").click()
    assert shown(page) != student
    assert answers.reading_of(*WHERE, student) is not None
    context.close()


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_everybody_can_read_the_pages(desk: DeskServer, page: Page, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    item = f"{ESSAY}/rubric/1/preview?points=2"
    for path in (READING, ESSAY, f"{ESSAY}/rubric", item):
        for size in (PHONE, DESKTOP, {"width": 1920, "height": 1080}):
            page.set_viewport_size(size)
            page.goto(f"{desk.address}{PREFIX}{path}")
            wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
            assert page.evaluate(wider) <= 0, (path, size)
        found = violations(page)
        assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []
