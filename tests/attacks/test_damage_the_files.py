"""Files that are not what they seem, or not for long: nothing is followed, opened or imported, and
intake always ends."""

import os
import random
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.course.assignment_file import CHECKPOINTS
from kireji.grading.quarantine import set_refused_aside, take_in
from kireji.grading.submission import read_submission, refused
from kireji.sandbox.limits import Limits
from tests.support.clone import COURSE

SECRET = b"the secret of somebody else"
NAMES = [
    "toy.ipynb",
    "toy.safetensors",
    "a.safetensors",
    "conftest.py",
    "torch.py",
    "sitecustomize.py",
    "x.pth",
    ".bashrc",
    "nbgrader_config.py",
    "a\nb.safetensors",
    "\x1b[2J.safetensors",
    "-rf.ipynb",
    "é.ipynb",
    "x" * 250,
    "timestamp.txt",
    "..ipynb",
    "toy.ipynb ",
    "TOY.IPYNB",
    "bomb.zip",
    "__pycache__",
    "\udcff.safetensors",
]
KINDS = [
    "file",
    "empty",
    "link",
    "link to a folder",
    "hard link",
    "fifo",
    "folder",
    "dangling",
    "endless",
    "itself",
    "sparse",
]


def put(path: Path, kind: str, secret: Path) -> None:
    """Make an entry of this kind, unless the name is taken."""
    if os.path.lexists(path):
        return
    if kind in ("file", "empty"):
        path.write_bytes(b"content" if kind == "file" else b"")
    elif kind == "hard link":
        os.link(secret, path)
    elif kind == "fifo":
        os.mkfifo(path)
    elif kind == "folder":
        path.mkdir()
        (path / "inner.ipynb").write_text("{}")
    elif kind == "sparse":
        with path.open("wb") as file:
            file.truncate(10**12)
    else:
        path.symlink_to(
            {
                "link": secret,
                "link to a folder": secret.parent,
                "dangling": "/nowhere",
                "endless": "/dev/zero",
                "itself": path,
            }[kind]
        )


@settings(max_examples=500, deadline=None, derandomize=True)
@given(
    entries=st.lists(
        st.tuples(st.sampled_from(NAMES), st.sampled_from(KINDS)), min_size=1, max_size=8
    )
)
def test_no_mixture_of_files_is_followed_or_breaks_it(tmp_path_factory, entries):
    root = tmp_path_factory.mktemp("course")
    secret = root / "elsewhere" / "secret"
    secret.parent.mkdir()
    secret.write_bytes(SECRET)
    folder = root / "submitted" / "ada" / "toy"
    folder.mkdir(parents=True)
    for name, kind in entries:
        put(folder / name, kind, secret)
    submission = read_submission(folder, "toy", (CHECKPOINTS,), Limits(submission_bytes=2**20))
    taken = {**submission.files, "": submission.notebook or b""}
    assert set(taken.values()) <= {b"content", b""} and set(taken) <= {
        "toy.safetensors",
        "a.safetensors",
        "",
    }
    assert all(notice.isprintable() and "was left out" in notice for notice in submission.notices)
    set_refused_aside(COURSE, [str(folder / "toy.ipynb")])
    assert refused(folder, (CHECKPOINTS,)) == [] and secret.read_bytes() == SECRET
    assert not any(path.is_symlink() or path.is_dir() for path in folder.iterdir())


def test_following_a_link_would_give_the_secret_away(tmp_path):
    (tmp_path / "secret").write_bytes(SECRET)
    (tmp_path / "toy.ipynb").symlink_to(tmp_path / "secret")
    assert (tmp_path / "toy.ipynb").read_bytes() == SECRET  # as a copy that follows links does


def test_a_folder_that_changes_while_it_is_read(tmp_path):
    secret, folder = tmp_path / "secret", tmp_path / "submitted" / "ada" / "toy"
    secret.write_bytes(SECRET)
    folder.mkdir(parents=True)
    done, rng = threading.Event(), random.Random(1)

    def swap() -> None:
        while not done.is_set():
            path = folder / rng.choice(["toy.ipynb", "a.safetensors"])
            try:
                if path.is_dir() and not path.is_symlink():
                    (path / "inner.ipynb").unlink(missing_ok=True)
                    path.rmdir()
                path.unlink(missing_ok=True)
                put(path, rng.choice(["file", "link", "fifo", "hard link", "folder"]), secret)
            except OSError:
                pass

    thread = threading.Thread(target=swap)
    thread.start()
    try:
        for _ in range(300):
            submission = read_submission(folder, "toy", (CHECKPOINTS,))
            assert SECRET not in (submission.notebook or b"", *submission.files.values())
        for _ in range(30):
            take_in(COURSE, folder)
    finally:
        done.set()
        thread.join()


@pytest.mark.parametrize("seen", ["hard link", "file"])
def test_a_hard_link_that_goes_while_it_is_opened(tmp_path, monkeypatch, seen):
    """The open file has but one name then, its owner's; counting names alone would take it for the
    student's."""
    secret, folder, opened = tmp_path / "secret", tmp_path / "toy", os.open
    secret.write_bytes(SECRET)
    folder.mkdir()
    name = folder / "toy.ipynb"
    put(name, seen, secret)

    def open_at_the_worst_moment(path, *rest, **options):
        if path != name.name:
            return opened(path, *rest, **options)
        name.unlink()
        name.hardlink_to(secret)
        handle = opened(path, *rest, **options)
        name.unlink()
        return handle

    monkeypatch.setattr(os, "open", open_at_the_worst_moment)
    assert read_submission(folder, "toy", (CHECKPOINTS,)).notebook is None and not name.exists()


@pytest.mark.parametrize("gone", ["removed", "a link", "a file"])
def test_a_submission_that_is_gone_is_an_empty_one(tmp_path, gone):
    folder = tmp_path / "toy"
    if gone == "a link":
        folder.symlink_to("/etc")
    elif gone == "a file":
        folder.write_text("x")
    assert read_submission(folder, "toy", (CHECKPOINTS,)).notebook is None
