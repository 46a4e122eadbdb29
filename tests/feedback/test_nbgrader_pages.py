"""The pages as nbgrader itself makes them: `nbgrader generate_feedback`, and the formgrader in a
live server."""

from nbconvert import HTMLExporter
from traitlets.config import Config

from kireji.feedback.view import Grade
from kireji.nbgrader_plugins.feedback_templates import configure
from tests.support.clone import ARTEFACTS


def test_nbgrader_writes_our_page(course, honest):
    notebook, entries = honest
    course.record(notebook, entries)
    html = course.feedback(command=True)
    assert html.lstrip().startswith("<!DOCTYPE html>")
    assert "A masked key gets exactly zero weight" in html
    assert "<b>6 points</b> are open" in html
    assert "the mask goes" in html
    assert "<script" not in html
    assert "http" not in html.replace("https://arxiv.org/abs/1409.0473", "").replace(
        "http-equiv", ""
    )


def test_the_gradebook_is_the_authority(course, honest):
    notebook, entries = honest
    entries.grades["failure_analysis"] = Grade(5, 6, manual_score=5)
    entries.grades["decoder"] = Grade(16, 16, auto_score=8, manual_score=16, extra_credit=1)
    course.record(notebook, entries)
    html = course.feedback()
    assert "Your instructor set this score; the hidden tests alone gave 8." in html
    assert "Includes 1 points of extra credit." in html
    assert "Waiting for your instructor" not in html
    assert "<title>A translation model that looks back: 85.68 of 100 points</title>" in html


def test_without_a_report_the_scores_stand_alone(course, honest):
    notebook, entries = honest
    del notebook.metadata["kireji"]
    course.record(notebook, entries)
    html = course.feedback()
    assert "There is no line-by-line report" in html
    assert "of 100 points" in html
    assert 'class="kj-line' not in html


def test_a_broken_hidden_test_shows_its_message_to_the_instructor_only(course, honest):
    notebook, entries = honest
    secret = "The hidden test test_x itself failed. AssertionError: assert 3 == 42"
    notebook.metadata["kireji"]["notices"].append(secret)
    notebook.metadata["kireji"]["for_instructor"] = [secret]
    course.record(notebook, entries)
    html = course.feedback()
    assert "Left out at intake" in html and "== 42" not in html and "test_x" not in html
    c = Config()
    configure(c)
    resources = {"notebook_id": "n", "base_url": "", "index": 0, "total": 1}
    page, _ = HTMLExporter(template_name="formgrade", config=c).from_notebook_node(
        notebook, resources
    )
    assert "assert 3 == 42" in page and "Left out at intake" in page


def test_the_formgrader_still_grades_and_runs_nothing_of_a_submission(formgrader, chromium):
    from playwright.sync_api import expect

    context = chromium.new_context(viewport={"width": 1280, "height": 900})
    page = context.new_page()
    own = formgrader.split("/formgrader")[0]
    elsewhere, errors = [], []
    page.on(
        "request",
        lambda request: (
            elsewhere.append(request.url) if not request.url.startswith((own, "data:")) else None
        ),
    )
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.goto(formgrader)
    expect(page.locator("#decoder")).to_have_attribute("placeholder", "8")
    assert page.evaluate("document.documentElement.dataset.owned") is None
    assert elsewhere == []
    assert errors == []
    assert page.locator("#failure_analysis").is_visible()
    assert page.locator("text=A masked key gets exactly zero weight").first.is_visible()
    assert page.evaluate("getComputedStyle(document.body).opacity") == "1"
    # nbgrader's own scripts work: a score and a comment typed here are in the gradebook after a
    # reload.
    page.fill("#failure_analysis", "4.5")
    page.fill("#decoder_solution-comment", "Nearly.")
    with page.expect_response(
        lambda response: "/api/comment/" in response.url and response.request.method == "PUT"
    ):
        page.locator("#decoder").focus()
    page.reload()
    expect(page.locator("#failure_analysis")).to_have_value("4.5")
    expect(page.locator("#decoder_solution-comment")).to_have_value("Nearly.")
    page.screenshot(path=ARTEFACTS / "formgrade.png", full_page=True)
    context.close()
