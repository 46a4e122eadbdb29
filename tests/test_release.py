"""release/ is what source/ gives, byte for byte, and gives no solution away.

Both as git has them, not as they lie there: the set-up has just made the release/ that lies
there."""

import json
import re
import shutil
from pathlib import Path

import pytest

from kireji.course.layout import Course
from kireji.nbgrader_plugins.generate_release import generate
from kireji.setup.course import assignment_files
from tests.support.git_files import staged

HIDDEN = re.compile(r"### BEGIN (SOLUTION|HIDDEN TESTS|MARK SCHEME)\n(.*?)### END \1", re.DOTALL)
TELLING = 12  # characters: a shorter line, such as `else:`, gives nothing away


def cells(notebook: Path) -> list[dict]:
    return json.loads(notebook.read_text())["cells"]


def text(notebook: Path) -> str:
    return "\n".join("".join(cell["source"]) for cell in cells(notebook))


def lines(passage: str) -> set[str]:
    return {line.strip() for line in passage.splitlines() if len(line.strip()) >= TELLING}


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Path:
    """source/ as in git, release/ generated from it, and committed/ with the release/ that is in
    git."""
    course = tmp_path_factory.mktemp("course")
    for name, content in staged("source", "release").items():
        path = course / name.replace("release", "committed", 1)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    assert generate(Course(course), gradebook=False), "there is no assignment in source/"
    return course


@pytest.fixture(scope="module")
def notebooks(course) -> list[tuple[Path, Path]]:
    """(source, released) of every notebook."""
    return [
        (path, course / "release" / path.relative_to(course / "source"))
        for path in sorted((course / "source").glob("*/*.ipynb"))
    ]


def contents(folder: Path) -> dict[str, bytes]:
    return {
        path.relative_to(folder).as_posix(): path.read_bytes() for path in assignment_files(folder)
    }


def test_the_committed_release_is_what_the_committed_source_gives(course):
    generated, committed = contents(course / "release"), contents(course / "committed")
    assert generated.keys() == committed.keys()
    assert [name for name in generated if generated[name] != committed[name]] == [], (
        "./kireji setup, then git add release"
    )


def test_generating_twice_gives_the_same_bytes(course, tmp_path):
    """What nbgrader would make up anew each time, such as cell ids, is in the source."""
    shutil.copytree(course / "source", tmp_path / "source")
    generate(Course(tmp_path), gradebook=False)
    assert contents(tmp_path / "release") == contents(course / "release")


def test_a_cell_nbgrader_knows_is_called_the_same_in_jupyter(notebooks):
    for source, _ in notebooks:
        for cell in cells(source):
            assert cell["id"] == cell["metadata"].get("nbgrader", {}).get("grade_id", cell["id"])


def test_no_line_of_a_solution_is_released(notebooks):
    """Except lines that the source shows outside its solutions too, such as an import or a call in
    a hint."""
    for source, released in notebooks:
        everything = text(source)
        solutions = "\n".join(match.group(2) for match in HIDDEN.finditer(everything))
        secret = lines(solutions) - lines(HIDDEN.sub("", everything))
        assert secret, f"{source.name} marks no solution as one"
        raw = released.read_text()
        assert [line for line in secret if json.dumps(line)[1:-1] in raw] == []
        assert not re.search(r"(BEGIN|END) (SOLUTION|HIDDEN TESTS|MARK SCHEME)", raw)
