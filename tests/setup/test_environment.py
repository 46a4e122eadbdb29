"""What is looked at before anything is installed, and how far the hunt for a CPU build of PyTorch
goes."""

import importlib.util
import re
import shutil
from collections import namedtuple

import pytest

from kireji.errors import KirejiError
from kireji.setup import environment
from kireji.setup.shell import CommandOutcome


class Installers:
    """Takes the place of `Shell`: answers each command from a list of (part of the command,
    outcome)."""

    def __init__(self, *answers: tuple[str, CommandOutcome]) -> None:
        self.answers, self.commands, self.notes = answers, [], []
        self.line = self

    def note(self, sentence: str) -> None:
        self.notes.append(sentence)

    def run(self, *command, settings=None) -> CommandOutcome:
        words = " ".join(map(str, command))
        self.commands.append(words)
        return next(outcome for part, outcome in self.answers if part in words)


GOOD = CommandOutcome(True, "")
ABSENT = CommandOutcome(False, "ERROR: No matching distribution found for torch")
FULL = CommandOutcome(False, "OSError: [Errno 28] No space left on device")
OFFLINE = CommandOutcome(False, "NewConnectionError: Connection refused")
LISTED = CommandOutcome(True, "global.find-links='/wheels'\n")


@pytest.fixture(autouse=True)
def on_linux(monkeypatch, tmp_path):
    monkeypatch.setattr(environment.sys, "platform", "linux")
    monkeypatch.setattr(environment, "VENV", tmp_path / ".venv")
    monkeypatch.setattr(environment, "UV", tmp_path / ".venv" / "bin" / "uv")


def test_pip_finds_the_cpu_build_where_it_was_told_of_one():
    installers = Installers(("+cpu", GOOD))
    environment.install_torch(installers)
    assert len(installers.commands) == 1


def test_else_uv_is_asked():
    installers = Installers(
        ("+cpu", ABSENT),
        ("install --no-deps uv==", GOOD),
        ("config list", LISTED),
        ("--torch-backend cpu", GOOD),
    )
    environment.install_torch(installers)
    assert "uv pip install --no-deps --torch-backend cpu torch==" in installers.commands[-1]
    assert installers.notes == []


def test_else_the_ordinary_build_comes_with_a_warning_of_its_size():
    installers = Installers(
        ("+cpu", ABSENT),
        ("install --no-deps uv==", GOOD),
        ("config list", LISTED),
        ("--torch-backend", OFFLINE),
        ("--constraint", GOOD),
    )
    environment.install_torch(installers)
    assert "3 GB" in installers.notes[0]
    assert re.search(r"--constraint \S*requirements\.lock torch==[\d.]+$", installers.commands[-1])


def test_macos_needs_no_hunt(monkeypatch):
    monkeypatch.setattr(environment.sys, "platform", "darwin")
    installers = Installers(("install --constraint", GOOD))
    environment.install_torch(installers)
    assert len(installers.commands) == 1 and installers.notes == []


@pytest.mark.parametrize(
    ("answers", "words"),
    [
        ([("+cpu", FULL)], "disk is full"),
        ([("+cpu", ABSENT), ("uv==", OFFLINE)], "cannot be reached"),
    ],
    ids=["disk full", "no network"],
)
def test_the_hunt_ends_where_no_way_can_lead_on(answers, words):
    installers = Installers(*answers)
    with pytest.raises(KirejiError, match=words):
        environment.install_torch(installers)
    assert installers.notes == []


def test_packages_come_by_pip_where_uv_cannot():
    installers = Installers(
        ("uv==", GOOD),
        ("config list", LISTED),
        ("uv pip install", ABSENT),
        ("-m pip install --no-deps --requirement", GOOD),
    )
    environment.install_packages(installers)
    assert "pip install --no-deps --requirement" in installers.commands[-1]


def test_a_python_without_venv_is_one_sentence_with_the_package_to_install(monkeypatch):
    real = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "ensurepip" else real(name)
    )
    with pytest.raises(KirejiError, match=r"on Debian or Ubuntu install python3\.\d+-venv"):
        environment.make_environment(Installers())


def test_too_little_space_is_said_before_anything_is_made(monkeypatch):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: namedtuple("usage", "free")(10**9))
    with pytest.raises(
        KirejiError, match=r"needs 2\.5 GB of free space in .*, and there are 1\.0 GB"
    ):
        environment.make_environment(Installers())


def test_an_unmovable_environment_is_known_by_its_place(tmp_path):
    venv = tmp_path / ".venv"
    (venv / "bin").mkdir(parents=True)
    config = "home = /usr/bin\nversion = 3.12.1\ncommand = /usr/bin/python3 -m venv --clear {}\n"
    (venv / "pyvenv.cfg").write_text(config.format(venv))
    assert not environment._is_sound(venv)  # no Python in it
    (venv / "bin" / "python").symlink_to("/bin/sh")
    assert environment._is_sound(venv)
    (venv / "pyvenv.cfg").write_text(config.format("/elsewhere/.venv"))
    assert not environment._is_sound(venv)  # copied from elsewhere
    (venv / "pyvenv.cfg").write_text(config.format(venv).replace("3.12.1", "3.9.2"))
    assert not environment._is_sound(venv)  # too old
