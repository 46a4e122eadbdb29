"""A submission that ends, stops or blocks its own process: what ran before keeps its score, the
rest is 0, with a reason."""

import pytest

from .conftest import wins_in_one_process

pytestmark = pytest.mark.needs("bubblewrap")

RIGHT = "def double(x):\n    return 2 * x"
WAYS_IN_A_CELL = {
    "os._exit": "import os\nos._exit(0)",
    "kill": "import os, signal\nos.kill(os.getpid(), signal.SIGKILL)",
    "parent": "import os\ntry:\n    os.kill(os.getppid(), 9)\nfinally:\n    os.abort()",
    "crash": "import ctypes\nctypes.string_at(0)",
}
HARMLESS = {
    "sys.exit": "import sys\nsys.exit(0)",
    "SystemExit": "raise SystemExit",
    "KeyboardInterrupt": "raise KeyboardInterrupt",
}


@pytest.mark.parametrize("way", WAYS_IN_A_CELL)
def test_a_cell_that_ends_python_costs_itself_and_what_comes_after(graded, way):
    report = graded(
        double_solution=RIGHT,
        share_solution=WAYS_IN_A_CELL[way] + "\ndef share():\n    return 20.0",
    )
    assert report.points("double") == 4 and report.points("share") == 0
    assert (
        "'share_solution' was left out, and all after it" in report.notices
        and "ended the Python" in report.notices
    )


def test_leaving_politely_costs_only_what_was_not_defined(graded):
    for code in HARMLESS.values():
        report = graded(double_solution=RIGHT, share_solution=code)
        assert report.points("double") == 4 and report.points("share") == 0
        assert "does not define it" in report.messages("share")


def test_without_rerunning_it_all_would_be_lost_and_so_would_a_judge_in_the_same_process():
    # it reads the exit status
    assert wins_in_one_process({"leaves": "import os\nos._exit(0)"}) == {"leaves": True}


def test_leaving_at_another_moment_each_time_is_graded_all_the_same(graded):
    leaving = (
        RIGHT + "\nimport os, threading, time\nthreading.Thread(target=lambda: (time.sleep(1),"
        " os._exit(0))).start()"
    )
    report = graded(
        double_solution=leaving + "\ntime.sleep(0.5)", share_solution="import time\ntime.sleep(20)"
    )
    assert report.points("share") == 0 and "left out" in report.notices


def test_a_call_that_leaves_ends_the_hidden_tests_and_no_more(graded):
    report = graded(
        double_solution=RIGHT, share_solution="import os\ndef share():\n    os._exit(7)"
    )
    assert report.points("double") == 4 and "exit status 7" in report.messages("share")
