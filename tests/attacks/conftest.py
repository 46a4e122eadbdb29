"""What every attack is tried with: the toy assignment, a judge with a wall and one without, and
listeners to be reached.

Each file is one row of the threats. Each attack carries a wrong solution, and is first shown
to work where the wall is taken away.
"""

import contextlib
import json
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kireji.course.assignment import Assignment
from kireji.grading.judge import judge
from kireji.grading.submission import Submission
from kireji.sandbox import open_backend
from kireji.sandbox.limits import Limits
from kireji.sandbox.sandbox import Sandbox
from tests.support.toy import submit, toy  # noqa: F401

WRONG = {
    "double_solution": "def double(x):\n    return None",
    "share_solution": "def share():\n    return 0.0",
}
SECRET = b"s" * 32


class Graded:
    """A report, read by a test: `points("double")`, `messages("double")`, `notices`, `score`."""

    def __init__(self, report: dict) -> None:
        self.report, self.score, self.notices = report, report["score"], " ".join(report["notices"])

    def cell(self, grade_id: str) -> dict:
        return next(cell for cell in self.report["cells"] if cell["grade_id"] == grade_id)

    def points(self, grade_id: str) -> float:
        return self.cell(grade_id)["score"]

    def messages(self, grade_id: str) -> str:
        return " ".join(test["message"] for test in self.cell(grade_id)["tests"])

    @property
    def text(self) -> str:
        """Everything that the student is told."""
        return " ".join(
            [self.notices, *(self.messages(cell["grade_id"]) for cell in self.report["cells"])]
        )


@pytest.fixture(scope="session")
def graded(toy: Assignment, submit: Callable[..., bytes]) -> Callable[..., Graded]:
    """Grade a submission to the toy behind the wall: `graded(double_solution="...")`; the other
    answers are WRONG.

    Instead of answers: notebook= (bytes) and files= (name: content). Limits as keywords of
    `limits=dict(...)`.
    """

    def graded(
        notebook: bytes | None = None,
        files: dict[str, bytes] | None = None,
        limits: dict | None = None,
        **answers: str,
    ) -> Graded:
        content = submit(**WRONG | answers) if notebook is None else notebook
        return Graded(
            judge(
                Submission(content, files or {}), toy, SECRET, Limits(**limits or {})
            ).report.as_dict()
        )

    return graded


def wins_in_one_process(attacks: dict[str, str]) -> dict[str, bool]:
    """Which of these solutions get full marks where student and hidden test share a process."""
    ran = subprocess.run(
        [sys.executable, "-P", Path(__file__).parent / "one_process.py"],
        input=json.dumps(attacks),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    return json.loads(ran.stdout)


DEFAULT_LIMITS = Limits()


@contextlib.contextmanager
def kernel(
    code: str, limits: Limits = DEFAULT_LIMITS, walled: bool = True, **files: bytes
) -> Iterator[Callable]:
    """A sandbox in which `code` has run; call its functions: `ask("name", 1, 2)`. walled=False
    takes the wall away."""
    with pytest.MonkeyPatch.context() as patch:
        if not walled:
            patch.setattr(open_backend, "find_bwrap", lambda: None)
            patch.delenv("KIREJI_SANDBOX_SOCKETS", raising=False)
        with Sandbox(files, limits, trusted=not walled) as sandbox:
            notebook = new_notebook(cells=[new_code_cell(code)])
            sandbox.run(notebook, 1)
            assert not notebook.cells[0].outputs, notebook.cells[0].outputs
            channel = sandbox.connect()

            def ask(name: str, *args: object) -> object:
                return channel.ask("call", target=name, method="", args=list(args), kwargs={})[
                    "result"
                ]

            yield ask


class Lure:
    """A listener on this machine that counts who reaches it. `address` is what a submission would
    connect to."""

    def __init__(self, family: int, kind: int, address: object) -> None:
        self.socket = socket.socket(family, kind)
        self.socket.bind(address)
        self.address, self.family, self.kind = self.socket.getsockname(), int(family), int(kind)
        self.reached = threading.Semaphore(0)
        if kind == socket.SOCK_STREAM:
            self.socket.listen()
        self.thread = threading.Thread(target=self._wait, daemon=True)
        self.thread.start()

    def _wait(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                if self.kind == socket.SOCK_STREAM:
                    self.socket.accept()[0].close()
                else:
                    self.socket.recv(100)
                self.reached.release()

    def was_reached(self, seconds: float) -> bool:
        """Whether somebody came, since the last time this was asked; waits `seconds` for it."""
        return self.reached.acquire(timeout=seconds)

    def close(self) -> None:
        with contextlib.suppress(OSError):
            self.socket.shutdown(socket.SHUT_RDWR)
        self.socket.close()


@pytest.fixture
def lures(tmp_path: Path) -> Iterator[dict[str, Lure]]:
    """Listeners of this test's own: TCP and UDP on loopback, a unix socket in a folder, an abstract
    one."""
    made = {
        "tcp": Lure(socket.AF_INET, socket.SOCK_STREAM, ("127.0.0.1", 0)),
        "udp": Lure(socket.AF_INET, socket.SOCK_DGRAM, ("127.0.0.1", 0)),
        "unix": Lure(socket.AF_UNIX, socket.SOCK_STREAM, str(tmp_path / "lure")),
        "abstract": Lure(
            socket.AF_UNIX, socket.SOCK_STREAM, f"\0kireji-lure-{tmp_path.name}-{id(tmp_path)}"
        ),
    }
    yield made
    for lure in made.values():
        lure.close()
