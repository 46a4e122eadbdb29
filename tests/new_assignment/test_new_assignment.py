"""A fifth assignment is its own files and nothing else: it is released, checked, graded, shown by
the demo and tested, and no other file of the course changes."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from kireji.setup.venv import activated
from tests.new_assignment.files import FILES, NAME
from tests.support.clone import COURSE, ROOT

PARTS = (
    "src",
    "lab",
    "source",
    "graders",
    "tests",
    "hub_config",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.lock",
)
MADE = ("var", "release", "gradebook.db")  # at run time
POINTS = {"ada": 10, "ben": 4, "cleo": 0, "dora": 10, "mallory": 0}  # of the sample students

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(1200)]


class CourseCopy:
    """The course in a folder of its own, with its data."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for part in PARTS:
            source, target = ROOT / part, root / part
            if source.is_dir():
                ignored = shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules")
                shutil.copytree(source, target, ignore=ignored)
            else:
                shutil.copyfile(source, target)
        shutil.copytree(COURSE.data, root / "var" / "data")
        shutil.copy(COURSE.secret_file, root / "var" / "secret")

    def contents(self) -> dict[str, str]:
        """The checksum of every file that is not made at run time."""
        return {
            name: hashlib.sha256(path.read_bytes()).hexdigest()
            for path in self.root.rglob("*")
            if path.is_file() and "__pycache__" not in path.parts
            if not (name := path.relative_to(self.root).as_posix()).startswith(MADE)
        }

    def add_assignment(self) -> None:
        for name, text in FILES.items():
            path = self.root / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_text(text, encoding="utf-8")

    def python(self, *words: str, **settings: str) -> str:
        """Run the copy's own modules to their end; what was said."""
        environment = activated(os.environ) | {
            "PYTHONPATH": f"{self.root / 'src'}:{self.root / 'lab'}",
            "PYTHONDONTWRITEBYTECODE": "1",
        }
        done = subprocess.run(
            [sys.executable, "-P", *words],
            cwd=self.root,
            env=environment | settings,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        assert done.returncode == 0, done.stdout
        return done.stdout


@pytest.fixture(scope="module")
def before_and_course(tmp_path_factory) -> tuple[dict[str, str], CourseCopy]:
    """The files of a course before the assignment was added to it; the course, set up again
    after."""
    course = CourseCopy(tmp_path_factory.mktemp("new") / "course")
    before = course.contents()
    course.add_assignment()
    course.python("-m", "kireji.data")
    course.python("-m", "kireji.nbgrader_plugins.generate_release")
    return before, course


@pytest.fixture
def course(before_and_course) -> CourseCopy:
    return before_and_course[1]


def test_it_is_released_without_its_solution(course):
    released = (course.root / "release" / NAME / f"{NAME}.ipynb").read_text()
    assert "raise NotImplementedError" in released and "Which words deceive?" in released
    assert "softmax(scores" not in released and "Names one word" not in released
    assert json.loads(released)["metadata"]["kireji"] == {"files": []}


def test_its_data_are_split_and_the_others_stay(course):
    rows = {
        name: len((course.root / "var" / "data" / name).read_text().splitlines()) - 1
        for name in (
            f"lab/{NAME}/train.tsv",
            f"lab/{NAME}/validation.tsv",
            f"held_out/{NAME}.tsv",
        )
    }
    assert list(rows.values()) == [12, 2, 6]
    for path in COURSE.held_out.glob("*.tsv"):
        assert (
            course.root / "var" / "data" / "held_out" / path.name
        ).read_bytes() == path.read_bytes()


def test_its_checks_are_found(course):
    said = course.python(
        "-c",
        "from attention_lab import check; check('language', {'language': lambda word: 'spanish'})",
    )
    assert "✗ stazione is Italian" in said and "look at the ending." in said


def test_it_is_graded(course, tmp_path):
    notebook = nbformat.read(course.root / "source" / NAME / f"{NAME}.ipynb", as_version=4)
    nbformat.write(notebook, tmp_path / f"{NAME}.ipynb")
    report = json.loads(course.python("-m", "kireji", "judge", "--json", NAME, str(tmp_path)))
    assert (report["score"], report["max_score"]) == (10, 10)
    assert {cell["grade_id"]: cell["score"] for cell in report["cells"]} == {
        "shares": 6,
        "language": 4,
        "discussion": None,
    }


def test_the_demo_shows_it(course, tmp_path):
    course.python("-m", "kireji", "demo", NAME, "--json", str(tmp_path / "reports.json"))
    reports = json.loads((tmp_path / "reports.json").read_text())
    assert {report["student"]: report["score"] for report in reports} == POINTS


def test_its_gallery_and_what_it_must_accept_are_tested(course):
    said = course.python(
        *("-m", "pytest", "-q", "-rA", "-p", "no:cacheprovider"),
        *("tests/graders/test_each_assignment.py", "-k", NAME),
        PYTHONPATH=f"{course.root}:{course.root / 'src'}:{course.root / 'lab'}",
    )
    for wanted in ("softmax over the rows", "always Italian", "by_hand", "untouched_release"):
        assert any(line.startswith("PASSED") and wanted in line for line in said.splitlines()), said


def test_no_other_file_is_changed(before_and_course):
    before, course = before_and_course
    after = course.contents()
    assert {name for name in after if after[name] != before.get(name)} == set(FILES)
    assert before.keys() <= after.keys()
