"""Runs an assignment's hidden tests with pytest, in this process, against a submission's
channel."""

import contextlib
import functools
import io
import os
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, Phase, settings

from kireji.errors import KirejiError
from kireji.testing.collection import Collection, HiddenTest, problem_in_conftest
from kireji.testing.plugin import Grading

SETTINGS = Path(__file__).with_name("hidden_tests.ini")

# Properties find the same counter-example for the same submission, and leave nothing on the disk.
# No explanations: no report shows them, and their tracer can hang Python 3.11 for ever, where no
# time limit of the process is heard, when a sandbox goes away in the middle of a property.
settings.register_profile(
    "kireji",
    phases=set(Phase) - {Phase.explain},
    deadline=None,
    database=None,
    max_examples=50,
    print_blob=False,
    report_multiple_bugs=False,
    suppress_health_check=list(HealthCheck),
)

# How an environment adds to pytest's plug-ins and options.
ENVIRONMENT = ("PYTEST_ADDOPTS", "PYTEST_PLUGINS", "PYTEST_DISABLE_PLUGIN_AUTOLOAD")
# Left out: what prints, what writes files, and what collects garbage at the end of each run (most
# of a second).
LEFT_OUT = (
    "terminal",
    "cacheprovider",
    "logging",
    "faulthandler",
    "junitxml",
    "pastebin",
    "doctest",
    "unraisableexception",
)


def run_hidden_tests(folder: Path, grading: Grading) -> None:
    """Run every hidden test of `folder`; what they found is in `grading` afterwards.

    KirejiError if the tests themselves cannot be collected: that is the course's mistake, not a
    student's.
    """
    code, said = _pytest(
        folder,
        grading,
        "--hypothesis-profile=kireji",
        f"--hypothesis-seed={grading.seed_for('hypothesis')}",
    )
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.TESTS_FAILED):
        raise KirejiError(
            f"The hidden tests in {folder} could not be run (pytest said"
            f" {pytest.ExitCode(code).name}). {said[-1000:]}"
        )


@functools.cache
def collect(folder: Path) -> tuple[HiddenTest, ...]:
    """Import every hidden test of `folder`, once in this process and those forked from it.

    KirejiError names the file and the line of what cannot be imported; `forget` lets it be tried
    again."""
    collection = Collection(folder)
    code, said = _pytest(folder, collection, "--collect-only", "--hypothesis-profile=kireji")
    if code not in (pytest.ExitCode.OK, pytest.ExitCode.NO_TESTS_COLLECTED):
        forget(folder)
        problems = collection.problems or [problem_in_conftest(folder, said)]
        raise KirejiError(f"A hidden test cannot be imported. {problems[0]}")
    return tuple(collection.tests)


def forget(folder: Path) -> None:
    """Have the hidden tests of `folder` imported anew, as they are on the disk by then."""
    collect.cache_clear()
    for name, module in list(sys.modules.items()):
        if (getattr(module, "__file__", None) or "").startswith(f"{folder}{os.sep}"):
            del sys.modules[name]


def _pytest(folder: Path, plugin: object | None, *options: str) -> tuple[int, str]:
    """The exit code of pytest, and what it said."""
    arguments = [
        str(folder),
        "-c",
        str(SETTINGS),
        f"--rootdir={folder.parent}",
        "--capture=no",
        "-p",
        "_hypothesis_pytestplugin",
        *options,
    ]
    for name in LEFT_OUT:
        arguments += ["-p", f"no:{name}"]
    said = io.StringIO()
    with (
        contextlib.redirect_stdout(said),
        contextlib.redirect_stderr(said),
        _only_our_options(),
        _one_thread(),
    ):
        code = pytest.main(arguments, plugins=[plugin] if plugin else [])
    return code, said.getvalue()


@contextlib.contextmanager
def _one_thread() -> Iterator[None]:
    """Small tensors gain nothing from a second thread, and lose much where the other core is busy:
    ten times, measured."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@contextlib.contextmanager
def _only_our_options() -> Iterator[None]:
    """Whatever plug-ins and options this environment has for pytest, hidden tests run under ours
    and Hypothesis's only."""
    before = {name: os.environ.pop(name, None) for name in ENVIRONMENT}
    os.environ["PYTEST_DISABLE_PLUGIN_AUTOLOAD"] = "1"
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
