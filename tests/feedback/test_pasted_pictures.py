"""Pictures that students paste into written answers are kept, drawn anew and shown; no text or
picture stops a page, and none makes it slow."""

import base64
import io
import time

import nbformat
import pytest
from bs4 import BeautifulSoup
from nbformat.v4 import new_markdown_cell, new_notebook
from PIL import Image

from kireji.feedback.written import BUDGET_SECONDS, RenderBudget, markdown_to_html
from kireji.grading.rebuild import rebuild
from kireji.nbgrader_plugins.feedback_page import FormgradePage
from kireji.sanitise.outputs import sanitise_notebook
from tests.support.toy import submit, toy  # noqa: F401

PASTED = "Look: ![map](attachment:image.png) so."


def picture(kind="PNG", size=(4, 3)):
    buffer = io.BytesIO()
    Image.new("RGB", size, "red").save(buffer, kind)
    return base64.b64encode(buffer.getvalue()).decode()


def rendered(*cells):
    """The HTML of each text on the formgrader's page."""
    nb = new_notebook()
    nb["cells"] = list(cells)
    nb, _ = FormgradePage().preprocess(nb, {})
    return [cell.metadata.kireji.html for cell in nb.cells]


def test_a_pasted_picture_of_an_answer_is_kept(toy, submit):
    notebook = nbformat.reads(submit().decode(), as_version=4)
    notebook.cells[-1].source = PASTED
    notebook.cells[-1].attachments = {"image.png": {"image/png": picture()}}
    rebuilt, notices = rebuild(toy, nbformat.writes(notebook).encode())
    assert not notices and not sanitise_notebook(rebuilt)
    nbformat.validate(rebuilt)
    html = markdown_to_html(PASTED, pictures=rebuilt.cells[-1].attachments)
    assert '<img alt="map" src="data:image/png;base64,' in html and "so." in html


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_the_formgrader_shows_it_drawn_anew(kind):
    cell = new_markdown_cell(PASTED.replace("image.png", "my%20image.png"))
    data = {f"image/{kind.lower()}": picture(kind)}
    cell.attachments = {"my image.png": data}
    (html,) = rendered(cell)
    encoded = html.partition("base64,")[2].partition('"')[0]
    shown = Image.open(io.BytesIO(base64.b64decode(encoded)))
    assert (shown.format, shown.size) == ("PNG", (4, 3))


HOSTILE = {
    "missing": None,
    "empty": {},
    "a list": [],
    "no picture": {"image.png": {"text/html": "<script>"}},
    "svg": {"image.png": {"image/svg+xml": "<svg onload=alert(1)>"}},
    "not base64": {"image.png": {"image/png": '"><script>'}},
    "not a picture": {"image.png": {"image/png": base64.b64encode(b"hello").decode()}},
    "numbers": {"image.png": {"image/png": 5}, "other": 7},
    "a name that closes the tag": {'image.png"><script>': {"image/png": picture()}},
}


@pytest.mark.parametrize("kind", HOSTILE)
def test_a_hostile_attachment_stops_no_page(kind):
    cell = new_markdown_cell(PASTED)
    if HOSTILE[kind] is not None:
        cell["attachments"] = HOSTILE[kind]
    (html,) = rendered(cell)
    assert "is not part of the submission" in html and "<script" not in html


def test_the_words_of_a_picture_stay_text():
    html = markdown_to_html(
        '![" onerror="x](attachment:a)', pictures={"a": {"image/png": picture()}}
    )
    (image,) = BeautifulSoup(html, "html.parser").find_all("img")
    assert image["alt"] == '" onerror="x' and set(image.attrs) == {"alt", "src"}


SLOW = {
    "environments": "\\begin{a}\n" * 6000,
    "dollars": "$a " * 20_000,
    "brackets": "[" * 60_000,
    "links": "[a](" * 15_000,
    "stars": "*a **b " * 8000,
    "quotes": "> " * 30_000,
    "backticks": "`a``b" * 12_000,
    "tables": "|a" * 30_000 + "\n" + "|-" * 30_000,
    "html": "<a " * 20_000,
    "lists": "".join("  " * n + "- a\n" for n in range(240)),
    "equations": ("$" + "{" * 400 + "}" * 400 + "$ ") * 70,
    "underscores": "_a __b " * 8000,
}


@pytest.mark.parametrize("kind", SLOW)
def test_a_notebook_renders_within_its_budget(kind):
    started = time.process_time()
    pages = rendered(*(new_markdown_cell(SLOW[kind]) for _ in range(8)))
    assert time.process_time() - started < 2 and all(pages)


def test_when_the_budget_is_spent_text_is_shown_as_typed():
    spent = RenderBudget(0)
    assert markdown_to_html("**a** <b>", budget=spent) == "<pre>**a** &lt;b&gt;</pre>"
    assert RenderBudget().allows("**a**") and BUDGET_SECONDS < 2
