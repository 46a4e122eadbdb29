"""A disk that is full before or in the middle of a step: a sentence, and nothing is lost.

The disk is a small file system in memory that bubblewrap mounts for the one process: that needs no
root.
"""

import json
import subprocess
import sys

import pytest

from kireji.sandbox.bwrap_command import find_bwrap
from kireji.setup.venv import activated
from tests.support.clone import ROOT

DISK_BYTES = 6_000_000


@pytest.mark.needs("bubblewrap")
@pytest.mark.timeout(600)
def test_nothing_is_lost_and_a_sentence_says_what_to_do(tmp_path):
    disk, store = tmp_path / "disk", tmp_path / "store"
    disk.mkdir()
    wall = [find_bwrap(), "--dev-bind", "/", "/", "--size", str(DISK_BYTES), "--tmpfs", str(disk)]
    command = [sys.executable, "-P", "-m", "tests.durability.full_disk", str(disk), str(store)]
    done = subprocess.run(
        [*map(str, wall), *command],
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=activated({}) | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    found = json.loads(done.stdout.splitlines()[-1])
    assert found["losses"] == []
    for step in ("collect", "grade", "feedback"):
        said = [sentence for name, _, sentence in found["sentences"] if name == step]
        assert said and all(
            "disk" in sentence and "un the command again" in sentence for sentence in said
        ), (step, said)
    assert any("while grading" in sentence for _, _, sentence in found["sentences"]), (
        "the disk never filled in mid-grade"
    )
