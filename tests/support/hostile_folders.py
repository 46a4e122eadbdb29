"""Folders of bytes that a student's own program can leave in the exchange."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from hypothesis import strategies as st

from kireji.exchange.folders import student_folders
from tests.support.exchange_without_hub import COURSE

HONEST = ("alice", "zoe")
SECRET = b"submission_secret.txt"
STAMP = b"mallory+toy+2026-01-01 00:00:00.000000 UTC+"
# What a name can stand for, besides a file with content.
FOLDER, DEEP, FIFO, LINK, SHUT, LOOP = "folder", "deep", "fifo", "link", "shut", "loop"

NAME = st.binary(min_size=1, max_size=60).map(
    lambda raw: raw.replace(b"/", b"_").replace(b"\0", b"_")
)
FILES = st.dictionaries(
    st.one_of(
        NAME.filter(lambda name: name not in (b".", b"..")),
        st.sampled_from([b"toy.ipynb", SECRET, b"timestamp.txt", b"w.safetensors", b"n" * 255]),
    ),
    st.one_of(
        st.binary(max_size=60),
        st.just(b'{"cells": []}'),
        st.sampled_from([FOLDER, DEEP, FIFO, LINK, SHUT, LOOP]),
    ),
    max_size=5,
)
FOLDERS = st.lists(
    st.tuples(st.one_of(NAME, NAME.map(lambda end: b"mallory+toy+2026+" + end)), FILES), max_size=3
)


@contextmanager
def new_place() -> Iterator[Path]:
    """A course and an exchange without anybody."""
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        (place / "course").mkdir()
        (place / "exchange" / COURSE / "inbound").mkdir(parents=True)
        yield place


def leave(place: Path, student: str, folders: list[tuple[bytes, dict]]) -> None:
    """Write folders of bytes into the student's part of the exchange."""
    inbound = os.fsencode(student_folders(place / "exchange", COURSE, student).make().inbound)
    for name, files in folders:
        folder = os.path.join(inbound, name)
        if name in (b".", b"..") or os.path.lexists(folder):
            continue
        os.mkdir(folder)
        for file, content in files.items():
            make(os.path.join(folder, file), content)


def make(path: bytes, content: bytes | str) -> None:
    """A file with `content`, or one of the kinds above."""
    if content in (FOLDER, DEEP):
        os.makedirs(path + b"/d" * (120 if content == DEEP else 0))
    elif content == FIFO:
        os.mkfifo(path)
    elif content == LINK:
        os.symlink("/etc/passwd", path)
    elif content == LOOP:
        os.symlink(path, path)
    else:
        with open(path, "wb") as stream:
            stream.write(content if isinstance(content, bytes) else b"shut")
        if content == SHUT:
            os.chmod(path, 0)
