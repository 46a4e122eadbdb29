"""Equations as MathML, which browsers draw by themselves: no script, no font and nothing from
anywhere.

The LaTeX may be a student's. What is made of it is taken apart again, and only what is in the lists
below is put together: latex2mathml also knows commands that link, style and cover up their
surroundings."""

import html
import re
from collections.abc import Callable, Mapping
from functools import lru_cache
from urllib.parse import unquote
from xml.etree import ElementTree

from latex2mathml.converter import convert_to_element
from nbconvert.filters.markdown_mistune import IPythonRenderer

PNG = re.compile(r"[A-Za-z0-9+/]+={0,2}")  # base64
MAX_LENGTH = 1000  # characters of LaTeX; the equations of the notebooks have up to 130
MAX_EQUATIONS = 200  # equations of one text
DEEPEST = 40

LAYOUT = {
    "mrow",
    "mfrac",
    "msqrt",
    "mroot",
    "msub",
    "msup",
    "msubsup",
    "mover",
    "munder",
    "munderover",
    "mtable",
    "mtr",
    "mtd",
    "mstyle",
}
TEXT = {"mi", "mo", "mn", "mtext"}
SPACES = {"mspace"}
LENGTH = r"-?[0-3]?(\.\d+)?em"  # nothing that reaches far
VALUES = {
    "stretchy": "true|false",
    "fence": "true|false",
    "form": "prefix|infix|postfix",
    "accent": "true|false",
    "displaystyle": "true|false",
    "scriptlevel": "[0-3]",
    "linethickness": "0|0em|0px",
    "columnalign": "(left|right|center| )+",
    "mathvariant": "[a-z-]+",
    "minsize": LENGTH,
    "maxsize": LENGTH,
    "width": f"{LENGTH}|[a-z]+mathspace",
    "xmlns": ".*",
    "display": "inline|block",
}


class EquationError(ValueError):
    """This LaTeX is shown as it was typed."""


@lru_cache(maxsize=1000)
def mathml(latex: str, block: bool = False) -> str:
    """The equation as one <math> element. EquationError where it cannot be read, or says more than
    an equation may."""
    if len(latex) > MAX_LENGTH:
        raise EquationError("too long")
    try:
        made = convert_to_element(latex, display="block" if block else "inline")
    except (
        Exception
    ) as error:  # the library has an error for each of the many ways in which LaTeX can be wrong
        raise EquationError(str(error)) from error
    return ElementTree.tostring(_checked(made, 0, {"math"}), encoding="unicode")


def _checked(element: ElementTree.Element, depth: int, allowed: set[str]) -> ElementTree.Element:
    """The element anew, of nothing but what is listed."""
    if element.tag not in allowed or depth > DEEPEST:
        raise EquationError(element.tag)
    text = html.unescape(element.text or "")
    if (
        text.startswith("\\")
        or (text.strip() and element.tag not in TEXT)
        or (element.tail or "").strip()
    ):
        raise EquationError(text)
    for name, value in element.attrib.items():
        if not re.fullmatch(VALUES.get(name, "(?!)"), value):
            raise EquationError(name)
    made = ElementTree.Element(element.tag, element.attrib)
    made.text = text if element.tag in TEXT else None
    made.extend([_checked(child, depth + 1, LAYOUT | TEXT | SPACES) for child in element])
    return made


class EquationRenderer(IPythonRenderer):
    """Markdown to HTML with a mark in the place of each equation, so that the HTML can be cleaned
    without it.

    mark: a text that no student can have written. `equations` has what belongs in the place of
    `MARK-0-`, `MARK-1-`, ..."""

    def __init__(
        self,
        mark: str,
        pictures: Mapping[str, Mapping[str, str]] | None = None,
        is_spent: Callable[[], bool] = lambda: False,
    ) -> None:
        """pictures: pasted into the cell, by name, each as {"image/png": base64}. is_spent: whether
        the time for rendering is used up, from when on equations stay as they were typed."""
        super().__init__(escape=False, exclude_anchor_links=True)
        self.mark, self.pictures, self.is_spent = mark, pictures or {}, is_spent
        self.equations: list[str] = []

    def block_math(self, body: str) -> str:
        return self._equation(body, f"$${body}$$", block=True)

    def inline_math(self, body: str) -> str:
        return self._equation(body, f"${body}$", block=False)

    def latex_environment(self, name: str, body: str) -> str:
        typed = f"\\begin{{{name}}}{body}\\end{{{name}}}"
        return self._equation(typed, typed, block=True)

    def image(self, text: str, url: str, title: str | None = None) -> str:
        """A picture that was pasted into the cell. Nothing else is shown: no other host is
        asked."""
        name = unquote(url.removeprefix("attachment:"))
        if not url.startswith("attachment:"):
            return html.escape(text)
        png = self.pictures.get(name, {}).get("image/png", "")
        if not PNG.fullmatch(png):
            return html.escape(f"[The picture {name[:80]} is not part of the submission.]")
        alternative = html.escape(html.unescape(text) or "A pasted picture", quote=True)
        self.equations.append(f'<img alt="{alternative}" src="data:image/png;base64,{png}">')
        return f"{self.mark}-{len(self.equations) - 1}-"

    def put_back(self, cleaned: str) -> str:
        """The cleaned HTML with its equations."""
        return re.sub(f"{self.mark}-(\\d+)-", lambda found: self.equations[int(found[1])], cleaned)

    def _equation(self, latex: str, typed: str, block: bool) -> str:
        try:
            # Two prices in one line are no equation.
            many = len(self.equations) >= MAX_EQUATIONS or self.is_spent()
            if many or not block and latex != latex.strip():
                raise EquationError("too many, or none")
            made = mathml(latex.strip(), block)
        except EquationError:
            made = html.escape(typed)
        self.equations.append(made)
        return f"{self.mark}-{len(self.equations) - 1}-"
