"""Whatever interrupts a writer, a reader finds the old file or the new one, and never more rights
than meant."""

import os
import signal
import stat
import subprocess
import sys

import pytest

from kireji.files.atomic import write_whole

WRITER = """
import pathlib, resource, signal, sys
from kireji.files.atomic import write_whole
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))
if sys.argv[2] == "killed":
    signal.signal(signal.SIGXFSZ, signal.SIG_DFL)
write_whole(pathlib.Path(sys.argv[1]), bytes(2 ** 20))
"""


def test_the_new_content_takes_the_old_ones_place(tmp_path):
    path = tmp_path / "notes.json"
    for content, kept in (("é", "é".encode()), (b"\0\r\n", b"\0\r\n"), ("", b"")):
        write_whole(path, content)
        assert path.read_bytes() == kept and os.listdir(tmp_path) == [path.name]


def test_nobody_else_may_read_it_at_any_moment(tmp_path):
    path = tmp_path / "passwords"
    path.write_text("old")
    path.chmod(0o644)
    before = os.umask(0)
    try:
        write_whole(path, "new", mode=0o600)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("ended", ["full", "killed"])
def test_a_writer_that_fails_leaves_the_old_file_whole(tmp_path, ended):
    path = tmp_path / "grades"
    path.write_text("old")
    # Python itself ignores the signal of a file that grew too large, and sees an error as on a full
    # disk.
    result = subprocess.run([sys.executable, "-c", WRITER, str(path), ended], capture_output=True)
    assert result.returncode == (1 if ended == "full" else -signal.SIGXFSZ)
    assert path.read_text() == "old"
    # a killed one's draft stays, and does no harm
    assert len(os.listdir(tmp_path)) == (1 if ended == "full" else 2)
    write_whole(path, "new")
    assert path.read_text() == "new"


def test_a_draft_that_a_killed_writer_left_is_no_hindrance(tmp_path):
    path = tmp_path / "notes"
    path.with_name(f".notes.{os.getpid()}").symlink_to(tmp_path / "elsewhere")
    write_whole(path, "new")
    assert path.read_text() == "new" and not (tmp_path / "elsewhere").exists()
