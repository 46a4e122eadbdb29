"""The documentation: generated pages follow the code, and the site builds without a warning."""

import re
import subprocess
import sys
from pathlib import Path

import pytest
from bs4 import BeautifulSoup

from kireji.installation import DOCS
from tests.support.clone import ROOT


def run(*arguments: object) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", *map(str, arguments)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True)


def test_reference_pages_are_what_the_code_says() -> None:
    done = run("docs.generate", "--check")
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The site as `./kireji docs` builds it; a link that leads nowhere is an error."""
    folder = tmp_path_factory.mktemp("site")
    done = run("sphinx", "-W", "--keep-going", "-n", "-E", "-q", "-b", "html", "docs", folder)
    assert (done.returncode, done.stderr) == (0, "")
    return folder


@pytest.mark.needs("sphinx")
def test_a_browser_loads_nothing_from_another_host(site: Path) -> None:
    loads = re.compile(r"<(?:script|img|iframe|source)\b[^>]*\bsrc=[\"'](?:https?:)?//")
    styles = re.compile(
        r"<link\b[^>]*\brel=[\"'](?:stylesheet|preload|icon)[^>]*href=[\"'](?:https?:)?//"
    )
    pages = list(site.rglob("*.html"))
    assert len(pages) > 20
    assert [page.name for page in pages if loads.search(page.read_text())] == []
    assert [page.name for page in pages if styles.search(page.read_text())] == []
    imports = re.compile(r"@import\s+(?:url\()?[\"']?(?:https?:)?//|url\([\"']?(?:https?:)?//")
    assert [path.name for path in site.rglob("*.css") if imports.search(path.read_text())] == []


@pytest.mark.needs("sphinx")
def test_every_equation_is_mathml(site: Path) -> None:
    found = 0
    for path in sorted((DOCS / "explanation" / "attention").glob("*.md")):
        equations = re.findall(r"\$\$.+?\$\$|\$[^$]+\$", path.read_text(), re.DOTALL)
        page = (site / "explanation" / "attention" / f"{path.stem}.html").read_text()
        assert page.count("<math ") == len(equations), path.stem
        found += len(equations)
    assert found > 100


@pytest.mark.needs("sphinx")
def test_the_front_page_of_the_text_leads_to_its_sections(site: Path) -> None:
    front = site / "explanation" / "theory.html"
    page = BeautifulSoup(front.read_text(), "html.parser")
    links = [link["href"] for link in page.select("article a[href^='attention/']")]
    assert len(links) == 16
    for link in links:
        section = BeautifulSoup((front.parent / link).read_text(), "html.parser")
        assert section.select("article h1")
