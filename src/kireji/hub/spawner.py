"""A person's server: JupyterLab as a local process, behind bubblewrap where there is one.

Behind the wall there is the person's home, the interpreter, the lessons, the students' data and their own part of the
exchange: no `source/`, `graders/`, gradebook, held-out data, hub state or other home. The network is shared with this machine,
because the server must reach the hub on loopback; so a server also reaches whatever else listens there without a password.
"""

import os
import sys
from collections.abc import Mapping
from pathlib import Path
from subprocess import Popen

from jupyterhub.spawner import SimpleLocalProcessSpawner
from jupyterhub.utils import random_port

from kireji.exchange.folders import student_folders, view
from kireji.hub.accounts import load_accounts
from kireji.hub.homes import prepare_home, shown
from kireji.hub.leash import LEASH
from kireji.paths import COURSE_ID, EXCHANGE, HOMES, HUB, HUB_CONFIG, LAB, LAB_DATA
from kireji.sandbox.bubblewrap import Mount, Wall, command, find_bwrap, interpreter_mounts

SCRATCH_BYTES = 2 * 2**30                                           # /tmp, in memory
NETWORK = ("/etc/hosts", "/etc/resolv.conf", "/etc/nsswitch.conf")  # names of hosts, since the network is shared


def exchange_mounts(name: str) -> tuple[Mount, ...]:
    """The exchange as `name` may use it: take assignments, leave own submissions, take own feedback."""
    own, course = student_folders(EXCHANGE, COURSE_ID, name), EXCHANGE / COURSE_ID
    return (
        Mount(own.outbound, str(course / "outbound")),
        Mount(own.inbound, str(course / "inbound"), writable=True),
        Mount(own.feedback, str(course / "feedback")),
    )


def person_mounts(name: str, account_files: Path) -> tuple[Mount, ...]:
    """The wall's openings for `name`: the home first, since the lessons are mounted inside it."""
    home = f"/home/{name}"
    settings = HUB_CONFIG / "student_server"
    return (
        *interpreter_mounts(),
        *(Mount(Path(path), path) for path in NETWORK if os.path.exists(path)),
        Mount(account_files / "passwd", "/etc/passwd"),
        Mount(account_files / "group", "/etc/group"),
        Mount(HOMES / name, home, writable=True),
        *(Mount(folder, f"{home}/{place}") for place, folder in shown().items()),
        Mount(settings, str(settings)),
        Mount(LAB, str(LAB)),
        *([Mount(LAB_DATA, str(LAB_DATA))] if LAB_DATA.is_dir() else []),
        *exchange_mounts(name),
    )


def person_environment(name: str, home: str) -> dict[str, str]:
    """What the server's environment says beside the hub's own variables."""
    return {
        "USER": name,
        "HOME": home,
        "SHELL": "/bin/bash",
        "PATH": os.pathsep.join([f"{sys.prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "JUPYTER_CONFIG_PATH": str(HUB_CONFIG / "student_server"),
        "PYTHONPATH": str(LAB),
        "ATTENTION_LAB_DATA": str(LAB_DATA),
        "OMP_NUM_THREADS": "1",     # two torch threads beside a busy process are many times slower than one
    }


def write_account_files(name: str) -> Path:
    """The two files by which programs turn the wall's user id into a name; returns their folder."""
    folder = HUB / "accounts" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "passwd").write_text(f"{name}:x:1000:1000:{name}:/home/{name}:/bin/bash\n")
    (folder / "group").write_text(f"{name}:x:1000:\n")
    return folder


def walled_command(bwrap: str, name: str, environment: Mapping[str, str], program: list[str]) -> tuple[list[str], int]:
    """The argument list that runs `program` behind the wall of `name`, and a descriptor it must inherit.

    The wall's options go through that descriptor: among them is the environment, with the server's token in it, and
    a command line is readable by everybody on this machine."""
    wall = Wall(
        mounts=person_mounts(name, write_account_files(name)),
        environment=environment,
        folder=f"/home/{name}",
        scratch={"/tmp": SCRATCH_BYTES},
        network=True,
    )
    line = command(bwrap, wall, program)
    end = line.index("--")
    options = os.memfd_create("bwrap-options")
    os.write(options, "\0".join(line[1:end]).encode() + b"\0")
    os.lseek(options, 0, os.SEEK_SET)
    return [bwrap, "--args", str(options), *line[end:]], options


class WalledSpawner(SimpleLocalProcessSpawner):
    """Starts one person's server, behind bubblewrap if this machine has one that works."""

    def load_state(self, state):
        """Forget the process of an earlier hub: it ended with that hub, and its number may be another program's now."""
        super().load_state({**state, "pid": 0})

    async def start(self):
        """Start the server and return where it listens."""
        self.port = self.port or random_port()
        bwrap = find_bwrap()
        role = load_accounts()[self.user.name].role
        own = student_folders(EXCHANGE, COURSE_ID, self.user.name).make()
        home = prepare_home(self.user.name, role, walled=bwrap is not None)
        self.home_dir = f"/home/{self.user.name}" if bwrap else str(home)
        # -P: a random.py in the home must not be imported in place of Python's own.
        program = [sys.executable, "-P", "-m", "jupyterhub.singleuser", *self.get_args()]
        environment = self.get_env() | person_environment(self.user.name, self.home_dir)
        if bwrap is None:
            environment |= {"KIREJI_EXCHANGE": str(view(HUB / "exchange" / self.user.name, own, COURSE_ID))}
            self.proc = Popen([*LEASH, *program], env=environment, cwd=home, start_new_session=True)
        else:
            # Kernels talk through sockets in the server's own /tmp: on TCP any local process could listen to their output.
            environment |= {"JUPYTER_RUNTIME_DIR": "/tmp/jupyter"}
            program += ["--KernelManager.transport=ipc"]
            line, options = walled_command(bwrap, self.user.name, environment, program)
            try:
                self.proc = Popen(line, env={}, pass_fds=[options], start_new_session=True)
            finally:
                os.close(options)
        self.pid = self.proc.pid
        return "127.0.0.1", self.port
