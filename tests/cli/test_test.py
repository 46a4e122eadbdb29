"""`./kireji test` is pytest in the repository: its arguments, its closing line, its exit status."""

import subprocess
import sys

import pytest


def kireji_test(folder, *arguments: str) -> subprocess.CompletedProcess:
    return subprocess.run(
        [sys.executable, "-P", "-m", "kireji", "test", *arguments],
        cwd=folder,
        capture_output=True,
        text=True,
    )


@pytest.mark.parametrize(
    ("arguments", "status", "closing"),
    [
        (["tests/cli/test_test.py", "--collect-only", "-q"], 0, "tests collected"),
        (["tests/cli/test_test.py", "-k", "nothing_of_that_name"], 5, "deselected in"),
    ],
)
def test_arguments_and_exit_status_are_pytests(tmp_path, arguments, status, closing):
    run = kireji_test(tmp_path, *arguments)
    assert run.returncode == status
    assert closing in run.stdout.splitlines()[-1]
