"""The rules of the house that a reader can rely on anywhere in it."""

import ast
from collections.abc import Iterator
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

from kireji.installation import LAB, LESSONS
from tests.support.clone import COURSE, ROOT
from tests.support.git_files import tree

MAX_LINES = 300
# Files that the formatter made longer, each until it is split.
TO_SPLIT = {
    "code/attention_visualization.py",
    "code/basic_attention.py",
    "code/self_attention.py",
    "code/seq2seq_attention.py",
    "code/transformer.py",
    "lab/attention_lab/checks/ex2_mechanisms.py",
    "tests/attacks/test_student_terminal.py",
    "tests/compose/test_compose.py",
    "tests/feedback/conftest.py",
    "tests/graders/ex1_translation/gallery.py",
    "tests/graders/ex2_mechanisms/gallery.py",
}
# Not written by hand, or written to be read as a whole: notebooks, the lock file, pictures and
# tables.
ANY_LENGTH = {".ipynb", ".lock", ".svg", ".tsv", ".csv", ".json"}
# Pages that are written from the code.
GENERATED = {"docs/reference/commands.md"}
BINARY = {".png", ".jpg", ".gif", ".ico", ".safetensors", ".woff2"}
# In two halves, or this file would break its own rule.
REGISTRIES = [
    "".join(halves)
    for halves in (
        ("pypi", ".org"),
        ("python", "hosted.org"),
        ("download.py", "torch.org"),
        ("registry.npm", "js.org"),
        ("ana", "conda.org"),
        ("registry-1.dock", "er.io"),
        ("index.dock", "er.io"),
        ("gh", "cr.io"),
        ("qu", "ay.io"),
        ("deb.deb", "ian.org"),
    )
]

LEAVES = {"errors", "installation", "commands", "version", "files", "course"}
JUDGING = LEAVES | {"wire", "sandbox", "testing", "sanitise", "grading"}
NBGRADER = {"nbgrader_plugins", "exchange", "feedback", "copies", "report_index", "runs"}
# room -> the other rooms of src/kireji it may import from
MAY_IMPORT = {
    "errors": set(),
    "installation": {"errors"},
    "commands": set(),
    "version": {"installation"},
    "files": {"errors"},
    "course": {"errors", "installation", "files"},
    "wire": set(),
    "data": LEAVES,
    "setup": LEAVES,
    "exchange": LEAVES,
    "sandbox": LEAVES | {"wire"},
    "testing": LEAVES | {"wire", "sandbox"},
    "sanitise": set(),
    "grading": JUDGING,
    "report_index": JUDGING | {"exchange"},
    "runs": LEAVES,
    "copies": JUDGING,
    "feedback": LEAVES | {"sanitise", "testing", "copies"},
    "nbgrader_plugins": JUDGING | NBGRADER,
    "batch": JUDGING | NBGRADER,
    "reading": JUDGING | NBGRADER,
    # setup: a container has no launcher
    "hub": JUDGING | NBGRADER | {"batch", "setup", "reading"},
    "desk": JUDGING | NBGRADER | {"batch", "hub", "reading"},
    "demo": JUDGING | NBGRADER | {"batch"},
    "backup": LEAVES | {"exchange", "nbgrader_plugins"},
    "doctor": LEAVES | {"sandbox", "nbgrader_plugins"},
    "cli": JUDGING | NBGRADER | {"batch", "data", "setup", "hub", "demo", "backup", "doctor"},
    "__main__": {"cli"},
}


def relative(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """The dotted names a file imports, at whatever depth, with relative ones made absolute."""
    package = (
        path.with_suffix("").relative_to(ROOT / "src").parts[:-1]
        if path.is_relative_to(ROOT / "src")
        else ()
    )
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom):
            above = package[: len(package) - node.level + 1] if node.level else ()
            base = ".".join([*above, *filter(None, [node.module])])
            yield from (f"{base}.{name.name}" for name in node.names)


def python_files(folder: Path) -> list[Path]:
    return [path for path in tree() if path.suffix == ".py" and path.is_relative_to(folder)]


def imported_rooms() -> dict[str, set[str]]:
    """room of src/kireji -> the other rooms it imports from."""
    rooms: dict[str, set[str]] = {}
    for path in python_files(ROOT / "src" / "kireji"):
        room = path.relative_to(ROOT / "src" / "kireji").parts[0].removesuffix(".py")
        found = rooms.setdefault(room, set())
        found |= {name.split(".")[1] for name in imports(path) if name.startswith("kireji.")} - {
            room
        }
    rooms.pop("__init__")
    return rooms


def test_no_file_is_too_long():
    too_long = {
        relative(path): lines
        for path in tree()
        if path.suffix not in ANY_LENGTH | BINARY
        if relative(path) not in TO_SPLIT | GENERATED
        if (lines := len(path.read_text().splitlines())) > MAX_LINES
    }
    assert too_long == {}


def test_no_file_names_a_registry():
    naming = {
        relative(path): host
        for path in tree()
        if path.suffix not in BINARY
        for host in REGISTRIES
        if host in path.read_text()
    }
    assert naming == {}


@pytest.mark.parametrize(("room", "imported"), sorted(imported_rooms().items()))
def test_imports_run_one_way(room, imported):
    assert room in MAY_IMPORT, f"src/kireji/{room} is a new room: say here what it may import"
    assert imported <= MAY_IMPORT[room]


def test_rooms_of_one_floor_do_not_import_each_other_in_a_circle():
    assert set(TopologicalSorter(imported_rooms()).static_order()) >= set(imported_rooms())


@pytest.mark.parametrize("folder", [LAB, LESSONS], ids=lambda folder: folder.name)
def test_what_students_run_imports_nothing_of_the_platform(folder):
    wrong = {
        relative(path): name
        for path in python_files(folder)
        for name in imports(path)
        if name.split(".")[0] in ("kireji", "graders")
    }
    assert wrong == {}


def test_graders_import_testing_pictures_and_leaves_only():
    """And a recipe of data what it is made with."""
    allowed = (
        "kireji.testing.",
        "kireji.feedback.pictures",
        *(f"kireji.{leaf}" for leaf in LEAVES),
    )
    wrong = {
        relative(path): name
        for path in python_files(COURSE.graders)
        for name in imports(path)
        if name.startswith("kireji.") and not name.startswith(allowed)
        if not (path.name == "data.py" and name.startswith("kireji.data."))
    }
    assert wrong == {}


def test_the_platform_never_imports_graders():
    wrong = {
        relative(path): name
        for path in python_files(ROOT / "src")
        for name in imports(path)
        if name.split(".")[0] == "graders"
    }
    assert wrong == {}


def test_lessons_are_no_package():
    assert not (LESSONS / "__init__.py").exists(), (
        "code/ would hide the standard library's module `code`"
    )
