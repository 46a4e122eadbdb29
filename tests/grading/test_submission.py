"""What is taken in of a submission folder, and that nothing else is opened or followed."""

import os
import socket

import pytest

from kireji.course.assignment_file import CHECKPOINTS
from kireji.course.layout import find_course
from kireji.grading.quarantine import set_refused_aside, take_in
from kireji.grading.submission import MAX_ENTRIES, read_submission, refused
from kireji.sandbox.limits import Limits


@pytest.fixture
def folder(tmp_path):
    folder = tmp_path / "submitted" / "ada" / "toy"
    folder.mkdir(parents=True)
    (folder / "toy.ipynb").write_text("{}")
    (folder / "toy.safetensors").write_bytes(b"weights")
    (folder / "timestamp.txt").write_text("2026-01-01")
    return folder


def test_the_notebook_and_the_checkpoints_are_taken(folder):
    submission = read_submission(folder, "toy", (CHECKPOINTS,))
    assert submission.notebook == b"{}" and submission.files == {"toy.safetensors": b"weights"}
    assert submission.notices == ()
    assert refused(folder, (CHECKPOINTS,)) == []


@pytest.fixture
def masks_accepted(tmp_path, monkeypatch):
    """The assignment takes any module with the notebook."""
    graders = tmp_path / "graders"
    (graders / "toy").mkdir(parents=True)
    (graders / "toy" / "assignment.toml").write_text('files = ["*.py", "*.safetensors"]')
    monkeypatch.setenv("KIREJI_COURSE", str(tmp_path))


def test_a_helper_module_is_taken_where_the_assignment_says_so(folder, masks_accepted):
    (folder / "my_masks.py").write_text("x = 1")
    submission = take_in(find_course(), folder)
    assert submission.files["my_masks.py"] == b"x = 1" and submission.notices == ()


def test_a_file_that_configures_jupyter_is_never_taken(folder, masks_accepted):
    for name in ("nbgrader_config.py", "jupyter_server_config.py"):
        (folder / name).write_text("x = 1")
        assert refused(folder, find_course().assignment_file("toy").files) == [folder / name]
        assert set(take_in(find_course(), folder).files) == {"toy.safetensors"}


@pytest.mark.parametrize(
    "name",
    [
        "conftest.py",
        "torch.py",
        "sitecustomize.py",
        "nbgrader_config.py",
        "x.pth",
        ".hidden",
        "other.ipynb",
        "weights.pt",
        "a\nb.safetensors",
        "\x1b[31m.safetensors",
        "-rf.safetensors",
        "é.safetensors",
    ],
)
def test_other_names_are_left_out_with_a_sentence(folder, name):
    (folder / name).write_text("x")
    submission = read_submission(folder, "toy", (CHECKPOINTS,))
    assert set(submission.files) == {"toy.safetensors"} and len(submission.notices) == 1
    assert "was left out" in submission.notices[0] and submission.notices[0].isprintable()


@pytest.mark.parametrize(
    "make",
    [
        lambda path, target: path.symlink_to(target),
        lambda path, target: os.link(target, path),
        lambda path, target: os.mkfifo(path),
        lambda path, target: path.mkdir(),
        # a socket's path must be short
        lambda path, target: socket.socket(socket.AF_UNIX).bind(path.name),
        lambda path, target: path.symlink_to("/dev/zero"),
    ],
    ids=["symlink", "hard link", "fifo", "folder", "socket", "endless"],
)
@pytest.mark.parametrize("name", ["toy.ipynb", "more.safetensors"])
@pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")
def test_nothing_but_plain_files_is_opened(folder, tmp_path, make, name, monkeypatch):
    secret = tmp_path / "secret"
    secret.write_text("secret")
    (folder / name).unlink(missing_ok=True)
    monkeypatch.chdir(folder)
    make(folder / name, secret)
    submission = read_submission(folder, "toy", (CHECKPOINTS,))
    assert b"secret" not in (submission.notebook or b"") + b"".join(submission.files.values())
    assert any("was left out" in notice for notice in submission.notices)


def test_too_large_a_file_is_left_out(folder):
    (folder / "toy.safetensors").write_bytes(bytes(2 * 2**20))
    submission = read_submission(folder, "toy", (CHECKPOINTS,), Limits(submission_bytes=2**20))
    assert submission.files == {} and "larger than 1 MiB" in submission.notices[0]


def test_a_million_files_are_not_listed(folder):
    for number in range(MAX_ENTRIES + 50):
        (folder / f"{number}.txt").touch()
    assert len(read_submission(folder, "toy", (CHECKPOINTS,)).notices) <= 11


def test_the_digest_goes_by_content(folder):
    before = read_submission(folder, "toy", (CHECKPOINTS,)).digest()
    os.utime(folder / "toy.ipynb", (0, 0))
    (folder / "ignored.txt").write_text("x")
    assert read_submission(folder, "toy", (CHECKPOINTS,)).digest() == before
    (folder / "toy.safetensors").write_bytes(b"other")
    assert read_submission(folder, "toy", (CHECKPOINTS,)).digest() != before


def test_what_nbgrader_would_copy_or_follow_is_set_aside(folder, tmp_path):
    (folder / "passwords.safetensors").symlink_to("/etc/passwd")
    (folder / "code").mkdir()
    (folder / "conftest.py").write_text("x")
    set_refused_aside(find_course(), [str(folder / "toy.ipynb")])
    assert {path.name for path in folder.iterdir()} == {
        "toy.ipynb",
        "toy.safetensors",
        "timestamp.txt",
    }
    aside = tmp_path / "var" / "refused" / "ada" / "toy"
    assert {path.name for path in aside.iterdir()} == {
        "passwords.safetensors",
        "code",
        "conftest.py",
    }
    set_refused_aside(find_course(), [str(folder / "toy.ipynb")])
    submission = take_in(find_course(), folder)
    assert len(submission.notices) == 3 and submission == take_in(find_course(), folder)
