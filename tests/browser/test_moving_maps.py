"""The moving pictures of the text: they load nothing, fit a phone, and work by keyboard."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from kireji.installation import DOCS
from tests.browser.conftest import PHONE

MAPS = sorted((DOCS / "figures" / "maps").glob("*.html"))


@pytest.fixture
def phone(context: Callable[..., BrowserContext]) -> Iterator[Page]:
    """A page that fails the test on an error of a script or a request that leaves the file."""
    page = context(PHONE).new_page()
    problems: list[str] = []
    page.on("pageerror", lambda error: problems.append(str(error)))
    page.on(
        "request",
        lambda request: problems.append(request.url) if "file:" not in request.url else None,
    )
    yield page
    page.context.close()
    assert problems == []


def show(page: Page, name: str) -> None:
    page.goto((DOCS / "figures" / "maps" / f"{name}.html").as_uri())


@pytest.mark.parametrize("path", MAPS, ids=lambda path: path.stem)
def test_a_picture_fits_a_phone_and_says_what_it_shows(phone: Page, path: Path) -> None:
    show(phone, path.stem)
    expect(phone.locator("#told")).not_to_be_empty()
    assert phone.evaluate("document.documentElement.scrollWidth") <= PHONE["width"]


def test_scores_that_are_not_divided_pick_a_winner(phone: Page) -> None:
    show(phone, "temperature")
    expect(phone.locator("#told")).to_contain_text("Greatest weight 0.98")
    phone.focus("#divide")
    phone.keyboard.press("End")  # divide by d_k itself
    expect(phone.locator("#power")).to_have_text("1.00")
    expect(phone.locator("#told")).to_contain_text("Greatest weight 0.1")


def test_a_cell_is_forbidden_by_keyboard(phone: Page) -> None:
    show(phone, "mask")
    phone.focus("[data-at='0,1']")
    phone.keyboard.press("Space")
    expect(phone.locator("[data-at='0,1']")).to_have_text("×")
    expect(phone.locator("tr").nth(1).locator("td").last).to_have_text("1.00")
    phone.click("#after")
    expect(phone.locator("tr").nth(1).locator("td").last).not_to_have_text("1.00")


def test_a_beam_of_one_walks_into_the_trap(phone: Page) -> None:
    show(phone, "decoding")
    phone.focus("#beam")
    phone.keyboard.press("Home")
    for _ in range(3):
        phone.click("#step")
    expect(phone.locator("#told")).to_contain_text("he is cold")


def test_a_head_and_a_word_are_chosen(phone: Page) -> None:
    show(phone, "heads")
    expect(phone.locator("#told")).to_contain_text("snowfall 0.9")
    phone.select_option("#head", "1,0")
    phone.locator(".word", has_text="waits").press("Enter")
    expect(phone.locator("#told")).to_contain_text("“waits” looks at a 0.93")
