"""A submission that attacks its readers, graded by the real pipeline, and every page that shows it
opened in Chromium."""

import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import nbformat
import pytest
import requests
from nbconvert import HTMLExporter
from nbformat.v4 import new_output
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.attacks.hostile import hostile, listener, markup
from tests.browser.conftest import ARGUMENTS, DESKTOP, MAX_WAIT_MS
from tests.support.clone import ARTEFACTS
from tests.support.live_course import LiveCourse
from tests.support.needs import browser as find_browser
from tests.support.running_course import SERVICE

pytestmark = [pytest.mark.needs("browser", "bubblewrap"), pytest.mark.timeout(600)]

EX1 = "ex1_translation"
SHOWN = (
    "e => { for (; e; e = e.parentElement) { const s = getComputedStyle(e); if (s.opacity < 1 ||"
    " s.display == 'none' || s.visibility != 'visible') return false } return true }"
)


@dataclass
class Case:
    """A hostile submission in a running course: where its attacks call, and who called there."""

    course: LiveCourse
    listener: str
    called: list[str]


@pytest.fixture(scope="module")
def case(running: LiveCourse, alice: requests.Session) -> Iterator[Case]:
    """Alice's hostile submission: handed in, collected, graded, and its feedback released."""
    running.release_everything()
    with listener() as (address, called):
        notebook = hostile(
            nbformat.read(running.root / "release" / EX1 / f"{EX1}.ipynb", as_version=4), address
        )
        submission = (
            running.root
            / "var"
            / "exchange"
            / "kireji"
            / "inbound"
            / "alice"
            / f"alice+{EX1}+2026-01-01 00:00:00 UTC+x"
        )
        submission.mkdir(parents=True)
        nbformat.write(notebook, submission / f"{EX1}.ipynb")
        (submission / "submission_secret.txt").write_text("secret")
        for name in ("page.html", "picture.svg", "page.xhtml"):
            (submission / name).write_text(markup(address))
        for step in (["kireji", "grade", EX1], ["nbgrader", "generate_feedback", EX1, "--force"]):
            done = subprocess.run(
                [sys.executable, "-P", "-m", *step],
                cwd=running.root,
                env=running.environment,
                capture_output=True,
                text=True,
            )
            assert done.returncode == 0, done.stdout + done.stderr
        assert not called, "something of it was asked for while grading"
        yield Case(running, address, called)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    """The installed Chromium, without a window."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=find_browser(), args=ARGUMENTS)
        yield browser
        browser.close()


@pytest.fixture
def reader(chromium: Browser, case: Case) -> Iterator[Callable[..., Page]]:
    """Opens pages as `who`, logged in; at the end no script may have run, and no request may have
    gone to another host."""
    asked, pages = [], []
    context = chromium.new_context(viewport=DESKTOP, locale="en-GB")
    context.set_default_timeout(MAX_WAIT_MS)
    context.on("request", lambda request: asked.append(request))

    def reader(address: str, who: str = "") -> Page:
        page = context.new_page()
        if who:
            page.goto(f"{case.course.address}/hub/login")
            page.get_by_label("Username").fill(who)
            page.get_by_label("Password", exact=False).first.fill(case.course.password(who))
            page.get_by_role("button", name="Sign in").click()
            page.wait_for_url(re.compile("/(desk|user|spawn)"))
        page.goto(address)
        pages.append(page)
        return page

    yield reader
    for page in pages:
        page.wait_for_timeout(500)  # a refresh or a late script would come now
        assert not [
            frame.url
            for frame in page.frames
            if frame.evaluate("document.documentElement.dataset.owned")
        ]
    ours = (case.course.address, "data:", "blob:", "file:", "about:")
    # What the browser names in its log and then refuses to send, because of the page's policy, has
    # not left.
    assert [
        request.url
        for request in asked
        if not request.url.startswith(ours) and request.failure != "csp"
    ] == []
    assert case.called == []
    context.close()


def test_the_attacks_work_in_an_ordinary_page(chromium: Browser, tmp_path: Path) -> None:
    """The attack works where the wall is taken away: nbconvert's page of the same notebook, as it
    was handed in."""
    with listener() as (address, called):
        notebook = hostile(
            nbformat.v4.new_notebook(
                cells=[
                    nbformat.v4.new_code_cell(
                        "",
                        metadata={"nbgrader": {"solution": True}},
                        outputs=[
                            new_output(
                                "display_data",
                                data={"text/html": "<p id='score'>1 of 100</p>" + markup(address)},
                            )
                        ],
                    )
                ]
            ),
            address,
        )
        (tmp_path / "page.html").write_text(
            HTMLExporter(template_name="classic").from_notebook_node(notebook)[0]
        )
        context = chromium.new_context()
        page = context.new_page()
        states = []
        page.on("domcontentloaded", lambda: states.append(page.url))
        page.goto((tmp_path / "page.html").as_uri(), wait_until="domcontentloaded")
        with page.expect_event(
            "framenavigated", lambda frame: frame.url.endswith("/refresh"), timeout=MAX_WAIT_MS
        ):
            pass  # the page leads its reader away
        context.close()
    assert {"/fetch", "/image.png", "/script.js", "/import.css", "/frame", "/refresh"} <= set(
        called
    )


def feedback(case: Case) -> Path:
    return case.course.root / "feedback" / "alice" / EX1 / f"{EX1}.html"


def test_the_feedback_page(case: Case, reader: Callable[..., Page]) -> None:
    page = reader(feedback(case).as_uri())
    score = page.locator(".score .number")
    assert score.inner_text() == "0" and score.evaluate(SHOWN)
    assert all(line.evaluate(SHOWN) for line in page.locator(".task").all())
    policy = page.locator("meta[http-equiv='Content-Security-Policy']").get_attribute("content")
    assert "default-src 'none'" in policy and "unsafe" not in policy and "script-src" not in policy
    assert (
        page.locator(
            "script, iframe, object, embed, form, link, base, svg script, [onerror], [onload],"
            " [ontoggle]"
        ).count()
        == 0
    )
    assert not [
        link
        for link in page.locator("a").all()
        if re.match("javascript:|data:", link.get_attribute("href") or "")
    ]
    page.screenshot(path=ARTEFACTS / "reader_feedback.png")


def test_jupyterlabs_view_of_the_feedback(case: Case, reader: Callable[..., Page]) -> None:
    place = case.course.root / "var" / "homes" / "alice" / "feedback"
    place.mkdir(exist_ok=True)
    shutil.copy(feedback(case), place)
    page = reader(f"{case.course.address}/user/alice/lab/tree/feedback/{EX1}.html", "alice")
    frame = page.frame_locator("iframe.jp-HTMLViewer, .jp-HTMLViewer iframe")
    expect(frame.locator(".score .number")).to_have_text("0")
    assert frame.locator(".score .number").evaluate(SHOWN)
    page.screenshot(path=ARTEFACTS / "reader_jupyterlab.png")


def test_the_formgraders_pages(case: Case, reader: Callable[..., Page]) -> None:
    service = f"{case.course.address}{SERVICE}"
    page = reader(f"{service}/formgrader/manage_assignments", "instructor")
    expect(page.get_by_role("row", name=re.compile(EX1))).to_be_visible()
    for name in (
        f"manage_submissions/{EX1}",
        "gradebook",
        f"gradebook/{EX1}",
        f"gradebook/{EX1}/{EX1}",
        "manage_students",
        "manage_students/alice",
        f"manage_students/alice/{EX1}",
    ):
        answer = page.goto(f"{service}/formgrader/{name}")
        assert answer.ok, name
        expect(page.locator("table tbody tr td").first).to_be_visible()
        policy = answer.header_value("content-security-policy")
        assert (
            "default-src 'none'" in policy
            and "img-src 'self' data: blob:" in policy
            and "frame-ancestors 'none'" in policy
        )
    page.goto(f"{service}/formgrader/gradebook/{EX1}/{EX1}")
    page.locator("table tbody a").first.click()
    page.wait_for_url(re.compile("/submissions/"))
    expect(page.locator("#padding_mask")).to_be_visible()
    score = page.locator("#failure_analysis")
    assert score.evaluate(SHOWN) and page.evaluate(
        SHOWN.replace("e =>", "() => { let e = document.body;", 1) + "}"
    )
    page.locator("#padding_mask").screenshot(path=ARTEFACTS / "reader_formgrader_score.png")
    page.screenshot(path=ARTEFACTS / "reader_formgrader.png")


@pytest.mark.parametrize(
    "page",
    [
        "files/submitted/alice/{}/page.html",
        "files/var/refused/alice/{}/page.html",
        "files/submitted/alice/{}/picture.svg",
        "nbconvert/html/submitted/alice/{}/{}.ipynb",
    ],
)
def test_a_file_of_a_submission_opened_as_a_page(
    case: Case, reader: Callable[..., Page], page: str
) -> None:
    opened = reader(f"{case.course.address}{SERVICE}/{page.format(EX1, EX1)}", "instructor")
    assert "hub/login" not in opened.url
    answer = opened.request.get(opened.url)
    assert answer.status in (200, 403, 404)
    assert answer.status != 200 or answer.headers["content-security-policy"].endswith("sandbox")


def test_such_a_file_can_be_opened(case: Case, reader: Callable[..., Page]) -> None:
    """So the tests above did not look at error pages alone."""
    (case.course.root / "submitted" / "alice" / EX1 / "seen.html").write_text(
        "<h1>Seen</h1>" + markup(case.listener)
    )
    opened = reader(
        f"{case.course.address}{SERVICE}/files/submitted/alice/{EX1}/seen.html", "instructor"
    )
    expect(opened.locator("h1")).to_have_text("Seen")


def test_jupyterlab_in_the_course_service(case: Case, reader: Callable[..., Page]) -> None:
    """An instructor may look into the notebook as it was handed in."""
    page = reader(
        f"{case.course.address}{SERVICE}/lab/tree/submitted/alice/{EX1}/{EX1}.ipynb", "instructor"
    )
    expect(page.locator(".jp-NotebookPanel").first).to_be_visible()
    expect(page.locator(".jp-MarkdownOutput").first).to_be_visible()
    page.screenshot(path=ARTEFACTS / "reader_course_jupyterlab.png")
