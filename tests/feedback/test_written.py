"""Written answers: formatting stays, everything else goes."""

import time

import pytest
from bs4 import BeautifulSoup

from kireji.feedback.written import TAGS, markdown_to_html


def test_formatting_stays():
    html = markdown_to_html(
        "# Title\n*a* **b** `c` [d](https://e.org/?f=1&g=2)\n\n- one\n\n| h |\n|-|\n| i"
        " |\n\n```python\nx < 1\n```"
    )
    for part in (
        "<h5>Title</h5>",
        "<em>a</em>",
        "<strong>b</strong>",
        "<code>c</code>",
        "<li>one</li>",
        "<td>i</td>",
        "x &lt; 1",
        '<a href="https://e.org/?f=1&amp;g=2" rel="noopener noreferrer nofollow ugc">d</a>',
    ):
        assert part in html
    assert "<h1>Title</h1>" in markdown_to_html("# Title", headings=True)


def test_nothing_of_an_attack_stays(hostile):
    notebook, _ = hostile
    answer = next(
        cell.source
        for cell in notebook.cells
        if cell.cell_type == "markdown" and cell.metadata.get("nbgrader")
    )
    for element in BeautifulSoup(markdown_to_html(answer), "html.parser").find_all(True):
        assert element.name in TAGS
        assert set(element.attrs) <= {"href", "rel"}
        assert element.attrs.get("href", "https:").startswith(("http:", "https:"))


@pytest.mark.parametrize(
    "link",
    [
        "javascript:alert(1)",
        "data:text/html,x",
        "vbscript:x",
        "//attack.invalid",
        "/local",
        "#top",
        "file:///etc/passwd",
        "java\tscript:alert(1)",
        "JaVaScRiPt:alert(1)",
    ],
)
def test_links_lead_to_the_web_only(link):
    assert "href" not in markdown_to_html(f'<a href="{link}">x</a> [y]({link})')


@pytest.mark.parametrize(
    "source",
    [
        "[" * 20_000,
        "> " * 10_000,
        "*a" * 10_000,
        "[a](" * 5_000,
        "`a" * 10_000,
        "<div>" * 4_000,
        "|a" * 9_000,
        "$" * 20_000,
        "".join("  " * depth + "- a\n" for depth in range(140)),
        None,
        3,
        "\x00\ud800",
    ],
)
def test_pathological_answers_cost_no_time(source):
    start = time.process_time()
    markdown_to_html(source)
    assert time.process_time() - start < 3
