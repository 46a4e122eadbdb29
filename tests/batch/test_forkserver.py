"""Judges forked from a warmed process: none knows of another, and how many there are changes
nothing but the time."""

import json
import os
import resource
import signal
import sys
import threading

import pytest

from kireji.batch.executors.forkserver import ForkserverExecutor, JudgeKilledError
from kireji.grading.judge import judge
from kireji.grading.judge_limits import JudgeLimits
from kireji.grading.submission import Submission
from kireji.sandbox.limits import MIB, Limits
from tests.support.toy import make_toy

SECRET = b"s" * 32
seen = []


def remember(thing: object) -> tuple[list, bool]:
    """What this process has seen, and whether torch was there from the start."""
    seen.append(thing)
    return seen, "torch" in sys.modules


def fail(how: str) -> None:
    if how == "killed":
        os.kill(os.getpid(), signal.SIGKILL)
    raise ValueError("a mistake")


def within_limits(fill: bool) -> list[int]:
    """The system's limits of this process while it judges."""
    limits = Limits(judge_memory=50 * MIB, judge_processor_seconds=1)
    counting = JudgeLimits(limits, end=lambda reason: None)
    counting.look = lambda: None  # it comes too late
    with counting:
        if fill:
            bytearray(200 * MIB)
        return [resource.getrlimit(what)[0] for what in (resource.RLIMIT_DATA, resource.RLIMIT_CPU)]


def compute_for_ever() -> None:
    within_limits(False)
    while True:
        sum(range(1000))


def wait_for_ever() -> None:
    threading.Event().wait(600)


def judge_toy(notebook: bytes) -> str:
    """The report as text, without what a clock says."""
    report = judge(Submission(notebook), make_toy(), SECRET).report.as_dict()
    report.pop("seconds")
    return json.dumps(report)


@pytest.fixture(scope="module")
def here():
    """This module as a forked process imports it."""
    from tests.batch import test_forkserver

    return test_forkserver


def test_each_begins_from_the_same_state(here):
    with ForkserverExecutor(1) as forks:
        found = [forks.submit(here.remember, number).result(250) for number in range(3)]
    assert found == [([0], True), ([1], True), ([2], True)]


def test_one_that_is_killed_or_fails_costs_itself_only(here):
    with ForkserverExecutor(2) as forks:
        killed, failed, good = (
            forks.submit(*work)
            for work in ((here.fail, "killed"), (here.fail, "x"), (here.remember, 1))
        )
        assert good.result(250)[0] == [1]
        with pytest.raises(JudgeKilledError):
            killed.result(250)
        with pytest.raises(ValueError, match="a mistake"):
            failed.result(250)


def test_the_system_limits_a_judge_behind_its_own_counting(here):
    with ForkserverExecutor(3) as forks:
        full, endless, limits = (
            forks.submit(*work)
            for work in (
                (here.within_limits, True),
                (here.compute_for_ever,),
                (here.within_limits, False),
            )
        )
        assert all(limit > 0 for limit in limits.result(250))
        with pytest.raises(MemoryError):
            full.result(250)
        with pytest.raises(JudgeKilledError):
            endless.result(250)
    before = resource.getrlimit(resource.RLIMIT_DATA)
    with JudgeLimits(Limits(), end=lambda reason: None):
        assert resource.getrlimit(resource.RLIMIT_DATA) == before, "of a process with other work"


def test_what_is_stopped_ends_at_once_and_what_waits_is_dropped(here):
    began, started = [], threading.Event()
    forks = ForkserverExecutor(1, starting=lambda number: (began.append(number), started.set()))
    running, waiting = forks.submit(here.wait_for_ever), forks.submit(here.wait_for_ever)
    assert started.wait(250) and began == [0]
    forks.shutdown(cancel_futures=True)
    assert isinstance(running.exception(60), JudgeKilledError) and waiting.cancelled()


@pytest.mark.needs("bubblewrap")
def test_reports_are_the_same_byte_for_byte_whatever_the_number_of_workers(here, submit):
    work = [
        submit(),
        submit(double_solution="def double(x):\n    return x ** 3"),
        submit(double_solution="def double(x):\n    return 2 * x + 0.5"),
        submit(share_solution="def share():\n    return 13.0"),
    ]
    reports = {}
    for workers in (1, 2, 4):
        with ForkserverExecutor(workers) as forks:
            reports[workers] = [
                future.result(250)
                for future in [forks.submit(here.judge_toy, notebook) for notebook in work]
            ]
    assert reports[1] == reports[2] == reports[4] and len(set(reports[1])) == len(work)
