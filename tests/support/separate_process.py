"""Runs a program of the tests in a process of its own: what it sets up, it sets up for the whole
process."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from kireji.setup.venv import activated
from tests.support.clone import ROOT


def result_of(module: str, folder: Path, *words: str) -> Any:
    """What `module`, working in `folder`, printed as JSON on its last line. AssertionError, with
    its errors, if it failed."""
    command = [sys.executable, "-P", "-m", module, str(folder), *words]
    done = subprocess.run(
        command,
        cwd=ROOT,
        capture_output=True,
        text=True,
        env=activated({}) | {"PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"},
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])
