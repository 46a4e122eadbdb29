"""The first program behind the wall: it takes on the limits, lays out the work folder and becomes
the kernel.

Runs inside the sandbox only, before any line of a submission. Holds nothing secret.
"""

import base64
import contextlib
import ctypes
import json
import os
import resource
import shutil
import sys
from typing import Any, NoReturn

LIMITS = {
    "address_space": resource.RLIMIT_AS,
    "file_bytes": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
    "processor_seconds": resource.RLIMIT_CPU,
}
# linux/prctl.h, linux/seccomp.h
PR_SET_NO_NEW_PRIVS, PR_SET_SECCOMP, SECCOMP_MODE_FILTER = 38, 22, 2
INSTRUCTION_BYTES = 8
# pyplot draws every open figure after each cell, and the inline backend draws it again to show it,
# and closes it. Who was enabled first goes first: so that what is shown is closed already when
# pyplot looks for something to draw.
SHOW_FIRST = (
    "%matplotlib inline",
    "__import__('matplotlib.pyplot').pyplot.uninstall_repl_displayhook()",
)
GRACE = 3  # seconds of computing: the grader, who can say why, shall be the first to end it


class Program(ctypes.Structure):
    """struct sock_fprog of linux/filter.h."""

    _fields_ = (("length", ctypes.c_ushort), ("instructions", ctypes.c_void_p))


def main() -> None:
    """Usage: start.py OPTIONS CONNECTION_FILE, where OPTIONS is JSON:

    {"uid": number or null, "limits": {name: bytes or number}, "copies": {from: to}, "sockets":
    {address: descriptor}, "agent": descriptor, "filter": seccomp program in base64, or null where
    the wall itself has brought one}
    """
    options = json.loads(sys.argv[1])
    if options["uid"] is not None:
        become(options["uid"])
        # Started anew: who has changed its uid may not look at its own /proc entries.
        os.execv(
            sys.executable,
            [
                sys.executable,
                *sys.orig_argv[1:-2],
                json.dumps(options | {"uid": None}),
                sys.argv[2],
            ],
        )
    limit(options["limits"])
    for descriptor in (*options["sockets"].values(), options["agent"]):
        os.set_inheritable(descriptor, False)
    for given, place in options["copies"].items():
        copy(given, place)
    become_kernel(sys.argv[2], options["sockets"], base64.b64decode(options["filter"] or ""))


def limit(limits: dict[str, int]) -> None:
    """Take on the kernel's limits for each process, by their names in LIMITS."""
    for name, most in limits.items():
        soft = int(most) + (GRACE if name == "processor_seconds" else 0)
        resource.setrlimit(
            LIMITS[name], (soft, soft + (GRACE if name == "processor_seconds" else 0))
        )
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")  # where memory runs out, the submission ends and not who grades it


def become_kernel(connection_file: str, sockets: dict[str, int], program: bytes = b"") -> NoReturn:
    """Be the kernel of `connection_file` until the end.

    sockets: where it listens, as open descriptors by address. program: the filter of system calls,
    where none is in force."""
    import no_input
    from ipykernel import kernelapp

    no_input.refuse_input()
    if program:
        shut_out(program)
    listen_on(sockets)
    sys.argv = [
        "kernel",
        "-f",
        connection_file,
        "--HistoryManager.enabled=False",
        *(f"--IPKernelApp.exec_lines={line}" for line in SHOW_FIRST),
    ]
    kernelapp.launch_new_instance()
    sys.exit()


def become(uid: int) -> None:
    """Stop being root, for good: every capability goes with it."""
    os.setgroups([])
    os.setresgid(uid, uid, uid)
    os.setresuid(uid, uid, uid)


def shut_out(program: bytes) -> None:
    """Have the kernel of this machine refuse the system calls that `program` (an array of
    sock_filter) refuses, from now on."""
    libc = ctypes.CDLL(None, use_errno=True)
    instructions = ctypes.create_string_buffer(program, len(program))
    head = Program(len(program) // INSTRUCTION_BYTES, ctypes.addressof(instructions))
    for arguments in (
        (PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0),
        (PR_SET_SECCOMP, SECCOMP_MODE_FILTER, ctypes.byref(head), 0, 0),
    ):
        if libc.prctl(*arguments) != 0:
            raise OSError(ctypes.get_errno(), "the filter of system calls was not accepted")


def copy(given: str, place: str) -> None:
    """Copy the files below `given`, if there are any: these are read-only, and a notebook may
    overwrite its own."""
    for folder, _, names in os.walk(given):
        target = os.path.join(place, os.path.relpath(folder, given))
        os.makedirs(target, exist_ok=True)
        for name in names:
            shutil.copyfile(os.path.join(folder, name), os.path.join(target, name))


def listen_on(sockets: dict[str, int]) -> None:
    """Have the kernel listen on sockets that the grader has opened: no folder has to be writable
    from both sides."""
    import zmq

    bind = zmq.Socket.bind

    def bind_given(self: "zmq.Socket[Any]", address: str) -> object:
        descriptor = sockets.get(address)
        if descriptor is not None:
            self.setsockopt(zmq.USE_FD, descriptor)
        return bind(self, address)

    zmq.Socket.bind = bind_given  # type: ignore[method-assign, assignment]


if __name__ == "__main__":
    main()
