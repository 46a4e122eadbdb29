"""What an instructor does in the formgrader, step by step; each takes the page and the assignment's
name."""

import re

from playwright.sync_api import Locator, Page, expect

GRADING = 300_000  # milliseconds for one submission on a busy machine


def confirm(page: Page, milliseconds: float = 90_000) -> None:
    """Wait for the formgrader's word of success and close it."""
    success = page.locator("#success-modal")
    expect(page.locator(".modal.in").first).to_be_visible(timeout=milliseconds)
    assert success.count(), page.locator(".modal.in").inner_text()
    success.get_by_role("button", name="OK").click()
    expect(page.locator(".modal-backdrop")).to_have_count(0)  # it fades


def assignment_row(page: Page, name: str) -> Locator:
    """On the page of all assignments."""
    return page.get_by_role("row", name=re.compile(name))


def collect(page: Page, name: str) -> None:
    assignment_row(page, name).locator(".collect a").click()
    confirm(page)


def open_submissions(page: Page, name: str, student: str) -> Locator:
    """Go to the assignment's submissions; the row of `student`."""
    assignment_row(page, name).locator(".num-submissions a").click()
    row = page.get_by_role("row", name=re.compile(student))
    expect(row).to_contain_text("needs autograding")
    return row


def autograde(page: Page, submission: Locator) -> None:
    submission.locator(".autograde a").click()
    confirm(page, GRADING)
    expect(submission).to_contain_text(re.compile("graded|needs manual grading"))


def give_feedback(page: Page, name: str) -> None:
    """Generate the feedback and release it."""
    page.get_by_role("link", name="Manage Assignments").first.click()
    for step in (".generate-feedback a", ".release-feedback a"):
        assignment_row(page, name).locator(step).click()
        confirm(page)


def open_submission_page(page: Page, name: str) -> None:
    """Go where the only submission of the assignment is read, line by line."""
    page.get_by_role("link", name="Manual Grading").first.click()
    page.get_by_role("link", name=name).click()
    expect(page.get_by_role("columnheader", name="Notebook ID")).to_be_visible()
    page.get_by_role("row", name=re.compile(name)).get_by_role("link").click()
    page.get_by_role("link", name="Submission #1").click()
    expect(page.locator("input.score").first).to_be_visible()


def wait_until_saved_from(page: Page, task: str) -> None:
    """Wait until the page saves what is typed into the fields of `task`.

    The fields are in the page's HTML. The formgrader fetches grades and comments after that, and
    only then listens to the fields; what is typed before is lost. It gives a field that it listens
    to a placeholder."""
    for field in (f"input#{task}_extra_credit", f"textarea#{task}-comment"):
        expect(page.locator(f"{field}[placeholder]")).to_be_visible()


def grade_by_hand(page: Page, task: str, points: str, comment: str) -> None:
    """Give `points` and a comment for a written answer; both are saved when this returns."""
    wait_until_saved_from(page, task)
    for field, text, kind in (
        (f"input.score#{task}", points, "grade"),
        (f"textarea#{task}-comment", comment, "comment"),
    ):
        with page.expect_response(
            lambda response, kind=kind: (
                f"/api/{kind}/" in response.url and response.request.method == "PUT"
            )
        ):
            page.locator(field).fill(text)
            page.locator(field).press("Tab")
