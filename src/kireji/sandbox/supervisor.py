"""The first program of a sandbox container: runs one submission at a time, each under a uid that is
never used again.

It is root with two powers left, to change its uid and its groups, and talks to the grader through a
unix socket in a folder that no submission may enter. The container goes on when a submission ends,
because Docker delays the restart of containers that end soon: `docs/explanation/architecture.md`
has the measurements. Holds nothing secret.
"""

import contextlib
import json
import os
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import asdict
from pathlib import Path
from typing import Any

import psutil

from kireji.sandbox import environment, janitor, warm
from kireji.sandbox.limits import Limits
from kireji.sandbox.watchdog import Usage, Watchdog

WORK, HOME = Path(environment.WORK), Path(environment.HOME)
# the connection file and others: readable and not writable for the submission
OWN = Path("/tmp/supervisor")
FONTS = Path("/sandbox/given/matplotlib")
LAB = Path("/srv/kireji/lab/attention_lab")
SCRATCH = ("/tmp", "/sandbox/work", "/sandbox/home", "/dev/shm")
AGENT, PARENT = "/sandbox/agent/start.py", "/sandbox/agent/container_parent.py"
FIRST_UID, LAST_UID = 200_000, 1_900_000_000
FIRST_NUMBER = 100  # of the kernel's descriptors, as in `container`
MEMORY = {
    "/sys/fs/cgroup/memory.stat": ("anon", "shmem"),
    "/sys/fs/cgroup/memory/memory.stat": ("rss", "shmem"),
}
LOOK = b"L"  # from the grader: take stock now, and say what was used
MOST_DESCRIPTORS = 16
LONGEST = 2**18  # bytes of what is said before the files


class Warmth(threading.Thread):
    """Starts a parent that has imported everything; until it is there, and should it be gone,
    kernels start from nothing."""

    def __init__(self) -> None:
        super().__init__(name="warmth", daemon=True)
        self.parent: warm.WarmParent | None = None

    def run(self) -> None:
        OWN.mkdir(exist_ok=True)
        shutil.copytree(FONTS, OWN / "matplotlib", dirs_exist_ok=True)
        try:
            self.parent = warm.WarmParent(self.command)
            say("warm")
        except warm.NoParent as error:
            say(f"submissions start from nothing here, which takes longer: {error}")

    @staticmethod
    def command(listener: int, lifeline: int) -> tuple[list[str], list[Any]]:
        told = environment.in_container() | {
            "HOME": str(OWN),
            "MPLCONFIGDIR": str(OWN / "matplotlib"),
        }
        modules = [f"attention_lab.{path.stem}" for path in sorted(LAB.glob("[a-z]*.py"))]
        return [
            "/usr/bin/env",
            "-i",
            *(f"{name}={value}" for name, value in told.items()),
            sys.executable,
            "-P",
            PARENT,
            str(listener),
            str(lifeline),
            *modules,
        ], []

    def fork(self, order: dict[str, Any], descriptors: list[int]) -> warm.Forked | None:
        """A kernel forked by the parent, or None where there is no parent."""
        if self.parent:
            try:
                return warm.fork(self.parent.address, order, {}, descriptors)
            except warm.NoParent as error:
                say(f"submissions start from nothing from now on: {error}")
                self.parent = None
        return None


class ContainerWatchdog(Watchdog):
    """Counts every process of the container that is not root's, whoever its parent is, and not what
    was used before."""

    def __init__(self, limits: Limits, end: Any, charged_before: int) -> None:
        super().__init__(1, limits, SCRATCH, end)
        self.charged = charged_before
        before = Usage()
        for process in self.family():
            self.add(before, process)
        self.before = before.processor_seconds

    def family(self) -> list[psutil.Process]:
        return [process for process in super().family() if process == self.root or _uid(process)]

    def counted_with_care(self, usage: Usage, family: list[psutil.Process]) -> int:
        """What Linux charges the container for and did not before: how much of a process is shared
        may not be seen from here."""
        charged = _charged()
        return (
            super().counted_with_care(usage, family)
            if charged is None
            else max(charged - self.charged, usage.scratch_bytes)
        )

    def seen_from_here(self, folder: str, family: list[psutil.Process]) -> str:
        return folder


