"""`kireji up`: starts, says one clear sentence when it cannot, ends everything, and finds its state
again."""

import signal
import socket
from pathlib import Path

import psutil
import pytest

from tests.support.live_course import LiveCourse

pytestmark = pytest.mark.timeout(300)


def all_gone(processes: list[psutil.Process], seconds: float = 0) -> bool:
    """Whether none of these runs any more, after at most so many seconds."""
    _, alive = psutil.wait_procs(processes, timeout=seconds)
    return not [process for process in alive if process.status() != psutil.STATUS_ZOMBIE]


def start_with_a_student(course: LiveCourse) -> list[psutil.Process]:
    """Start the course and alice's server in it; return everything that runs then."""
    course.start()
    course.open_server("alice").close()
    processes = course.processes()
    commands = [" ".join(process.cmdline()) for process in processes]
    for part in ("jupyterhub --config", "kireji.hub.door.serve", "jupyterhub.singleuser"):
        assert any(part in command for command in commands), (part, commands)
    return processes


def test_ctrl_c_leaves_no_process(course: LiveCourse) -> None:
    processes = start_with_a_student(course)
    assert course.stop(signal.SIGINT) == 0
    assert all_gone(processes)
    assert "Stopped." in course.said


def test_killing_it_outright_leaves_no_process_and_loses_nothing(course: LiveCourse) -> None:
    processes = start_with_a_student(course)
    passwords = [course.password(name) for name in ("instructor", "alice", "bob")]
    inbound = (
        course.root
        / "var"
        / "exchange"
        / "kireji"
        / "inbound"
        / "alice"
        / "alice+tiny+2026-01-01 00:00:00 UTC"
    )
    inbound.mkdir(parents=True)
    course.stop(signal.SIGKILL)
    assert all_gone(processes, seconds=30)
    processes = start_with_a_student(course)
    assert inbound.is_dir()
    assert [course.password(name) for name in ("instructor", "alice", "bob")] == passwords
    course.stop(signal.SIGKILL)
    assert all_gone(processes, seconds=30)


def test_a_hub_that_dies_ends_up_with_a_sentence(course: LiveCourse) -> None:
    processes = start_with_a_student(course)
    next(process for process in processes if "--config" in process.cmdline()).kill()
    assert course.process.wait(60) == 1
    assert "The hub ended by itself" in course.said
    assert all_gone(processes)


def test_the_next_start_finds_everything_and_releases_what_changed(course: LiveCourse) -> None:
    course.start()
    assert "Released to the students: tiny" in course.said
    inbound = (
        course.root
        / "var"
        / "exchange"
        / "kireji"
        / "inbound"
        / "alice"
        / "alice+tiny+2026-01-01 00:00:00 UTC"
    )
    inbound.mkdir(parents=True)
    passwords = [course.password(name) for name in ("instructor", "alice", "bob")]
    home = course.root / "var" / "homes" / "alice"
    home.mkdir(parents=True)
    (home / "work.txt").write_text("hers")
    processes = course.processes()
    assert course.stop(signal.SIGTERM) == 0
    assert all_gone(processes)

    course.start()
    assert "Released to the students" not in course.said
    assert [course.password(name) for name in ("instructor", "alice", "bob")] == passwords
    assert inbound.is_dir() and (home / "work.txt").read_text() == "hers"
    assert course.can_log_in("alice") and not course.can_log_in("alice", password="wrong")
    processes = course.processes()
    assert course.stop(signal.SIGHUP) == 0
    assert all_gone(processes)


def test_a_port_in_use_is_named(course: LiveCourse) -> None:
    with socket.create_server(("127.0.0.1", course.port)):
        assert course.run_up().wait(60) == 1
    assert f"Port {course.port} is in use" in course.said and "--port" in course.said
    assert "Traceback" not in course.said


def test_a_second_one_says_where_the_first_is(running: LiveCourse) -> None:
    first = running.said
    second = running.run_up(port=1024)
    assert second.wait(60) == 1
    said = running.said
    Path(running.root / "up.log").write_text(first)
    assert "already running" in said and running.address in said
    assert "Traceback" not in said


def test_it_tells_a_newcomer_where_to_go_and_as_whom(running: LiveCourse) -> None:
    assert running.address in running.said
    for name in ("instructor", "alice", "bob"):
        assert running.password(name) in running.said
    assert "var/hub/hub.log" in running.said
