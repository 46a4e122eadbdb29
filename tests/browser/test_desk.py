"""An instructor works on the desk: from the log-in to the exported points, in real Chromium."""

import csv
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.browser.conftest import DESKTOP, PHONE
from tests.desk.small_class import SmallClass
from tests.support.live_course import LiveCourse

DESK = "/services/kireji/desk/"
PAGES = [
    "",
    "assignments/toy",
    "assignments/toy/results",
    "assignments/toy/metrics",
    "assignments/toy/dates",
    "assignments/toy/students/alice",
    "students/alice",
    "class",
    "runs",
    "no/such/page",
]

pytestmark = pytest.mark.slow("starts a hub and a browser")


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[LiveCourse]:
    """A hub over a small class at the toy assignment, which is graded already."""
    course = LiveCourse(tmp_path_factory.mktemp("course") / "root")
    for folder in ("source", "graders", "var"):
        shutil.rmtree(course.root / folder)
    SmallClass(course.root)
    course.start()
    yield course
    course.stop()


@pytest.fixture(scope="module")
def instructor(log_in: Callable[[str], Page]) -> Page:
    """The instructor, who has just logged in."""
    page = log_in("instructor")
    page.wait_for_url(f"**{DESK}")
    return page


@pytest.fixture
def refused(instructor: Page) -> Iterator[list[str]]:
    """What the browser complains of; a page's policy refuses nothing of its own."""
    said: list[str] = []

    def note(message) -> None:
        if message.type == "error" and "status of 404" not in message.text:
            said.append(message.text)

    instructor.on("console", note)
    yield said
    instructor.remove_listener("console", note)


def test_from_the_log_in_to_the_exported_points(
    course: LiveCourse, instructor: Page, refused: list[str], tmp_path: Path
) -> None:
    page = instructor
    expect(page.get_by_role("button", name="Grade 1 new")).to_be_visible()
    page.get_by_role("table").get_by_role("link").first.click()
    page.get_by_label("Search").fill("adler")
    page.get_by_role("button", name="Show").click()
    expect(page.get_by_role("row")).to_have_count(2)  # its head, and Alice
    page.get_by_role("link", name="Alice Adler").click()
    frame = page.frame_locator("iframe")
    expect(frame.get_by_text("Feedback for alice")).to_be_visible()
    form = page.locator("form", has_text="Score in place").first
    form.get_by_label("Score").fill("1")
    form.get_by_label("Reason").fill("Only half of it is there")
    form.get_by_role("button", name="Keep").click()
    expect(page.get_by_role("status")).to_contain_text("has 1 points now")
    page.get_by_role("link", name="Class").click()
    with page.expect_download() as download:
        page.get_by_role("link", name="Grades for Canvas").click()
    download.value.save_as(tmp_path / "grades.csv")
    rows = list(csv.reader((tmp_path / "grades.csv").read_text("utf-8-sig").splitlines()))
    scores = {row[3]: row[5] for row in rows}
    small = SmallClass.__new__(SmallClass)
    small.open(course.root)
    first = next(iter(small.points.values()))
    assert float(scores["alice"]) == sum(small.points.values()) - first + 1
    assert refused == []


def test_a_run_is_asked_for_and_seen_at_once(
    course: LiveCourse, instructor: Page, refused: list[str]
) -> None:
    page = instructor
    page.goto(f"{course.address}{DESK}runs")
    other = page.context.new_page()
    other.goto(f"{course.address}{DESK}")
    other.get_by_role("button", name="Return").first.click()
    expect(other.get_by_role("status")).to_contain_text("is in the queue")
    other.close()
    # the first page follows by itself
    expect(page.get_by_role("link", name="Return feedback toy").first).to_be_visible()
    assert refused == []


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("path", PAGES)
def test_everybody_can_read_the_page(
    course: LiveCourse, instructor: Page, path: str, scheme: str, picture: Callable
) -> None:
    page = instructor
    page.emulate_media(color_scheme=scheme)
    for size in (DESKTOP, PHONE):
        page.set_viewport_size(size)
        page.goto(f"{course.address}{DESK}{path}")
        wider = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
        assert page.evaluate(wider) <= 0
        name = path.replace("/", "-") or "overview"
        picture(page, f"desk-{name}-{size['width']}-{scheme}", whole=True)
    page.set_viewport_size(DESKTOP)
    found = violations(page)
    assert [one["id"] for one in found if one["impact"] in ("serious", "critical")] == []


def violations(page: Page) -> list[dict]:
    """What axe-core finds on a page; it is brought in past the page's policy."""
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": True})
    page.reload()
    results = Axe().run(page, options={"iframes": False})
    page.context.new_cdp_session(page).send("Page.setBypassCSP", {"enabled": False})
    return results.response["violations"]
