"""A sandbox container that goes away while it grades costs the student nothing."""

import contextlib
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator

import pytest

from kireji.course.assignment import Assignment
from kireji.errors import PlatformError
from kireji.grading.judge import Judgement, judge
from kireji.grading.submission import Submission
from tests.compose.light import new_stack
from tests.compose.stack import Stack, docker, wait_until
from tests.support.toy import submit, toy  # noqa: F401  (fixtures)

pytestmark = pytest.mark.needs("docker")
SECRET = b"s" * 32
# In a cell, and in a function that hidden tests call.
SLOW_CELL = "import time\ntime.sleep(3)\ndef double(x):\n    return 2 * x"
SLOW_CALL = "import time\ndef double(x):\n    time.sleep(1.5)\n    return 2 * x"


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    """Two sandbox containers and nothing else."""
    stack = new_stack("sandbox", KIREJI_SANDBOXES="2")
    try:
        stack.compose("build", "sandbox")
        stack.compose("up", "-d", "--no-deps", "sandbox")
        wait_until(lambda: stack.logs("sandbox").count("zygote is ready") >= 2)
        yield stack
    finally:
        stack.remove()


@pytest.fixture
def judged(
    stack: Stack,
    toy: Assignment,
    submit: Callable,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[[str], Judgement]:
    monkeypatch.setenv("KIREJI_SANDBOX_SOCKETS", str(stack.volume("sandboxes")))
    return lambda code: judge(Submission(submit(double_solution=code)), toy, SECRET)


def processes(stack: Stack) -> dict[int, str]:
    """The first process of each sandbox container, and the container's name."""
    names = docker(
        "ps", "--quiet", "--filter", f"label=com.docker.compose.project={stack.project}"
    ).split()
    pids = {}
    for name in names:
        with contextlib.suppress(AssertionError):  # it is being started again
            pids[stack.inspect(name)["State"]["Pid"]] = name
    return pids


def busy(stack: Stack, stop: threading.Event) -> str | None:
    """The container in which a submission runs; waits for one, or for `stop`.

    Looks from outside: a command in the container takes longer than some submissions."""
    while not stop.is_set():
        for pid, name in processes(stack).items():
            for _ in range(20):
                with contextlib.suppress(OSError):  # it has ended
                    if os.listdir(f"/proc/{pid}/root/sandbox/work"):
                        return name
                time.sleep(0.01)
    return None


def kill(stack: Stack, name: str) -> None:
    """As `kill -9` of the container's first program, or a machine short of memory would."""
    os.kill(stack.inspect(name)["State"]["Pid"], signal.SIGKILL)


def restart(stack: Stack, name: str) -> None:
    docker("restart", "--time", "1", name)


@contextlib.contextmanager
def while_it_runs(
    do: Callable, stack: Stack, seconds: float, times: int = 1
) -> Iterator[list[str]]:
    """Do it to the container in which a submission runs, so many seconds after it was seen. Gives
    the containers to which it was done. Ends with the block: nothing is done to a later test."""
    done: list[str] = []
    stop = threading.Event()

    def run() -> None:
        while len(done) < times and (name := busy(stack, stop)):
            time.sleep(seconds)
            if not stop.is_set():
                do(stack, name)
                done.append(name)
            stop.wait(1)

    thread = threading.Thread(target=run)
    thread.start()
    try:
        yield done
    finally:
        stop.set()
        thread.join()


@pytest.mark.parametrize("how", [kill, restart])
@pytest.mark.parametrize(
    ("code", "seconds"), [(SLOW_CELL, 0), (SLOW_CELL, 2), (SLOW_CALL, 1), (SLOW_CALL, 2.5)]
)
def test_the_score_is_that_of_an_undisturbed_run(
    stack: Stack, judged: Callable, how: Callable, code: str, seconds: float
) -> None:
    with while_it_runs(how, stack, seconds) as done:
        report = judged(code).report
    assert done, "the submission ended before its container was disturbed"
    assert (report.score, report.max_score) == (6, 6), report.notices
    assert report.notices == []


def test_where_every_place_fails_the_instructor_is_told(stack: Stack, judged: Callable) -> None:
    with (
        while_it_runs(kill, stack, 1, times=99),
        pytest.raises(PlatformError, match="not judged.*no attempt was used"),
    ):
        judged(SLOW_CELL)


@pytest.mark.parametrize("leaving", ["os._exit(0)", "os.kill(os.getpid(), 9)", "os.kill(1, 9)"])
def test_what_a_submission_does_to_itself_is_its_own(judged: Callable, leaving: str) -> None:
    report = judged(f"import os\ndef double(x):\n    {leaving}").report
    assert report.score < 6
    assert {test.status for cell in report.cells for test in cell.tests} - {"passed"}
