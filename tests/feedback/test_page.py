"""The feedback page: what it says, and that a real browser runs and fetches nothing of a
submission."""

from dataclasses import replace
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from kireji.feedback import view
from kireji.feedback.page import points, render_page
from kireji.feedback.view import Grade
from kireji.testing.report import CounterExample, put_report, report_in
from tests.support.clone import ARTEFACTS, COURSE


def text_of(html: str) -> str:
    return " ".join(BeautifulSoup(html, "html.parser").body.get_text(" ").split())


def page_of(notebook, entries) -> str:
    return render_page(view.build(notebook, entries, title="ex1_translation", student="ada"))


def test_the_page_says_what_was_reached_and_what_to_do_next(honest):
    html = page_of(*honest)
    words = text_of(html)
    assert "A translation model that looks back 71 .68 of 100 points" in words
    assert "6 points are open" in words
    assert "Most to gain: Decoder (8), Decoding (6), Additive attention (4)." in words.replace(
        " ,", ","
    ).replace(" (", " (")
    assert (
        "Every row of weights sums to one not yet 0 / 4 With padding in the batch"
        in words.replace("\xa0", " ")
    )
    assert "BLEU on held-out sentences partly 8.88 / 12" in words.replace("\xa0", " ")
    assert "Left out at intake: notes.txt" in words
    assert "Your instructor Clean code. Look at where the mask goes." in words
    assert "Waiting for your instructor" in words


def test_tasks_are_called_as_in_the_courses_notebook(honest):
    notebook, entries = honest
    page = view.build(
        notebook, entries, "ex1_translation", "ada", titles={"decoder": "4. One step <b>"}
    )
    assert [task.title for task in page.tasks if task.grade_id in ("decoder", "decoding")] == [
        "4. One step <b>",
        "Decoding",
    ]
    assert "4. One step &lt;b&gt;" in render_page(page)
    titles = COURSE.assignment("ex1_translation").titles
    assert titles["decoder"] == "4. One step of the decoder"
    assert len(set(titles.values())) == len(COURSE.assignment("ex1_translation").points)


def test_the_smallest_counter_example_is_a_table_below_its_message(honest):
    notebook, entries = honest
    report = report_in(notebook)
    test = next(test for cell in report.cells for test in cell.tests if test.status == "failed")
    test.counter_example = CounterExample(
        {"T": "2", "<b>": "1"}, "[[True, False],\n [True, True]]", "[[True]]"
    )
    put_report(notebook, report)
    soup = BeautifulSoup(page_of(notebook, entries), "html.parser")
    (table,) = soup.select(".kj-message + .kj-example")
    rows = [[cell.get_text() for cell in row.find_all(["th", "td"])] for row in table("tr")]
    assert rows == [
        ["T", "2"],
        ["<b>", "1"],
        ["expected", "[[True, False],\n [True, True]]"],
        ["yours", "[[True]]"],
    ]


def test_every_picture_has_words_and_a_size(honest):
    soup = BeautifulSoup(page_of(*honest), "html.parser")
    pictures = soup.select(".kj-pictures img")
    assert len(pictures) == 5
    for picture in pictures:
        assert picture["alt"]
        assert int(picture["width"]) == 960
    assert [len(soup.select(f"figure.kj-{shape}")) for shape in ("strip", "tall", "plain")] == [
        2,
        2,
        1,
    ]


def test_headings_are_in_order(honest):
    soup = BeautifulSoup(page_of(*honest), "html.parser")
    levels = [int(heading.name[1]) for heading in soup.find_all(["h1", "h2", "h3", "h4"])]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(later - earlier <= 1 for earlier, later in zip(levels, levels[1:], strict=False))


def test_lateness_and_full_marks_are_said(honest):
    notebook, entries = honest
    full = {
        name: Grade(grade.max_score, grade.max_score, auto_score=grade.max_score)
        for name, grade in entries.grades.items()
    }
    words = text_of(page_of(notebook, replace(entries, score=95.0, late_penalty=5.0, grades=full)))
    assert "95 of 100 points" in words
    assert "Handed in late: 5 points were taken off." in words
    assert "Full marks. Well done." in words
    assert "Most to gain" not in words


def test_hidden_tests_outputs_are_not_quoted(honest):
    notebook, entries = honest
    cell = next(
        cell
        for cell in notebook.cells
        if cell.metadata.get("nbgrader", {}).get("grade_id") == "decoder"
    )
    cell.outputs = [
        {
            "output_type": "error",
            "ename": "AssertionError",
            "evalue": "SECRET",
            "traceback": ["SECRET"],
        }
    ]
    assert "SECRET" not in page_of(notebook, entries)


@pytest.mark.parametrize(
    "report",
    [
        None,
        [],
        "x",
        {},
        {"cells": None},
        {"cells": [3, {"grade_id": "decoder"}]},
        {
            "cells": [
                {
                    "grade_id": "decoder",
                    "tests": [
                        {
                            "status": "hacked",
                            "fraction": float("nan"),
                            "weight": "x",
                            "images": [{"png": "!"}, {}],
                        }
                    ],
                }
            ]
        },
    ],
)
def test_an_odd_report_is_no_reason_to_show_nothing(honest, report):
    notebook, entries = honest
    notebook.metadata["kireji"] = report
    assert "of 100 points" in text_of(page_of(notebook, entries))


