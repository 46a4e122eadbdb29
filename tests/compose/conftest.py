"""One deployment for all that is asked of it, and a real Chromium."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import BrowserContext, Page, expect

from tests.browser.conftest import chromium, context, picture  # noqa: F401
from tests.compose.people import log_in
from tests.compose.stack import Stack
from tests.needs import require

PATIENCE = 240_000      # milliseconds for a page


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """The project's own images, built from its own Dockerfile, and everything up."""
    require("docker")
    stack = Stack()
    try:
        stack.build()
        stack.up()
        yield stack
    finally:
        stack.remove()
        stack.report()


@pytest.fixture(scope="module")
def new_page(context: Callable[..., BrowserContext]) -> Callable[[], Page]:     # noqa: F811
    """A page of a browser in which nobody is logged in. With more patience than elsewhere: there are containers behind it."""
    expect.set_options(timeout=PATIENCE)

    def new_page() -> Page:
        page = context().new_page()
        page.set_default_timeout(PATIENCE)
        return page

    return new_page


@pytest.fixture(scope="module")
def instructor(stack: Stack, new_page: Callable[[], Page]) -> Page:
    """The instructor, who has found the first password as the log says, and logged in."""
    page = new_page()
    log_in(page, stack, "instructor", stack.first_password())
    return page
