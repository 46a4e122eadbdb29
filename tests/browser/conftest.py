"""A real Chromium, a running course, and people in it. Screenshots go to var/artefacts/."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect, sync_playwright

from tests.support.clone import ARTEFACTS
from tests.support.live_course import LiveCourse
from tests.support.needs import browser as find_browser
from tests.support.needs import require

ARGUMENTS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]
MAX_WAIT_MS = 90_000  # milliseconds for a page on a busy machine
DESKTOP = {"width": 1280, "height": 800}
PHONE = {"width": 390, "height": 844}
expect.set_options(timeout=MAX_WAIT_MS)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    require("browser")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[LiveCourse]:
    """The course with its released assignments, up."""
    course = LiveCourse(tmp_path_factory.mktemp("course"))
    course.release_everything()
    course.start()
    yield course
    course.stop()


@pytest.fixture(scope="module")
def context(chromium: Browser) -> Callable[..., BrowserContext]:
    """Make a new browser profile, without cookies of others."""

    def context(size: dict[str, int] = DESKTOP) -> BrowserContext:
        made = chromium.new_context(viewport=size, locale="en-GB")
        made.set_default_timeout(MAX_WAIT_MS)
        return made

    return context


@pytest.fixture(scope="module")
def log_in(course: LiveCourse, context: Callable[..., BrowserContext]) -> Callable[[str], Page]:
    """Log in through the log-in page, as a person does; the page where that ends."""

    def log_in(name: str) -> Page:
        page = context().new_page()
        page.goto(course.address)
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=False).first.fill(course.password(name))
        page.get_by_role("button", name="Sign in").click()
        return page

    return log_in


@pytest.fixture(scope="module")
def picture() -> Callable[[Page, str], Path]:
    """Keep what a page looks like."""
    ARTEFACTS.mkdir(parents=True, exist_ok=True)

    def picture(page: Page, name: str, whole: bool = False) -> Path:
        path = ARTEFACTS / f"{name}.png"
        page.screenshot(path=path, full_page=whole)
        return path

    return picture