@pytest.mark.parametrize(
    ("value", "written"),
    [(0, "0"), (-0.001, "0"), (1, "1"), (2.5, "2.5"), (2.666, "2.67"), (100, "100"), (-3, "-3")],
)
def test_points_as_people_write_them(value, written):
    assert points(value) == written


@pytest.fixture
def opened(chromium, tmp_path):
    """Open a page in a browser that tells what it was asked to fetch and to run."""
    contexts = []

    def open_page(html: str, width: int = 1280, scheme: str = "light"):
        file = tmp_path / "page.html"
        # As nbconvert writes it: parsed and written again.
        file.write_text(str(BeautifulSoup(html, "html.parser")))
        context = chromium.new_context(
            viewport={"width": width, "height": 900}, color_scheme=scheme
        )
        contexts.append(context)
        page = context.new_page()
        page.said = []
        page.on(
            "request",
            lambda request: (
                page.said.append(request.url)
                if not request.url.startswith(("data:", "file:"))
                else None
            ),
        )
        page.refused = []
        page.on(
            "requestfailed",
            lambda request: page.refused.append(request.url) if request.failure == "csp" else None,
        )
        page.on("console", lambda message: page.said.append(message.text))
        page.on("dialog", lambda dialog: page.said.append(dialog.message))
        page.goto(file.as_uri())
        return page

    yield open_page
    for context in contexts:
        context.close()


def test_a_hostile_submission_runs_nothing_fetches_nothing_and_hides_no_score(hostile, opened):
    html = page_of(*hostile)
    page = opened(html)
    page.evaluate("document.querySelectorAll('details').forEach(details => details.open = true)")
    page.wait_for_timeout(300)
    assert page.said == []
    assert page.evaluate("document.documentElement.dataset.owned") is None
    assert (
        page.locator(
            "script, iframe, form, object, embed, base, link, [onload], [onerror], [style],"
            " [id=additive_attention]"
        ).count()
        == 0
    )
    assert page.locator("style").count() == 1
    for selector in (
        ".score .number",
        "nav .points >> nth=0",
        ".task .points >> nth=0",
        ".kj-points >> nth=0",
    ):
        assert page.locator(selector).is_visible()
    assert page.evaluate("getComputedStyle(document.body).opacity") == "1"
    assert page.evaluate(
        "[...document.querySelectorAll('main *')].every(element =>"
        " getComputedStyle(element).position !== 'fixed')"
    )
    assert page.evaluate(
        "[...document.querySelectorAll('section.task')].every(task => task.parentElement.tagName"
        " === 'MAIN')"
    )


def test_the_policy_refuses_even_what_would_slip_through(honest, opened):
    html = page_of(*honest).replace(
        "</main>",
        "<script>document.documentElement.dataset.owned='yes'</script><style>body{opacity:0}</style><img"
        " src='http://attack.invalid/x.png'"
        " onerror=\"document.documentElement.dataset.owned='yes'\"></main>",
    )
    page = opened(html)
    page.wait_for_timeout(300)
    assert page.evaluate("document.documentElement.dataset.owned") is None
    assert page.evaluate("getComputedStyle(document.body).opacity") == "1"
    assert (
        page.refused
        == [url for url in page.said if url.startswith("http")]
        == ["http://attack.invalid/x.png"]
    )


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [360, 1280])
def test_the_page_fits_and_is_readable(honest, opened, width, scheme):
    page = opened(page_of(*honest), width, scheme)
    assert page.said == []  # our own style sheet is let in by its hash
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    assert (
        page.evaluate(
            "parseFloat(getComputedStyle(document.querySelector('.kj-message')).fontSize)"
        )
        >= 15
    )
    assert page.evaluate(CONTRAST) >= 4.5
    ARTEFACTS.mkdir(parents=True, exist_ok=True)
    page.screenshot(path=Path(ARTEFACTS) / f"feedback-{width}-{scheme}.png", full_page=True)


# The lowest contrast between text and its nearest opaque ground on the page (WCAG 2.2).
CONTRAST = """() => {
  const channels = colour => colour.match(/[\\d.]+/g).map(Number);
  const luminance = ([r, g, b]) => {
    const [x, y, z] = [r, g, b].map(v => v / 255).map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  let lowest = 21;
  for (const element of document.querySelectorAll('body *')) {
    if (![...element.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()) || element.closest('svg')) continue;
    let ground = element;
    while (ground && channels(getComputedStyle(ground).backgroundColor)[3] === 0) ground = ground.parentElement;
    const [a, b] = [luminance(channels(getComputedStyle(element).color)), luminance(channels(getComputedStyle(ground || document.body).backgroundColor))];
    lowest = Math.min(lowest, (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05));
  }
  return lowest;
}"""
