"""What Linux offers for walls of one's own, where Python's library has no word for it: namespaces,
mounts, capabilities.

Runs inside the sandbox only, before any line of a submission. Every function raises OSError where
Linux refuses.
"""

import ctypes
import fcntl
import os
import signal
import socket
import struct

NEW_PID = 0x20000000
NEW_USER = 0x10000000
# mounts, cgroups, host name, ipc, network
OTHERS = 0x00020000 | 0x02000000 | 0x04000000 | 0x08000000 | 0x40000000
NOSUID, NODEV, NOEXEC, READ_ONLY = 2, 4, 8, 1
REMOUNT, BIND, RECURSIVE, PRIVATE = 32, 4096, 16384, 1 << 18
DIE_WITH_PARENT, SET_DUMPABLE, DROP_BOUNDING, SET_NO_NEW_PRIVS, SET_SECCOMP, AMBIENT = (
    1,
    4,
    24,
    38,
    22,
    47,
)
FILTER, CLEAR_ALL = 2, 4
CAPABILITIES_3 = 0x20080522
GET_FLAGS, SET_FLAGS, UP = 0x8913, 0x8914, 1  # of a network interface
# of /proc: about the machine, not about a process
FROM_OUTSIDE = ("sys", "sysrq-trigger", "irq", "bus")

_libc = ctypes.CDLL(None, use_errno=True)


def _call(name: str, *arguments: object) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")


def unshare(what: int) -> None:
    _call("unshare", what)


def enter(namespace: int, kind: int) -> None:
    """Go (or let the children go) into the namespace of an open /proc/.../ns file."""
    _call("setns", namespace, kind)


def mount(kind: str, target: str, flags: int = 0, data: str = "", source: str = "none") -> None:
    _call(
        "mount",
        source.encode(),
        target.encode(),
        kind.encode(),
        ctypes.c_ulong(flags),
        data.encode(),
    )


def lay_out(scratch: dict[str, int], below: list[str]) -> None:
    """Make mounts that no other process sees: fresh folders in memory (name: bytes), processes and
    terminals of its own.

    below: mounts inside a folder of `scratch`, such as a Python below /tmp; they are shown again.
    """
    mount("", "/", RECURSIVE | PRIVATE)
    # opened first: a fresh folder hides them
    shown = {path: os.open(path, os.O_PATH | os.O_CLOEXEC) for path in below}
    for folder, size in scratch.items():
        mount("tmpfs", folder, NOSUID | NODEV, f"mode=1777,size={size}")
    for path, descriptor in shown.items():
        os.makedirs(path, mode=0o755)
        mount("", path, BIND, source=f"/proc/self/fd/{descriptor}")
        os.close(descriptor)
    mount("devpts", "/dev/pts", NOSUID | NOEXEC, "newinstance,ptmxmode=0666,mode=620")
    mount("proc", "/proc", NOSUID | NODEV | NOEXEC)
    for name in FROM_OUTSIDE:
        path = f"/proc/{name}"
        if os.access(path, os.W_OK):
            mount("", path, BIND | RECURSIVE, source=path)
            mount("", path, BIND | REMOUNT | READ_ONLY | NOSUID | NODEV | NOEXEC)


def loopback_up() -> None:
    """The network that leads nowhere has itself to talk to, as in any sandbox."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH22x", b"lo", 0)
        (flags,) = struct.unpack_from("H", fcntl.ioctl(any_socket, GET_FLAGS, request), 16)
        fcntl.ioctl(any_socket, SET_FLAGS, struct.pack("16sH22x", b"lo", flags | UP))


def become(uid: int | None) -> None:
    """Take on `uid`, or a user namespace of its own where that is None; give up every power."""
    for capability in range(64):
        if _libc.prctl(DROP_BOUNDING, capability, 0, 0, 0) != 0:
            break  # past the last that this Linux knows
    if uid is None:
        unshare(NEW_USER)
        for name, text in (("setgroups", "deny"), ("uid_map", "1000 0 1"), ("gid_map", "1000 0 1")):
            with open(f"/proc/self/{name}", "w") as file:
                file.write(text)
    else:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    _call("prctl", AMBIENT, CLEAR_ALL, 0, 0, 0)
    header, none = struct.pack("Ii", CAPABILITIES_3, 0), bytes(24)
    _call("capset", header, none)


def restrict(program: bytes) -> None:
    """From now on no new powers by any program, the end with the parent, and the filter of system
    calls (`program`, if there is one)."""
    # a change of uid takes it back, so not before
    _call("prctl", DIE_WITH_PARENT, int(signal.SIGKILL), 0, 0, 0)
    _call("prctl", SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if program:
        buffer = ctypes.create_string_buffer(program, len(program))
        rules = struct.pack("HxxxxxxP", len(program) // 8, ctypes.addressof(buffer))
        _call("prctl", SET_SECCOMP, FILTER, rules, 0, 0)


def readable_to_itself(yes: bool) -> None:
    """Whether processes of its own uid may look at it; a process that has changed its uid begins as
    one that is closed."""
    _call("prctl", SET_DUMPABLE, int(yes), 0, 0, 0)


def first_process(child: int) -> int:
    """Be the first process of a namespace: bury the orphans until `child` ends. Returns its status
    as a shell tells it."""
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    while True:
        pid, status = os.wait()
        if pid == child:
            code = os.waitstatus_to_exitcode(status)
            return 128 - code if code < 0 else code
