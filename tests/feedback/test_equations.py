"""Equations become MathML; what is more than an equation, or none, stays as it was typed."""

import re

import pytest
from bs4 import BeautifulSoup

from kireji.feedback.equations import LAYOUT, SPACES, TEXT, VALUES, EquationError, mathml
from kireji.feedback.written import markdown_to_html
from tests.support.clone import COURSE

EQUATION = re.compile(r"\$\$(.+?)\$\$|(?<!\$)\$([^$\n]+)\$(?!\$)", re.DOTALL)


@pytest.mark.parametrize("name", COURSE.assignment_names())
def test_every_equation_of_the_notebooks_is_drawn(name):
    cells = [
        cell.source for cell in COURSE.assignment(name).source.cells if cell.cell_type == "markdown"
    ]
    for block, inline in EQUATION.findall("\n".join(cells)):
        assert mathml((block or inline).strip()).startswith("<math")


def test_an_answer_with_equations():
    html = markdown_to_html(
        "The score $q^\\top k$ has variance $d_k$:\n\n$$\\frac{q^\\top k}{\\sqrt{d_k}}$$\n\n`$x$`"
        " costs 3$ and 4$."
    )
    soup = BeautifulSoup(html, "html.parser")
    assert [element["display"] for element in soup.find_all("math")] == [
        "inline",
        "inline",
        "block",
    ]
    assert soup.find("mfrac") and soup.find("msqrt")
    assert soup.find("code").get_text() == "$x$"
    assert "costs 3$ and 4$." in soup.get_text()


@pytest.mark.parametrize(
    "latex",
    [
        r"\href{javascript:alert(1)}{x}",
        r"\style{position:fixed}{x}",
        r"\class{task}{x}",
        r"\rule{90em}{90em}",
        r"\hspace{500em}x",
        r"\color{red}x",
        r"\raise 30em x",
        r"\Huge x",
        r"\phantom{x}",
        r"\includegraphics{http://attack.invalid/x}",
        r"\unknown{x}",
        "a^b^c",
        "{" * 300,
        "{" * 60 + "x" + "}" * 60,
        "x" * 1001,
    ],
)
def test_what_is_no_mere_equation_stays_as_it_was_typed(latex):
    with pytest.raises(EquationError):
        mathml(latex)
    html = markdown_to_html(f"See ${latex}$ here")
    assert "<math" not in html
    assert BeautifulSoup(html, "html.parser").get_text().strip() == f"See ${latex}$ here"


@pytest.mark.parametrize(
    "source",
    [
        "$<script>alert(1)</script>$",
        "$\\text{<img src=x onerror=alert(1)>}$",
        "$\\text{&lt;script&gt;}$",
        '<a href="https://x.y/$$q$$">z</a>',
        '<p title="$$ \\text{x onmouseover=alert(1)} $$">',
        '[a](https://x.y/$q$ "$q$")',
        "$$</math><script>alert(1)</script>$$",
        "\\begin{script}alert(1)\\end{script}",
        '<math><mtext>$x$<style><!--</style><img title="--&gt;&lt;img src=1 onerror=alert(1)&gt;">',
    ],
)
def test_nothing_of_an_attack_gets_through(source):
    for element in BeautifulSoup(markdown_to_html(source), "html.parser").find_all(True):
        assert element.name in LAYOUT | TEXT | SPACES | {"math", "p", "a"}
        assert set(element.attrs) <= {*VALUES, "href", "rel"}
        assert element.attrs.get("href", "https:").startswith("https:")


def test_many_equations_cost_no_time_and_are_shown_as_typed_in_the_end():
    html = markdown_to_html(" ".join(f"$x_{{{number}}}$" for number in range(300)))
    assert html.count("<math") == 200
    assert "$x_{299}$" in html
