"""Judging on the machines of a Dask cluster: its executor, where each worker has the same course as
here.

Workers hold the hidden tests, the sandboxes and a copy of the secret, and never the gradebook. The
secret is not sent: a digest says whether theirs is ours.
"""

import hashlib
import logging
import platform
import threading
import time
import warnings
from collections.abc import Callable
from concurrent.futures import Executor, Future
from importlib.metadata import version
from typing import TYPE_CHECKING

from kireji.batch.judge_pool import NoJudgesError
from kireji.course.layout import find_course
from kireji.grading.cache import graders_version

if TYPE_CHECKING:
    from distributed import Client

ANSWER_SECONDS = 15  # seconds for a scheduler to answer
POLL_SECONDS = 5.0  # seconds between two looks whether there are workers
DESERTED = 120.0  # seconds without any, until grading gives up
ALONE = (
    "The cluster at {address} has had no worker for {seconds:.0f} seconds. Start some with: {start}"
)
MISSING = (
    "Grading on a cluster needs Dask, which is not installed here. Install it with: ./kireji setup"
    " --cluster"
)
START = "dask worker {address} --nthreads 1 --nworkers 4"


class NoCluster(NoJudgesError):
    """Why nothing can be judged there, in one sentence."""


def course_here() -> dict[str, str]:
    """What must be the same wherever something is judged, each as a version or a digest."""
    course = find_course()
    secret = course.secret() if course.secret_file.exists() else b""
    assignments = [course.assignment(name) for name in course.assignment_names()]
    tests = "".join(graders_version(course, assignment.graders) for assignment in assignments)
    source = "".join(str(assignment.source) for assignment in assignments)
    return {
        "Python": ".".join(platform.python_version_tuple()[:2]),
        "PyTorch": version("torch"),
        "Dask": version("distributed"),
        "the assignments in source/": _digest(source.encode()),
        "the hidden tests, the data or Kireji itself": _digest(tests.encode()),
        "the secret (var/secret)": _digest(b"kireji, compared with a worker's: " + secret),
    }


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Cluster(Executor):
    """The workers of the scheduler at `address`, as an executor for `ahead`; `workers` judge at a
    time.

    NoCluster if there are none, or some of them would judge otherwise than here. Use as a context.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self.client = _connect(address)
        try:
            self.workers = check(self.client, address)
        except BaseException:
            self.client.close()
            raise
        # Not pure: the same work under two names is two tasks.
        self.executor = self.client.get_executor(pure=False)
        self.lookout = Lookout(self.client, address)
        self.lookout.start()

    def submit(self, call: Callable, /, *arguments: object, **named: object) -> Future:
        with warnings.catch_warnings():
            # a submission with its checkpoint
            warnings.filterwarnings("ignore", message="Sending large graph")
            return self.lookout.promise(self.executor.submit(call, *arguments, **named))

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.executor.shutdown(wait and not cancel_futures)
        self.lookout.stop()
        self.client.close()


class Lookout(threading.Thread):
    """Dask waits for new workers for ever. This waits for DESERTED seconds, and then gives up what
    was promised: NoCluster."""

    def __init__(self, client: "Client", address: str) -> None:
        super().__init__(name="lookout", daemon=True)
        self.client, self.address = client, address
        self.stopped, self.lock = threading.Event(), threading.Lock()
        self.promised: set[Future] = set()
        self.gone: NoCluster | None = None

    def promise(self, asked: Future) -> Future:
        """The result of `asked`, or an error if no worker is left."""
        promised: Future = Future()
        with self.lock:
            self.promised.add(promised)
        asked.add_done_callback(lambda done: self._settle(promised, done))
        if self.gone:
            self._give_up()
        return promised

    def run(self) -> None:
        alone_since = None
        while not self.stopped.wait(POLL_SECONDS):
            if self._anybody():
                alone_since = None
                continue
            alone_since = alone_since or time.monotonic()
            if time.monotonic() - alone_since >= DESERTED:
                self.gone = NoCluster(
                    ALONE.format(
                        address=self.address,
                        seconds=DESERTED,
                        start=START.format(address=self.address),
                    )
                )
                self._give_up()

    def stop(self) -> None:
        self.stopped.set()
        if self.ident:
            self.join()

    def _anybody(self) -> bool:
        try:
            return bool(self.client.nthreads())
        except Exception:  # the scheduler itself does not answer
            return False

    def _settle(self, promised: Future, done: Future) -> None:
        with self.lock:
            if promised not in self.promised:
                return
            self.promised.remove(promised)
        if done.cancelled():
            promised.cancel()
        elif error := done.exception():
            promised.set_exception(error)
        else:
            promised.set_result(done.result())

    def _give_up(self) -> None:
        with self.lock:
            given_up, self.promised = self.promised, set()
        for promised in given_up:
            promised.set_exception(self.gone)


def check(client: "Client", address: str) -> int:
    """How many workers there are. NoCluster if one of them would judge otherwise than this
    machine."""
    threads, start = client.nthreads(), START.format(address=address)
    if not threads:
        raise NoCluster(f"The cluster at {address} has no worker. Start some with: {start}")
    here = course_here()
    for worker, there in client.run(course_here, on_error="return").items():
        if not isinstance(there, dict):
            raise NoCluster(
                f"The worker at {worker} does not have this course ({_line(there)}). Start it in a"
                f" checkout that is set up, with: .venv/bin/{start}"
            )
        other = [name for name in here if there.get(name) != here[name]]
        if other:
            raise NoCluster(
                f"The worker at {worker} would judge otherwise than this machine. Different:"
                f" {', '.join(other)}. Give it the same checkout and the same var/, and start it"
                " again."
            )
    for worker, count in threads.items():
        if count != 1:
            raise NoCluster(
                f"The worker at {worker} judges {count} at a time in one process, which hidden"
                f" tests cannot share. Start it with: {start}"
            )
    return len(threads)


def _connect(address: str) -> "Client":
    try:
        from distributed import Client
    except ImportError:
        raise NoCluster(MISSING) from None
    for name in ("distributed", "distributed.client"):  # what matters becomes a sentence
        logging.getLogger(name).setLevel(logging.CRITICAL)
    try:
        return Client(address, timeout=ANSWER_SECONDS, set_as_default=False)
    except (OSError, ValueError) as error:
        raise NoCluster(
            f"There is no Dask scheduler to be reached at {address} ({_line(error)}). The address"
            " is the one that `dask scheduler` prints, such as tcp://10.0.0.5:8786."
        ) from None


def _line(error: object) -> str:
    return (str(error).strip().splitlines() or [type(error).__name__])[0][:200]
