"""A submission that tries to reach this machine: its listeners, its processes, its files, its
kernel's weak spots."""

import os

import pytest

from kireji.sandbox import syscalls
from tests.support.clone import COURSE, ROOT

from .conftest import kernel

pytestmark = pytest.mark.needs("bubblewrap")

CODE = """
import ctypes, os, socket
def reach(family, kind, address):
    try:
        with socket.socket(family, kind) as s:
            s.settimeout(5)
            s.connect(tuple(address) if isinstance(address, (list, tuple)) else address)
            s.send(b"x")
        return ""
    except OSError as error:
        return type(error).__name__
def reach_abstract(name):
    return reach(socket.AF_UNIX, socket.SOCK_STREAM, chr(0) + name)
def resolve(name):
    try:
        return socket.gethostbyname(name)
    except OSError:
        return ""
def signal(pid):
    try:
        os.kill(pid, 0)
        return True
    except OSError:
        return False
def write(path):
    try:
        with open(path, "w") as file:
            file.write("x")
        return True
    except OSError:
        return False
def exists(path):
    return os.path.exists(path)
def which(path):
    # As Linux tells files apart; nothing where there is none.
    return [os.stat(path).st_dev, os.stat(path).st_ino] if os.path.exists(path) else []
def call(number, *arguments):
    libc = ctypes.CDLL(None, use_errno=True)
    result = libc.syscall(ctypes.c_long(number), *map(ctypes.c_long, arguments))
    return 0 if result >= 0 else ctypes.get_errno()
def call_in_child(number, *arguments):
    # What it changes, it changes for a process that ends at once.
    child = os.fork()
    if child == 0:
        os._exit(min(call(number, *arguments), 255))
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
def identity():
    with open("/proc/self/status") as file:
        lines = dict(line.rstrip().split(":", 1) for line in file)
    return {name: lines[name].strip() for name in ("CapEff", "CapPrm", "CapAmb", "NoNewPrivs", "Seccomp", "Groups")}
"""
NEW_USER, NEW_NET = 0x10000000, 0x40000000
# On x86-64: (number, arguments); harmless where they are allowed.
CALLS = {
    "unshare": (272, NEW_USER),
    "clone": (56, NEW_USER | 17, 0, 0, 0, 0),
    "setns": (308, -1, 0),
    "mount": (165, 0, 0, 0, 0, 0),
    "ptrace": (101, 0, 0, 0, 0),
    "process_vm_readv": (310, 1, 0, 0, 0, 0, 0),
    "keyctl": (250, 0, -3, 0, 0, 0),
    "add_key": (248, 0, 0, 0, 0, 0),
    "bpf": (321, 99, 0, 0),
    "perf_event_open": (298, 0, 0, 0, 0, 0),
    "userfaultfd": (323, 1),
    "io_uring_setup": (425, 0, 0),
    "kexec_load": (246, 0, 0, 0, 0),
    "init_module": (175, 0, 0, 0),
    "open_by_handle_at": (304, -1, 0, 0),
    "personality": (135, 0x0040000),
    "memfd_create": (319, 0, 0),
    "shmget": (29, 0, 4096, 0o1600),
}
EPERM, ENOSYS = 1, 38


@pytest.fixture
def victim():
    """A process of this test's own that a submission would like to signal."""
    import subprocess

    with subprocess.Popen(["sleep", "100"]) as process:
        yield process.pid
        process.kill()


def which(path):
    return [os.stat(path).st_dev, os.stat(path).st_ino]


def reached(ask, lures):
    for name in ("tcp", "udp", "unix"):
        lure = lures[name]
        ask("reach", lure.family, lure.kind, list(lure.address) if name != "unix" else lure.address)
    ask("reach_abstract", lures["abstract"].address[1:].decode())
    return {name for name, lure in lures.items() if lure.was_reached(0.3)}


def test_without_the_wall_everything_is_in_reach(lures, victim, tmp_path):
    with kernel(CODE, walled=False) as ask:
        assert reached(ask, lures) == {"tcp", "udp", "unix", "abstract"}
        assert (
            ask("signal", victim)
            and ask("write", str(tmp_path / "x"))
            and ask("exists", str(COURSE.source))
        )
        assert ask("which", "/etc") == which("/etc")
        assert ask("resolve", "localhost")
        if os.uname().machine == "x86_64":
            assert ask("call_in_child", *CALLS["memfd_create"]) != ENOSYS
            assert ask("call_in_child", *CALLS["personality"]) == 0
            assert ask("call_in_child", *CALLS["shmget"]) == 0


def test_behind_it_nothing_is(lures, victim, tmp_path):
    with kernel(CODE) as ask:
        assert reached(ask, lures) == set()
        assert not ask("signal", victim) and not ask("write", str(tmp_path / "x"))
        for path in (
            "/var/run/docker.sock",
            "/run/docker.sock",
            "/var/lib/docker",
            ROOT / "gradebook.db",
            COURSE.source,
            COURSE.graders,
            COURSE.exchange,
            ROOT / "submitted",
        ):
            assert not ask("exists", str(path)), path
        for path in (
            "/run",
            "/var",
            "/home",
            "/root",
            "/etc",
            "/etc/passwd",
            "/sys",
            "/dev",
            "/tmp",
        ):
            assert ask("which", path) != which(path), path  # a container has some of its own
        for path in (
            "/x",
            "/dev/x",
            "/usr/x",
            "/sandbox/x",
            "/sandbox/agent/agent.py",
            "/sandbox/lab/attention_lab/x.py",
            "/proc/sys/kernel/hostname",
            "/proc/sysrq-trigger",
        ):
            assert not ask("write", path), path
        identity = ask("identity")
        assert {identity[name] for name in ("CapEff", "CapPrm", "CapAmb")} == {
            "0" * 16
        } and identity["NoNewPrivs"] == "1"
        if syscalls.available():
            assert identity["Seccomp"] == "2"


@pytest.mark.skipif(
    os.uname().machine != "x86_64", reason="the numbers of system calls here are x86-64's"
)
@pytest.mark.needs("libseccomp")
def test_the_kernels_weak_spots_are_closed():
    with kernel(CODE) as ask:
        answers = {name: ask("call_in_child", *call) for name, call in CALLS.items()}
        assert set(answers.values()) <= {EPERM, ENOSYS}, answers
        # packets; EAFNOSUPPORT
        assert ask("reach", 17, 3, "x") == "OSError" and ask("call", 41, 17, 3, 0) == 97
        assert ask("call", 41, 16, 3, 12) == 97  # netlink's other protocols
