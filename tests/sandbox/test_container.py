"""The line between a grader and a sandbox container, without containers; tests/compose has them."""

import contextlib
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from kireji.errors import KirejiError
from kireji.sandbox.backends import container
from kireji.sandbox.guest.protocol import TAKE_STOCK
from kireji.sandbox.supervisor.__main__ import open_listener
from kireji.sandbox.supervisor.session import as_shell


def listening(path: Path, *answers: bytes) -> threading.Thread:
    """Somebody who gives one of `answers` to each caller."""
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(path))
    listener.listen(4)

    def serve() -> None:
        with listener:
            for answer in answers:
                # a caller who only looks hangs up at once
                with listener.accept()[0] as line, contextlib.suppress(OSError):
                    line.sendall(answer)

    thread = threading.Thread(target=serve, daemon=True)
    thread.start()
    return thread


def test_waits_for_a_container_that_is_free(tmp_path: Path) -> None:
    serving = listening(tmp_path / "one.sock", b"B", b"B", b"F")
    with container.reserve(tmp_path):
        serving.join(60)
        assert not serving.is_alive()  # it was asked until it was free


def test_passes_over_one_that_is_gone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(tmp_path / "gone.sock"))
    listening(tmp_path / "there.sock", b"F")
    container.reserve(tmp_path).close()


def test_says_what_to_start_where_none_answers(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(container, "MAX_WAIT_SECONDS", 0)
    with pytest.raises(KirejiError, match="no sandbox container answers.*docker compose up"):
        container.reserve(tmp_path)


def test_a_container_removes_the_sockets_of_those_that_are_gone(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as gone:
        gone.bind(str(tmp_path / "gone.sock"))
    listening(tmp_path / "there.sock", b"F")
    with open_listener(tmp_path):
        names = {path.name for path in tmp_path.iterdir()}
    assert names == {"there.sock", f"{socket.gethostname()}.sock"}


@pytest.mark.parametrize(
    ("said", "status"), [(b"0\n", 0), (b"3\n", 3), (b"137\n", 137), (b"", 137)]
)
def test_the_container_process_ends_as_the_kernel_did(said: bytes, status: int) -> None:
    here, there = socket.socketpair()
    with there:
        process = subprocess.Popen(
            [sys.executable, "-I", "-S", str(container.PROCESS), str(here.fileno())],
            pass_fds=[here.fileno()],
        )
        here.close()
        there.sendall(said)
    assert process.wait(60) == status


def test_a_signal_is_told_as_a_shell_tells_it() -> None:
    assert [as_shell(status) for status in (0, 3, -9)] == [0, 3, 137]


@contextlib.contextmanager
def reports(answers: bytes | None) -> Iterator[container.Reports]:
    """What a grader reads from a supervisor that says `answers` when it has to take stock:
    nothing hangs up, None keeps silent."""
    here, there = socket.socketpair()
    with here, there:
        heard = container.Reports(here, lambda reason: None)
        heard.start()

        def answer() -> None:
            if there.recv(1) == TAKE_STOCK and answers:
                there.sendall(answers)
            elif answers is not None:
                there.shutdown(socket.SHUT_RDWR)

        threading.Thread(target=answer, daemon=True).start()
        yield heard
        with contextlib.suppress(OSError):
            there.shutdown(socket.SHUT_RDWR)
        heard.join(60)


def test_a_supervisor_that_answers_has_not_failed() -> None:
    with reports(b'{"peak": {}, "full": [], "reason": null}\n') as heard:
        assert heard.look(60)


def test_a_supervisor_that_hangs_up_has_failed_at_once() -> None:
    started = time.monotonic()
    with reports(b"") as heard:
        assert not heard.look(60)
    assert time.monotonic() - started < 30


def test_a_supervisor_that_keeps_silent_has_failed() -> None:
    with reports(None) as heard:
        assert not heard.look(0.5)
