"""The page of `./kireji doctor`: each fault is named with its remedy, and no person is named."""

import fcntl
import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.course.layout import Course
from kireji.doctor import __main__ as doctor
from kireji.doctor import course, engine, finding, hub, machine, wall
from kireji.doctor.finding import Finding, State, bad, good, odd

ROOT = Path(__file__).parents[2]


def only(findings, subject: str) -> Finding:
    return next(found for found in findings if found.subject == subject)


@pytest.mark.parametrize(
    ("version", "state"),
    [((3, 10), State.BAD), ((3, 11), State.GOOD), ((3, 13), State.GOOD), ((3, 14), State.ODD)],
)
def test_the_python_is_judged_by_what_was_tested(version, state):
    assert machine._python(version).state is state


@pytest.mark.parametrize(
    ("free", "state"), [(10**9, State.BAD), (5 * 10**9, State.ODD), (10**11, State.GOOD)]
)
def test_a_full_disk_is_told_before_it_hurts(free, state):
    found = machine._disk(free)
    assert found.state is state and (state is State.GOOD or found.remedy)


def test_a_container_with_little_memory_is_told():
    assert machine._memory(2 * 2**30).state is State.ODD
    assert machine._memory(24 * 2**30).state is State.GOOD


def test_a_secret_that_others_may_read_is_bad(tmp_path):
    secret = tmp_path / "var" / "secret"
    secret.parent.mkdir()
    secret.write_text("ab" * 32)
    secret.chmod(0o644)
    tmp_path.chmod(0o755)
    found = only(course.examine(Course(tmp_path)), "private files")
    assert found.state is State.BAD and "chmod go-rwx var/secret" in found.remedy
    secret.chmod(0o600)
    assert only(course.examine(Course(tmp_path)), "private files").state is State.GOOD


def test_a_closed_folder_keeps_what_is_in_it(tmp_path):
    secret = tmp_path / "var" / "secret"
    secret.parent.mkdir(mode=0o700)
    secret.write_text("ab" * 32)
    secret.chmod(0o644)
    assert only(course.examine(Course(tmp_path)), "private files").state is State.GOOD


@pytest.mark.parametrize("text", ["", "abc", "zz" * 32])
def test_a_damaged_secret_is_bad(tmp_path, text):
    path = tmp_path / "secret"
    path.write_text(text)
    assert course._secret(path).state is State.BAD


def test_a_damaged_gradebook_is_bad(tmp_path):
    path = tmp_path / "gradebook.db"
    path.write_bytes(b"no database at all" * 100)
    found = course._gradebook(path)
    assert found.state is State.BAD and "damaged" in found.found


def test_a_bad_setting_is_a_finding_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("KIREJI_STUDENT_DISK", "2GB")
    found = only(course.examine(Course(tmp_path)), "settings")
    assert found.state is State.BAD and "512M or 2G" in found.found


def test_an_interrupted_restore_is_bad(tmp_path):
    (tmp_path / "var").mkdir()
    (tmp_path / "var" / "unfinished-restore").touch()
    assert only(course.examine(Course(tmp_path)), "restore").state is State.BAD


def test_a_taken_port_is_told_with_another(tmp_path, monkeypatch):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        monkeypatch.setattr(hub, "PORT", other.getsockname()[1])
        (found,) = hub.examine(tmp_path / "up.lock")
    assert found.state is State.ODD and "--port" in found.remedy


def test_a_hub_that_runs_and_does_not_answer_is_bad(tmp_path):
    lock = tmp_path / "up.lock"
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        lock.write_text(f"http://127.0.0.1:{closed.getsockname()[1]}")
        with lock.open() as held:
            fcntl.flock(held, fcntl.LOCK_EX)
            (found,) = hub.examine(lock)
    assert found.state is State.BAD and "hub.log" in found.remedy


def test_sandboxes_that_do_not_answer_are_bad(tmp_path):
    (tmp_path / "one.sock").touch()
    found = only(wall.examine(tmp_path), "sandboxes")
    assert found.state is State.BAD and "1 sockets" in found.found


@pytest.mark.parametrize(
    ("state", "expected", "words"),
    [
        ({"Running": False, "Status": "exited", "ExitCode": 1}, State.BAD, "exited with status 1"),
        (
            {"Running": True, "Health": {"Status": "unhealthy", "Log": [{"Output": "no room\n"}]}},
            State.BAD,
            "no room",
        ),
        ({"Running": True, "Health": {"Status": "healthy"}}, State.GOOD, "healthy"),
    ],
)
def test_a_service_is_told_by_its_state(state, expected, words):
    inspected = {"Config": {"Labels": {"com.docker.compose.service": "hub"}}, "State": state}
    found = engine._container(inspected)
    assert (found.subject, found.state) == ("service hub", expected) and words in found.found


def test_an_old_engine_is_bad():
    assert engine._at_least("Docker engine", (19, 3, 5), (20, 10)).state is State.BAD
    assert engine._version("20.10.24+dfsg1") == (20, 10, 24)
    assert engine._version(None) is None


def test_the_page_ends_with_the_verdict():
    assert doctor.page([good("a", "b")]).endswith("Nothing is wrong.")
    assert doctor.page([odd("a", "b", "c")]).endswith("1 could be better.")
    page = doctor.page([bad("a", "b", "do this"), odd("a", "b", "c")])
    assert page.endswith("1 wrong: each arrow says what to do.") and "-> do this" in page


def test_an_examination_that_fails_is_a_finding(monkeypatch):
    def fail(*arguments):
        raise RuntimeError("as by accident")

    monkeypatch.setattr(machine, "_usable_processors", fail)
    found = only(doctor.examine(), "machine")
    assert found.state is State.BAD and "as by accident" in found.found


def test_home_and_host_are_not_told(monkeypatch):
    monkeypatch.setattr(finding.Path, "home", lambda: Path("/home/frida"))
    monkeypatch.setattr(finding.socket, "gethostname", lambda: "server7")
    said = bad("x", "/home/frida/course on server7", "").line(3)
    assert "frida" not in said and "server7" not in said


def test_it_answers_in_a_clone_that_is_not_set_up():
    """With nothing but the standard library: -S leaves out what is installed."""
    done = subprocess.run(
        [sys.executable, "-S", "-P", "-m", "kireji.doctor"],
        env={"PYTHONPATH": str(ROOT / "src"), "PATH": os.environ["PATH"], "HOME": "/"},
        capture_output=True,
        text=True,
    )
    assert done.returncode in (0, 1) and done.stderr == ""
    assert "not set up yet" in done.stdout and done.stdout.startswith("Kireji ")
