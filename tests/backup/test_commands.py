"""`./kireji backup` and `./kireji restore`, as typed."""

import pytest
from click.testing import CliRunner

from kireji.cli.main import kireji
from kireji.course.layout import find_course
from kireji.hub.embedded import lifecycle


@pytest.fixture
def run(monkeypatch):
    def run(*words, input=None):
        return CliRunner().invoke(kireji, words, input=input)

    return run


def test_there_and_back(full, empty, go, run, tmp_path):
    (find_course().autograded / "bob" / "toy" / "timestamp.txt").write_text(
        "1970-01-01 00:00:00.000000 UTC"
    )
    result = run("backup", str(tmp_path / "saved.tar.gz"))
    assert result.exit_code == 0 and "autograded/bob/toy is being made just now" in result.stderr
    assert "Saved " in result.stderr and "saved.tar.gz" in result.stderr
    go(empty)
    result = run("restore", str(tmp_path / "saved.tar.gz"))
    assert (
        result.exit_code == 0
        and result.stdout.startswith("Restored ")
        and "Next: ./kireji up" in result.stdout
    )
    assert (find_course().homes / "alice" / "toy" / "toy.ipynb").read_text() == "alice's work"
    again = run("restore", str(tmp_path / "saved.tar.gz"))
    assert again.exit_code == 1 and again.stderr.startswith("There is a course here already")
    assert (
        run(
            "restore", "--overwrite-the-course-that-is-here", str(tmp_path / "saved.tar.gz")
        ).exit_code
        == 0
    )


def test_through_a_pipe(full, empty, go, run):
    archive = run("backup", "-")
    go(empty)
    assert run("restore", "-", input=archive.stdout_bytes).exit_code == 0
    assert (find_course().homes / "bob" / "toy" / "toy.ipynb").read_text() == "bob's work"


def test_not_while_the_hub_is_up(full, run, tmp_path):
    assert run("backup", str(tmp_path / "saved.tar.gz")).exit_code == 0
    run("--help")
    with lifecycle.take_lock(find_course()):
        result = run(
            "restore", "--overwrite-the-course-that-is-here", str(tmp_path / "saved.tar.gz")
        )
    assert result.exit_code == 1 and "already running" in result.stderr


def test_a_file_that_is_not_there_is_a_sentence(empty, go, run, tmp_path):
    go(empty)
    result = run("restore", str(tmp_path / "nothing"))
    assert (result.exit_code, result.stderr) == (
        1,
        f"{tmp_path}/nothing cannot be read: No such file or directory.\n",
    )
    result = run("backup", str(tmp_path / "no" / "folder" / "file"))
    assert result.exit_code == 1 and "cannot be written" in result.stderr
