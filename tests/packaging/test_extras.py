"""Each image of the compose deployment installs what the extra of its name lists."""

import re
import tomllib

import pytest

from kireji.installation import HUB_CONFIG
from tests.support.clone import ROOT

PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())
EXTRAS = PROJECT["project"]["optional-dependencies"]
RECIPE = (HUB_CONFIG / "compose" / "Dockerfile").read_text().replace("\\\n", " ")
BUILD = {"setuptools"}  # installs the project in the image, and torch asks for it
# With Docker the container is the wall, and a page of the hub needs no command line.
NOT_IN_IMAGES = {"click", "filelock", "psutil"}


def name(requirement: str) -> str:
    return re.match(r"[\w.-]+", requirement)[0].lower()


def listed(extra: str) -> set[str]:
    """The packages of an extra, with those of the extras that it names."""
    found = set()
    for requirement in EXTRAS[extra]:
        if others := re.match(r"kireji\[(.*)\]", requirement):
            found = found.union(*(listed(other) for other in others[1].split(",")))
        else:
            found.add(name(requirement))
    return found


def installed(stage: str) -> set[str]:
    """What a stage of the Dockerfile installs, with the stages that it builds on."""
    base, body = re.search(
        rf"^FROM (\S+) AS {stage}\n(.*?)(?=^FROM |\Z)", RECIPE, re.MULTILINE | re.DOTALL
    ).groups()
    commands = re.findall(r"pip install --constraint requirements\.lock ([^&|\n]*)", body)
    found = {name(word) for command in commands for word in command.split()}
    return found if base.startswith("$") else found | installed(base)


@pytest.mark.parametrize("place", ["proxy", "hub", "sandbox", "student", "course"])
def test_an_image_installs_its_extra(place):
    assert installed(place) - BUILD - NOT_IN_IMAGES == listed(place) - NOT_IN_IMAGES


def test_tools_of_tests_and_lint_are_no_dependency_of_a_course():
    groups = PROJECT["dependency-groups"]
    tools = {name(tool) for group in ("test", "lint", "docs") for tool in groups[group]}
    assert tools and not tools & (listed("embedded") | set(PROJECT["project"]["dependencies"]))
