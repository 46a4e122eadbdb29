"""The runner that the watch service starts: a process that carries out what waits."""

import signal
import time

import pytest

from kireji import runs
from kireji.batch.run_service import RunService
from kireji.course.layout import Course
from kireji.runs import RunKind, RunState
from kireji.runs.running import runner_lock
from tests.support.toy_checkout import make_toy_course

MAX_WAIT_SECONDS = 200  # on a busy machine


@pytest.fixture
def course(tmp_path) -> Course:
    make_toy_course(tmp_path)
    (tmp_path / "var" / "exchange" / "kireji" / "inbound").mkdir(parents=True)
    return Course(tmp_path)


@pytest.fixture
def service(course):
    said: list[str] = []
    with RunService(course, said.append, False, 1) as service:
        yield service


def wait_for(condition, service) -> None:
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while not condition():
        assert time.monotonic() < deadline
        service.step()
        time.sleep(0.1)


def test_a_process_carries_out_what_waits(course, service) -> None:
    service.step()
    assert service._child is None  # nothing waits
    number = runs.submit(course, RunKind.COLLECT, "toy", by="ada").id
    wait_for(lambda: runs.get(course, number).is_over, service)
    run = runs.get(course, number)
    assert (run.state, run.result) == (RunState.DONE, "Collected: 0 of toy.")


def test_a_process_that_is_killed_is_followed_by_another(course, service) -> None:
    number = runs.submit(course, RunKind.COLLECT, "toy", by="ada").id
    service.step()
    wait_for(lambda: runs.get(course, number).state != RunState.WAITING, service)
    service._child.send_signal(signal.SIGKILL)
    wait_for(lambda: runs.get(course, number).is_over, service)
    assert runs.get(course, number).state == RunState.DONE


def test_no_second_runner_is_started(course, service) -> None:
    runs.submit(course, RunKind.COLLECT, "toy", by="ada")
    with runner_lock(course):  # that of a watch that was killed, still at work
        service.step()
        assert service._child is None
    service.step()
    assert service._child is not None


def test_a_stopped_service_leaves_its_run_waiting(course) -> None:
    number = runs.submit(course, RunKind.COLLECT, "toy", by="ada").id
    with RunService(course, print, False, 1) as service:
        wait_for(lambda: runs.get(course, number).state != RunState.WAITING, service)
    assert runs.get(course, number).state in (RunState.WAITING, RunState.DONE)
