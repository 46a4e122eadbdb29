"""A service that runs holds its lock, also after it became another program; nothing is restored
under it."""

import subprocess
import sys

import pytest

from kireji.errors import KirejiError
from kireji.hub.service_lock import hold, keep_stopped

SERVICE = f"""
import os, sys
sys.path.insert(0, {str(sys.path[0])!r})
from pathlib import Path
from kireji.hub.service_lock import hold
hold(Path(sys.argv[1]))
os.execv("/bin/sh", ["sh", "-c", "echo runs; read line"])
"""


def test_held_until_its_process_ends(tmp_path):
    lock = tmp_path / "a" / "up.lock"
    with subprocess.Popen(
        [sys.executable, "-c", SERVICE, str(lock)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as service:
        assert service.stdout.readline() == "runs\n"
        with (
            pytest.raises(KirejiError, match="The hub is running. Nothing was changed"),
            keep_stopped(lock, "hub"),
        ):
            pass
        service.communicate("\n", timeout=60)
    with (
        keep_stopped(lock, "hub"),
        pytest.raises(KirejiError, match="is running"),
        keep_stopped(lock, "hub"),
    ):
        pass
    with keep_stopped(lock, "hub"):
        pass
    hold(lock)  # free again: does not wait
