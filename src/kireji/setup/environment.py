"""The Python environment in `.venv`: created, and filled from requirements.lock."""

import importlib.util
import os
import re
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

from kireji import installation
from kireji.errors import KirejiError
from kireji.setup.broken import forget_broken
from kireji.setup.explain import NO_SPACE, cause, explain
from kireji.setup.pip_settings import for_uv, parse
from kireji.setup.shell import CommandOutcome, Shell
from kireji.setup.steps import Step
from kireji.setup.venv import PYTHON, VENV

UV = VENV / "bin" / "uv"
LOCK = installation.FILES / "requirements.lock"
CLUSTER_LOCK = installation.FILES / "requirements-cluster.lock"
DOCS_LOCK = installation.FILES / "requirements-docs.lock"
LINT_LOCK = installation.FILES / "requirements-lint.lock"
PROJECTS = installation.FILES / "pyproject.toml", installation.LAB / "pyproject.toml"
GIGABYTES = 2.5  # an environment of 1.6 GB, and the archives on their way into it


def environment_steps() -> list[Step]:
    lock = LOCK.read_bytes()

    def step(name: str, title: str, run: Callable[[Shell], None], *made_from: bytes) -> Step:
        return Step(title, VENV / "kireji-setup" / name, made_from, [PYTHON], run)

    # An environment does not survive being moved: its place is a part of what it is made from.
    return [
        step("environment", "Python environment", make_environment, str(VENV).encode()),
        step("torch", "PyTorch, built for CPUs (200 MB)", install_torch, pinned("torch").encode()),
        step("packages", "JupyterHub, nbgrader and 150 others", install_packages, lock),
        step(
            "ours",
            "Kireji and its student library",
            install_ours,
            *(path.read_bytes() for path in PROJECTS),
        ),
    ]


def cluster_step() -> Step:
    """What `grade --cluster` needs beyond the other steps."""
    return _extra_packages("Dask, for grading on a cluster", "cluster", CLUSTER_LOCK)


def docs_step() -> Step:
    """What `./kireji docs` needs beyond the other steps."""
    return _extra_packages("Sphinx, for the documentation", "docs", DOCS_LOCK)


def _extra_packages(title: str, stamp: str, lock: Path) -> Step:
    return Step(
        title,
        VENV / "kireji-setup" / stamp,
        [lock.read_bytes()],
        [PYTHON],
        lambda shell: install_packages(shell, lock),
    )


def lint_step() -> Step:
    """The tools of `./kireji lint`, which a course does not need."""
    return Step(
        "ruff and mypy",
        VENV / "kireji-setup" / "lint",
        [LINT_LOCK.read_bytes()],
        [VENV / "bin" / "ruff", VENV / "bin" / "mypy"],
        lambda shell: install_packages(shell, LINT_LOCK),
    )


def pinned(package: str) -> str:
    """The requirement of `package` in the lock file, such as "torch==2.13.0"."""
    found = re.search(rf"^{re.escape(package)}==[^\s;]+", LOCK.read_text(), re.MULTILINE)
    if not found:
        raise KirejiError(
            f"{LOCK.name} does not pin {package}; get the file from the repository again."
        )
    return found.group()


def make_environment(shell: Shell) -> None:
    free = shutil.disk_usage(installation.clone()).free / 10**9
    if free < GIGABYTES:
        raise KirejiError(
            f"Kireji needs {GIGABYTES} GB of free space in {installation.clone()}, and there are"
            f" {free:.1f} GB."
        )
    if not all(importlib.util.find_spec(name) for name in ("venv", "ensurepip")):
        version = f"{sys.version_info.major}.{sys.version_info.minor}"
        raise KirejiError(
            f"This Python ({sys.executable}) cannot make environments; on Debian or Ubuntu install "
            f"python{version}-venv, then run the same command again."
        )
    if _is_sound(VENV) and shell.run(PYTHON, "-m", "pip", "--version").ok:
        return
    _must(shell.run(sys.executable, "-m", "venv", "--clear", VENV))


def _is_sound(venv: Path) -> bool:
    """Whether there is an environment that was made in this place by a Python that will do."""
    if not (venv / "bin" / "python").exists():  # or it leads to a Python that is gone
        return False
    try:
        settings = dict(
            re.findall(r"^(\w+) *= *(.*)$", (venv / "pyvenv.cfg").read_text(), re.MULTILINE)
        )
    except FileNotFoundError:
        return False
    version = tuple(int(part) for part in re.findall(r"\d+", settings.get("version", ""))[:2])
    return version >= (3, 11) and settings.get("command", "").endswith(f" {venv}")


def install_torch(shell: Shell) -> None:
    """The CPU build: from where pip knows one, else from where uv knows one, else the ordinary
    build."""
    forget_broken(VENV)
    torch = pinned("torch")
    if sys.platform == "linux":
        # pip alone may know a folder or mirror that has it. Its dependencies come with the lock
        # file.
        if _may(_pip(shell, "install", "--no-deps", "--retries", "1", f"{torch}+cpu")):
            return
        if _may(_uv(shell, "install", "--no-deps", "--torch-backend", "cpu", torch)):
            return
        shell.line.note(
            "PyTorch's CPU build cannot be had here: fetching the ordinary build, some 3 GB."
        )
    _must(_pip(shell, "install", "--constraint", LOCK, torch))


def install_packages(shell: Shell, lock: Path = LOCK) -> None:
    forget_broken(VENV)
    if not _may(_uv(shell, "install", "--requirement", lock)):
        _must(_pip(shell, "install", "--no-deps", "--requirement", lock))


def install_ours(shell: Shell) -> None:
    """Editable, and built with the setuptools of the lock file: needs no network."""
    _must(
        _pip(
            shell,
            "install",
            "--no-deps",
            "--no-build-isolation",
            "--no-index",
            "--editable",
            installation.clone(),
            "--editable",
            installation.LAB,
        )
    )


def _pip(shell: Shell, *words: object) -> CommandOutcome:
    return shell.run(PYTHON, "-m", "pip", *words)


def _uv(shell: Shell, *words: object) -> CommandOutcome:
    """uv, which takes seconds where pip takes a minute; it comes through pip, and may not be to be
    had."""
    if not UV.exists():
        outcome = _pip(shell, "install", "--no-deps", pinned("uv"))
        if not outcome.ok and cause(outcome.output):  # pip cannot work either
            raise KirejiError(explain(outcome.output))
        if not outcome.ok:
            return outcome
    arguments, settings = for_uv(parse(_pip(shell, "config", "list").output), os.environ)
    return shell.run(UV, "pip", *words, "--python", PYTHON, *arguments, settings=settings)


def _may(outcome: CommandOutcome) -> bool:
    """Whether it worked; KirejiError when no other way can work either."""
    if not outcome.ok and cause(outcome.output) == NO_SPACE:
        raise KirejiError(NO_SPACE)
    return outcome.ok


def _must(outcome: CommandOutcome) -> None:
    if not outcome.ok:
        raise KirejiError(explain(outcome.output))
