"""A submission that leaves something behind to go on after it: everything ends with the sandbox."""

import time

import psutil
import pytest

from .conftest import kernel

pytestmark = pytest.mark.needs("bubblewrap")

CODE = """
import atexit, os, subprocess, threading, time
def stay(mark, path):
    sleep = ["/bin/sh", "-c", f"sleep {mark}; echo late > {path}"]
    subprocess.Popen(sleep, start_new_session=True)
    subprocess.Popen(["/usr/bin/nohup", *sleep], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    child = os.fork()
    if child == 0:                      # twice, so that its parent is gone
        if os.fork() == 0:
            os.setsid()
            os.execv(sleep[0], sleep)
        os._exit(0)
    os.waitpid(child, 0)
    threading.Thread(target=lambda: (time.sleep(2), open(path, "w").write("late")), daemon=True).start()
    atexit.register(lambda: open(path, "w").write("late"))
    return 1
"""


def left(mark: str) -> list[psutil.Process]:
    """The processes of this machine that have `mark` in their command line."""
    found = []
    for process in psutil.process_iter():
        try:
            if any(mark in word for word in process.cmdline()):
                found.append(process)
        except psutil.Error:
            pass
    return found


@pytest.mark.parametrize("walled", [False, True], ids=["without the wall", "behind it"])
def test_nothing_stays(tmp_path, walled):
    mark, path = f"1{time.time_ns() % 10**6}", tmp_path / "late"
    with kernel(CODE, walled=walled) as ask:
        ask("stay", mark, str(path))
        assert len(left(mark)) >= 3
    # A container's supervisor ends them once the grader has hung up.
    deadline = time.monotonic() + 60
    while (late := left(mark)) and walled and time.monotonic() < deadline:
        time.sleep(0.1)
    for process in late:
        process.kill()
    assert bool(late) is not walled
    assert not (walled and path.exists())
