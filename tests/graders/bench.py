"""Grades code without a wall: a fork of the nursery runs it and serves the same agent, so a gallery
of variants takes seconds.

For our own code only. Submissions go through the sandbox."""

import atexit
import copy
import functools
import gc
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest
from nbformat import NotebookNode

from kireji import sandbox
from kireji.course.assignment import Assignment
from kireji.demo.checkpoint import trained_checkpoints
from kireji.sandbox.channel import Channel
from kireji.testing.plugin import Grading
from kireji.testing.report import TestReport
from kireji.testing.run import run_hidden_tests
from tests.support.clone import COURSE

gc.freeze()  # each run of pytest collects garbage twice, and would walk all of torch
SECRET = b"the bench's own secret"
AGENT = Path(sandbox.__file__).parent / "guest" / "agent.py"


@contextmanager
def serving(code: str, call_seconds: float = 60) -> Iterator[Channel]:
    """A channel to a process that has run `code` and serves its variables. EOFError if the code
    raised."""
    connection = _connect()
    text = code.encode()
    connection.sendall(struct.pack(">I", len(text)) + text)
    if connection.recv(1) != b"!":
        raise EOFError("the code did not run to its end")
    channel = Channel(connection, call_seconds, total_seconds=max(600, call_seconds))
    try:
        yield channel
    finally:
        channel.close()


class UntilLost(Grading):
    """Ends the run with the first hidden test that takes points."""

    def pytest_runtest_teardown(self, item: pytest.Item) -> None:
        if item.nodeid in self.reports and self.reports[item.nodeid][1].fraction < 1:
            item.session.shouldfail = "points were lost"


def grade(
    assignment: str,
    code: str,
    *files: str,
    digest: str = "a submission",
    call_seconds: float = 60,
    until_lost: bool = False,
    work: Path | None = None,
) -> dict[str, list[TestReport]]:
    """The report of an assignment's hidden tests (of all, or those in `files`) on the variables
    that `code` defines.

    Returns {grade_id: reports}. digest: the submission's, from which the tests' inputs are drawn;
    one for all, so that a variant meets the same inputs whatever else of the notebook is edited.
    until_lost: nothing is asked of a file after the first hidden test that takes points.
    work: the folder whose checkpoints were handed in with it.

    AssertionError if a hidden test itself broke: that is never the student's doing."""
    with serving(code, call_seconds) as channel:
        checkpoints = work.glob("*.safetensors") if work else ()
        grading = (UntilLost if until_lost else Grading)(
            channel, SECRET, digest, {path.name: path.read_bytes() for path in checkpoints}, code
        )
        folder = COURSE.graders / assignment
        for path in [folder / file for file in files] or [folder]:
            run_hidden_tests(path, grading)
    assert not grading.notices + grading.broken, grading.notices + grading.broken
    cells: dict[str, list[TestReport]] = {}
    for grade_id, report in grading.reports.values():
        cells.setdefault(grade_id, []).append(report)
    return cells


def as_code(notebook: NotebookNode, work: Path) -> str:
    """A notebook as the grader runs it, in the folder `work`: a cell that fails does not stop those
    after it."""
    lines = [
        "import os",
        f"os.chdir({str(work)!r})",
        "os.environ['ATTENTION_LAB_GRADING'] = '1'",
        f"os.environ['ATTENTION_LAB_DATA'] = {str(COURSE.lab_data)!r}",
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            source = "\n".join(
                line for line in cell.source.split("\n") if not line.startswith(("%", "!"))
            )
            lines.append(
                f"try:\n    exec(compile({source!r}, '<cell {cell.id}>', 'exec'), globals())\n"
                "except Exception:\n    pass"
            )
    return "\n".join(lines)


def solution(
    assignment: Assignment, work: Path, old: str = "", new: str = "", without: tuple[str, ...] = ()
) -> str:
    """The code of the notebook with its solution, as it is graded in the folder `work`, with `old`
    replaced by `new` in its answers.

    without: parts of the names of cells that are left out, since they cost time and define nothing.
    AssertionError if no answer has `old`."""
    notebook = copy.deepcopy(assignment.source)
    notebook.cells = [
        cell for cell in notebook.cells if not any(part in cell.id for part in without)
    ]
    answers = [
        cell
        for cell in notebook.cells
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution")
    ]
    assert any(old in cell.source for cell in answers), f"no answer says {old!r}"
    for cell in answers:
        cell.source = cell.source.replace(old, new) if old else cell.source
    return as_code(notebook, work)


def trained(assignment: Assignment, work: Path) -> None:
    """Put the checkpoints that an assignment's solution saves into `work`; the first who asks
    trains them, for minutes."""
    for file in trained_checkpoints(COURSE, assignment).iterdir():
        (work / file.name).write_bytes(file.read_bytes())


def fell_short(cells: dict[str, list[TestReport]]) -> list[tuple[str, str]]:
    """(test, message) of what a trained solution must not lose: everything but a little of a
    metric.

    Each checkout has its own split and trains its own model; targets lie below what was measured,
    not below what is possible."""
    return [
        (test.name, test.message)
        for tests in cells.values()
        for test in tests
        if test.status != "passed" and not (test.status == "partly" and test.fraction >= 0.8)
    ]


def _connect() -> socket.socket:
    """A connection to the nursery, which is started again if it has ended: one test that takes it
    down does not fail all that follow."""
    connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    try:
        connection.connect(_nursery())
    except OSError:
        _nursery.cache_clear()
        connection.connect(_nursery())
    return connection


@functools.cache
def _nursery() -> str:
    """The nursery's socket; it is started once and ends with this process."""
    folder = tempfile.TemporaryDirectory(prefix="bench-")
    path = f"{folder.name}/s"
    process = subprocess.Popen(
        [sys.executable, str(Path(__file__).with_name("nursery.py")), path, str(AGENT)],
        stdin=subprocess.PIPE,
    )

    def close() -> None:
        with suppress(BrokenPipeError):
            process.stdin.close()
        process.wait()
        folder.cleanup()

    atexit.register(close)
    while not Path(path).exists():  # importing torch takes its time on a busy machine
        if process.poll() is not None:
            raise ChildProcessError(f"the nursery ended at once, with {process.returncode}")
        time.sleep(0.1)
    return path
