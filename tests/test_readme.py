"""What README.md and docs/ say exists."""

import re

import pytest

from kireji.commands import COMMANDS
from kireji.installation import DOCS
from tests.support.clone import ROOT
from tests.support.git_files import tree

PAGES = [
    path
    for path in tree()
    if path.suffix == ".md" and (path.parent == ROOT or path.is_relative_to(DOCS))
]


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_lead_somewhere(page):
    links = re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", page.read_text())
    assert [link for link in links if not (page.parent / link).exists()] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_links_to_a_section_lead_to_its_heading(page):
    links = re.findall(r"\]\(([^):]*\.md|)#([^)]+)\)", page.read_text())
    lost = [f"{target}#{anchor}" for target, anchor in links if anchor not in anchors(page, target)]
    assert lost == []


def anchors(page, target):
    """The anchors of the headings in `target`, or in `page` itself, as code hosts make them."""
    text = (page.parent / target if target else page).read_text()
    return {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", text, re.MULTILINE)
    }


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_commands_exist(page):
    assert set(re.findall(r"\./kireji ([a-z]+)", page.read_text())) <= COMMANDS.keys()


def test_readme_has_a_line_for_each_folder():
    folders = {path.relative_to(ROOT).parts[0] for path in tree() if path.parent != ROOT}
    named = set(re.findall(r"^\| `(\w+)/", (ROOT / "README.md").read_text(), re.MULTILINE))
    assert {name for name in folders if not name.startswith(".")} - named == set()


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.relative_to(ROOT).as_posix())
def test_files_that_are_named_exist(page):
    """`src/kireji/cli/docs.py`, or `cli/docs.py` for a file of the platform."""
    files = [path.relative_to(ROOT).as_posix() for path in tree()]
    named = set(
        re.findall(r"`((?:[a-z_]+/)+[a-z_0-9]+\.(?:py|toml|md|csv|html))`", page.read_text())
    )
    made = ("var/", "hub_config/compose/roster/", "lab/ex", "held_out/")  # at run time
    missing = {
        name
        for name in named
        if not name.startswith(made) and "quiz_words" not in name  # an example
        if not any(f"/{file}".endswith(f"/{name}") for file in files)
    }
    assert missing == set()