class Session:
    """One submission: from the grader's call to its hanging up."""

    def __init__(self, line: socket.socket, uid: int, warmth: Warmth) -> None:
        self.line, self.uid, self.warmth = line, uid, warmth
        self.descriptors: list[int] = []
        self.kernel: subprocess.Popen | warm.Forked | None = None
        self.watchdog: ContainerWatchdog | None = None

    def run(self) -> None:
        """Start what the grader sends and hold on until it hangs up."""
        with contextlib.suppress(ConnectionError):
            self.line.sendall(b"F")  # free
            first, self.descriptors, _, _ = socket.recv_fds(self.line, 1, MOST_DESCRIPTORS)
            if first != b"S":  # it has thought better of it
                return
            leash = socket.socket(fileno=self.descriptors.pop())
            with self.line.makefile("rb") as stream:
                self.start(json.loads(stream.readline(LONGEST)), stream)
            self.watch(leash)

    def start(self, asked: dict[str, Any], stream: Any) -> None:
        """Lay out the files and start the kernel."""
        with janitor.acting_as(self.uid):
            for folder in (WORK, HOME):
                # root must be able to start a program there, and owns nothing of it
                folder.mkdir(mode=0o755)
            for name, size in asked["files"].items():
                (WORK / os.path.basename(name)).write_bytes(stream.read(size))
        before = _charged() or 0
        OWN.mkdir(exist_ok=True)
        connection_file = OWN / "kernel.json"
        connection_file.write_text(asked["connection"])
        self.kernel = self.fork(asked, connection_file) or self.start_cold(asked, connection_file)
        self.close_descriptors()  # when the kernel dies, that shows
        self.watchdog = ContainerWatchdog(Limits(**asked["limits"]), self.report, before)
        self.watchdog.start()

    def fork(self, asked: dict[str, Any], connection_file: Path) -> warm.Forked | None:
        """The kernel as a child of the warmed parent, if that has the environment asked for."""
        if asked["environment"] != environment.in_container():  # a grader of another version
            return None
        order = {
            "uid": self.uid,
            "environment": asked["environment"],
            "folder": str(WORK),
            "connection": str(connection_file),
            "options": asked["options"],
        }
        return self.warmth.fork(order, self.descriptors)

    def start_cold(self, asked: dict[str, Any], connection_file: Path) -> subprocess.Popen:
        """The kernel as a Python of its own."""
        numbers = range(FIRST_NUMBER, FIRST_NUMBER + len(self.descriptors))
        for descriptor, number in zip(self.descriptors, numbers, strict=True):
            os.dup2(descriptor, number)
            os.close(descriptor)
        self.descriptors = list(numbers)
        return subprocess.Popen(
            [sys.executable, "-P", AGENT, asked["options"], str(connection_file)],
            env=asked["environment"],
            cwd=WORK,
            umask=0o022,
            start_new_session=True,
            pass_fds=self.descriptors,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            user=self.uid,
            group=self.uid,
            extra_groups=[],
        )

    def watch(self, leash: socket.socket) -> None:
        """Tell the leash how the kernel ended; end it when the leash is let go, and all when the
        line is."""
        ended = (
            os.dup(self.kernel.pidfd)
            if isinstance(self.kernel, warm.Forked)
            else os.pidfd_open(self.kernel.pid)
        )
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
        used = {
            "peak": asdict(self.watchdog.peak),
            "full": sorted(self.watchdog.full),
            "reason": reason,
        }
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


def _charged() -> int | None:
    """Bytes of memory that Linux counts for this container, files in memory included; None where
    that is not to be read."""
    for path, names in MEMORY.items():
        with contextlib.suppress(OSError, KeyError):
            counted = dict(line.split() for line in Path(path).read_text().splitlines())
            return sum(int(counted[name]) for name in names)
    return None


def _uid(process: psutil.Process) -> int:
    """Whose it is; root's if it is gone."""
    try:
        return process.uids().real
    except psutil.NoSuchProcess:
        return 0


def as_shell(status: int) -> int:
    """An exit status as a shell tells it: 128 and the signal's number for who was killed."""
    return status if status >= 0 else 128 - status


def serve(listener: socket.socket) -> None:
    """Run a session for who calls, and tell others meanwhile that there is one."""
    warmth = Warmth()
    warmth.start()
    # the kernel counts by uid: other containers count from elsewhere
    uid = FIRST_UID + secrets.randbelow(LAST_UID - FIRST_UID)
    free = threading.Lock()

    def run(line: socket.socket, uid: int) -> None:
        session = Session(line, uid, warmth)
        try:
            session.run()
        except (
            Exception
        ) as error:  # what a grader sent was not understood, or there was no room for it
            say(f"a submission could not be started: {type(error).__name__}: {error}")
        if not session.end():
            say("something of a submission could not be removed: starting afresh")
            os._exit(3)  # Docker starts the container again, with everything new
        free.release()

    while True:
        line, _ = listener.accept()
        if free.acquire(blocking=False):
            uid += 1
            threading.Thread(target=run, args=(line, uid), daemon=True).start()
        else:
            with contextlib.suppress(OSError):
                line.sendall(b"B")  # busy
            line.close()


def open_listener(folder: Path) -> socket.socket:
    """The socket that graders call, under this container's name; those of containers that are gone
    are removed."""
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
    draft.rename(path)  # so whoever is there answers
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
        folder.chmod(0o1777)  # Docker forgets a tmpfs's mode when it starts a container again
    serve(open_listener(Path(sys.argv[1])))


if __name__ == "__main__":
    main()
