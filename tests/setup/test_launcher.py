"""The launcher as a newcomer meets it, in a small clone of its own: from nothing to a command that
runs."""

import ast
import os
import resource
import signal
import subprocess
import sys
import time

import pytest

from kireji.commands import COMMANDS
from tests.setup.world import World
from tests.support.clone import ROOT

LAUNCHER = ROOT / "kireji"
STEPS = (
    "Python environment",
    "PyTorch",
    "JupyterHub",
    "Kireji and its",
    "assignments' data",
    "notebooks in release/",
)


@pytest.fixture(scope="module")
def world(tmp_path_factory) -> World:
    """One clone for the whole file: the tests follow its life in their order."""
    return World(tmp_path_factory.mktemp("world"))


def start_and_wait_for_uv(world: World) -> subprocess.Popen:
    """A launcher in the middle of installing packages."""
    world.hold.touch()
    process = world.start("up")
    end = time.monotonic() + 120
    while "uv was asked to pip install --requirement" not in log(world):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            pytest.fail(process.communicate()[1])
        time.sleep(0.02)
    return process


def log(world: World) -> str:
    path = world.clone / "var" / "setup.log"
    return path.read_text() if path.exists() else ""


def test_help_comes_at_once_and_installs_nothing(world):
    for arguments in ((), ("--help",), ("-h",), ("help",)):
        status, output, errors = world.run(*arguments)
        assert (status, errors) == (0, "")
        assert all(f"  {name}" in output for name in COMMANDS)
    assert not (world.clone / ".venv").exists() and not (world.clone / "var").exists()


def test_a_mistyped_command_installs_nothing(world):
    status, output, errors = world.run("upp")
    assert (status, output, errors) == (
        2,
        "",
        "There is no command 'upp'. Did you mean 'up'? ./kireji --help lists them.\n",
    )
    assert not (world.clone / ".venv").exists()


def test_the_version_comes_at_once_and_installs_nothing(world):
    assert world.run("--version") == (0, "Kireji 0.1\n", "")
    assert not (world.clone / ".venv").exists()


def test_the_doctor_answers_before_anything_is_installed(world):
    assert world.run("doctor") == (0, "doctor: looks\n", "")
    assert not (world.clone / ".venv").exists()


def test_no_network_is_one_sentence(world):
    closed = {
        "PIP_NO_INDEX": "0",
        "PIP_FIND_LINKS": "",
        "PIP_INDEX_URL": "http://127.0.0.1:9/simple",
        "PIP_RETRIES": "1",
    }
    status, output, errors = world.run("up", **closed)
    assert status == 1 and output == ""
    assert errors.splitlines()[-1].startswith(
        "The package index cannot be reached; check the network connection"
    )
    assert "Traceback" not in errors


def test_ctrl_c_is_one_sentence_and_leaves_nothing_running(world):
    process = start_and_wait_for_uv(world)
    os.killpg(process.pid, signal.SIGINT)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == 130
    assert (
        errors.splitlines()[-1]
        == "Stopped; run the same command again and the set-up goes on where it was."
    )
    assert "An earlier set-up did not finish" in errors and "Traceback" not in errors
    with pytest.raises(ProcessLookupError):
        os.killpg(process.pid, 0)


def test_a_killed_set_up_is_taken_up_again_and_the_command_runs(world):
    process = start_and_wait_for_uv(world)
    os.killpg(process.pid, signal.SIGKILL)
    process.communicate()
    world.hold.unlink()
    status, output, errors = world.run("up", "--port", "8001")
    assert (status, output) == (0, "command: up --port 8001\n"), errors
    assert "An earlier set-up did not finish" in errors
    done = [line for line in errors.splitlines() if "✓" in line]
    assert [step for step in STEPS if any(step in line for line in done)] == list(STEPS[2:])


def test_the_next_run_is_quick_and_silent(world):
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    status, output, errors = world.run("judge", "ex", ".")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert (status, output, errors) == (0, "command: judge ex .\n", "")
    # Processor time, whatever else keeps this machine busy; it waits for nothing.
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1


def test_only_what_changed_is_done_again(world):
    world.write("source/ex/ex.ipynb", '{"cells": []}')
    status, _, errors = world.run("up")
    assert status == 0
    assert errors.count("✓") == 1 and "release/" in errors


def test_a_module_in_the_folder_where_it_is_typed_is_not_imported(world):
    for name in ("kireji.py", "sitecustomize.py", "runpy.py"):
        (world.folder / name).write_text("raise SystemExit('imported what lay around')\n")
    status, output, _ = world.run("up")
    assert (status, output) == (0, "command: up\n")


def test_a_moved_clone_is_set_up_anew(world):
    world.clone = world.clone.rename(world.folder / "moved")
    for name in ("backend.py", "lab/backend.py"):
        world.write(name, (world.clone / name).read_text().replace("/clone/", "/moved/"))
    status, output, errors = world.run("up")
    assert (status, output) == (0, "command: up\n"), errors
    assert "Python environment" in errors and "assignments' data" not in errors
    assert f"{world.folder}/moved/" in (world.clone / ".venv" / "bin" / "pip").read_text()


def test_nothing_is_written_outside_the_clone(world):
    assert list((world.folder / "home").iterdir()) == []
    assert not (world.clone / "var" / "setup.tmp").exists()


def test_old_pythons_can_read_the_launcher():
    ast.parse(LAUNCHER.read_text(), feature_version=(3, 4))


def old_python(path: str) -> subprocess.CompletedProcess:
    """The launcher in a Python that says it is 3.8, with `path` as PATH."""
    pretend = (
        "import sys; sys.version_info = (3, 8, 18, 'final', 0); sys.argv = ['kireji', 'up',"
        f" '--port', '1'];exec(compile(open({str(LAUNCHER)!r}).read(), {str(LAUNCHER)!r}, 'exec'),"
        f" {{'__file__': {str(LAUNCHER)!r}, '__name__': '__main__'}})"
    )
    return subprocess.run(
        [sys.executable, "-c", pretend], env={"PATH": path}, capture_output=True, text=True
    )


def test_too_old_a_python_is_one_sentence(tmp_path):
    run = old_python(str(tmp_path))
    assert run.returncode == 1 and run.stdout == ""
    assert (
        run.stderr.startswith("Kireji needs Python 3.11 or newer, and this is Python 3.8")
        and run.stderr.count("\n") == 1
    )


def test_a_newer_python_on_the_path_takes_over(tmp_path):
    for name, does in (
        ("python3.11", "exit 127"),
        ("python3.12", '[ "$1" = -c ] || echo "3.12 runs $@"'),
    ):
        script = tmp_path / name
        script.write_text(f"#!/bin/sh\n{does}\n")  # the first is a shim that leads nowhere
        script.chmod(0o755)
    run = old_python(
        f"{tmp_path}:/usr/bin:/bin" if not os.path.exists("/usr/bin/python3.11") else str(tmp_path)
    )
    assert (run.returncode, run.stdout) == (0, f"3.12 runs {LAUNCHER} up --port 1\n")
