"""The first program of a sandbox container: runs one submission at a time, each under a uid that is never used again.

It is root with two powers left, to change its uid and its groups, and talks to the grader through a unix socket in a
folder that no submission may enter. The container goes on when a submission ends, because Docker delays the restart of
containers that end soon: `docs/architecture.md` has the measurements. Holds nothing secret.
"""

import contextlib
import json
import os
import secrets
import select
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from . import janitor
from .limits import Limits
from .watchdog import Usage, Watchdog

WORK, HOME = Path("/sandbox/work/submission"), Path("/sandbox/home/student")
OWN = Path("/tmp/supervisor")       # the connection file: readable and not writable for the submission
SCRATCH = ("/tmp", "/sandbox/work", "/sandbox/home", "/dev/shm")
AGENT = "/sandbox/agent/start.py"
FIRST_UID, LAST_UID = 200_000, 1_900_000_000
FIRST_NUMBER = 100                  # of the kernel's descriptors, as in `container`
LOOK = b"L"                         # from the grader: take stock now, and say what was used
MOST_DESCRIPTORS = 16
LONGEST = 2**18                     # bytes of what is said before the files


class ContainerWatchdog(Watchdog):
    """Counts every process of the container, whoever its parent is, and not what was used before."""

    def __init__(self, limits: Limits, end: Any) -> None:
        super().__init__(1, limits, SCRATCH, end)
        before = Usage()
        for process in self.family():
            self.add(before, process)
        self.before = before.processor_seconds

    def seen_from_here(self, folder: str, family: list[psutil.Process]) -> str:
        return folder


class Session:
    """One submission: from the grader's call to its hanging up."""

    def __init__(self, line: socket.socket, uid: int) -> None:
        self.line, self.uid = line, uid
        self.descriptors: list[int] = []
        self.kernel: subprocess.Popen | None = None
        self.watchdog: ContainerWatchdog | None = None

    def run(self) -> None:
        """Start what the grader sends and hold on until it hangs up."""
        with contextlib.suppress(ConnectionError):
            self.line.sendall(b"F")                 # free
            first, self.descriptors, _, _ = socket.recv_fds(self.line, 1, MOST_DESCRIPTORS)
            if first != b"S":                       # it has thought better of it
                return
            leash = socket.socket(fileno=self.descriptors.pop())
            with self.line.makefile("rb") as stream:
                self.start(json.loads(stream.readline(LONGEST)), stream)
            self.watch(leash)

    def start(self, asked: dict[str, Any], stream: Any) -> None:
        """Lay out the files and start the kernel."""
        with janitor.acting_as(self.uid):
            for folder in (WORK, HOME):
                folder.mkdir(mode=0o755)            # root must be able to start a program there, and owns nothing of it
            for name, size in asked["files"].items():
                (WORK / os.path.basename(name)).write_bytes(stream.read(size))
        OWN.mkdir(exist_ok=True)
        connection_file = OWN / "kernel.json"
        connection_file.write_text(asked["connection"])
        numbers = range(FIRST_NUMBER, FIRST_NUMBER + len(self.descriptors))
        for descriptor, number in zip(self.descriptors, numbers, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        self.descriptors = list(numbers)
        self.kernel = subprocess.Popen(
            [sys.executable, "-P", AGENT, asked["options"], str(connection_file)],
            env=asked["environment"], cwd=WORK, umask=0o022, start_new_session=True, pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            user=self.uid, group=self.uid, extra_groups=[])
        self.close_descriptors()                    # when the kernel dies, that shows
        self.watchdog = ContainerWatchdog(Limits(**asked["limits"]), self.report)
        self.watchdog.start()

    def watch(self, leash: socket.socket) -> None:
        """Tell the leash how the kernel ended; end it when the leash is let go, and all when the line is."""
        ended = os.pidfd_open(self.kernel.pid)
        waiting = {ended, leash.fileno(), self.line.fileno()}
        while self.line.fileno() in waiting:
            ready, _, _ = select.select(waiting, [], [])
            if ended in ready:
                janitor.kill_all(self.uid)
                with contextlib.suppress(OSError):
                    leash.sendall(f"{as_shell(self.kernel.wait())}\n".encode())
            elif leash.fileno() in ready:
                janitor.kill_all(self.uid)
            waiting -= set(ready)
            if self.line.fileno() in ready and self.line.recv(1) == LOOK:
                self.watchdog.look()
                self.report(None)
                waiting.add(self.line.fileno())
        os.close(ended)
        leash.close()

    def report(self, reason: str | None) -> None:
        """Tell the grader what was used, and why it ends here if there is a `reason`."""
        used = {"peak": asdict(self.watchdog.peak), "full": sorted(self.watchdog.full), "reason": reason}
        with contextlib.suppress(OSError):
            self.line.sendall(json.dumps(used).encode() + b"\n")
        if reason:
            janitor.kill_all(self.uid)

    def close_descriptors(self) -> None:
        while self.descriptors:
            os.close(self.descriptors.pop())

    def end(self) -> bool:
        """Leave nothing: no process, no file, no segment of memory. False if something is left."""
        self.close_descriptors()
        if self.watchdog:
            self.watchdog.stop()
            self.report(None)
        self.line.close()
        clean = janitor.clear(self.uid)
        if self.kernel:
            self.kernel.wait()
        return clean


def as_shell(status: int) -> int:
    """An exit status as a shell tells it: 128 and the signal's number for who was killed."""
    return status if status >= 0 else 128 - status


def serve(listener: socket.socket) -> None:
    """Run a session for who calls, and tell others meanwhile that there is one."""
    uid = FIRST_UID + secrets.randbelow(LAST_UID - FIRST_UID)   # the kernel counts by uid: other containers count from elsewhere
    free = threading.Lock()

    def run(line: socket.socket, uid: int) -> None:
        session = Session(line, uid)
        try:
            session.run()
        except Exception as error:      # what a grader sent was not understood, or there was no room for it
            say(f"a submission could not be started: {type(error).__name__}: {error}")
        if not session.end():
            say("something of a submission could not be removed: starting afresh")
            os._exit(3)                 # Docker starts the container again, with everything new
        free.release()

    while True:
        line, _ = listener.accept()
        if free.acquire(blocking=False):
            uid += 1
            threading.Thread(target=run, args=(line, uid), daemon=True).start()
        else:
            with contextlib.suppress(OSError):
                line.sendall(b"B")      # busy
            line.close()


def open_listener(folder: Path) -> socket.socket:
    """The socket that graders call, under this container's name; those of containers that are gone are removed."""
    for old in folder.glob("*.sock"):
        with socket.socket(socket.AF_UNIX) as caller:
            try:
                caller.connect(str(old))
            except OSError:
                old.unlink(missing_ok=True)
    draft, path = (folder / f"{socket.gethostname()}{end}" for end in (".new", ".sock"))
    draft.unlink(missing_ok=True)
    listener = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
    listener.bind(str(draft))
    draft.chmod(0o660)
    listener.listen(16)
    draft.rename(path)      # so whoever is there answers
    say(f"ready at {path}")
    return listener


def say(sentence: str) -> None:
    print(f"sandbox: {sentence}", flush=True)


def main() -> None:
    """Usage: python -m kireji.sandbox.supervisor FOLDER, where the graders look for sockets."""
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: os._exit(0))
    os.setgroups([])
    for folder in (WORK.parent, HOME.parent):
        folder.chmod(0o1777)    # Docker forgets a tmpfs's mode when it starts a container again
    serve(open_listener(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
