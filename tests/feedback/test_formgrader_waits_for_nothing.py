"""A running course service answers other pages while it makes a slow one, or carries out a step."""

import json
import threading
import time
import urllib.request
from collections.abc import Callable
from http.cookiejar import CookieJar

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell

OTHER = "/formgrader/api/assignments"
# Colouring the code takes about ten seconds of computing; the rest is for the parsers of markdown.
SLOW = [
    *(new_code_cell("x = [1, 2.5, 'three', f'{four}']\n" * 1_800) for _ in range(60)),
    *(new_markdown_cell("\\begin{a}\n" * 6000) for _ in range(8)),
    new_markdown_cell("$" + "{" * 400 + "}" * 400 + "$ " * 70),
]


@pytest.fixture
def browser(formgrader):
    """Opens pages of the service with the cookies of one person."""
    opener = urllib.request.build_opener(urllib.request.HTTPCookieProcessor(jar := CookieJar()))
    own = formgrader.partition("/formgrader")[0]

    def ask(path: str, post: bool = False) -> str:
        headers = {"X-XSRFToken": next((c.value for c in jar if c.name == "_xsrf"), "")}
        request = urllib.request.Request(own + path, b"{}" if post else None, headers)
        with opener.open(request, timeout=100) as answer:
            return answer.read().decode()

    ask(OTHER)
    ask(formgrader.removeprefix(own))  # which also starts what makes pages
    return ask


def answers_meanwhile(ask: Callable[[str], str], slow: Callable[[], str]) -> tuple[str, int]:
    """What `slow` gives, and how many other requests were answered until then: one or two where
    they wait for it."""
    said: list[str] = []
    thread = threading.Thread(target=lambda: said.append(slow()))
    thread.start()
    asked = 0
    while thread.is_alive():
        ask(OTHER)
        asked += 1
        time.sleep(0.05)
    assert said, "the page was not made"
    return said[0], asked


def test_others_are_answered_while_a_slow_page_is_made(course, formgrader, browser):
    notebook = course.root / "autograded" / "ada" / "ex1_translation" / "ex1_translation.ipynb"
    made = nbformat.read(notebook, as_version=4)
    made.cells += SLOW
    nbformat.write(made, notebook)
    page = "/formgrader" + formgrader.partition("/formgrader")[2]
    html, asked = answers_meanwhile(browser, lambda: browser(page))
    assert "is shown as plain text" in html and 'id="decoder"' in html
    assert asked >= 5


def test_others_are_answered_while_feedback_is_made(course, formgrader, browser):
    step = "/formgrader/api/assignment/ex1_translation/ada/generate_feedback"
    said, asked = answers_meanwhile(browser, lambda: browser(step, post=True))
    assert json.loads(said)["success"], said
    assert (course.root / "feedback" / "ada" / "ex1_translation" / "ex1_translation.html").is_file()
    assert asked >= 5
