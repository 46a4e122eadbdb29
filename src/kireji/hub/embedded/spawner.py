"""A person's server: JupyterLab as a local process, behind bubblewrap where there is one.

Behind the wall there is the person's home, the interpreter, the lessons, the students' data and
their own part of the exchange: no `source/`, `graders/`, gradebook, held-out data, hub state or
other home. The network is its own and empty but for the hub's API: see `server_supervisor`.
"""

import os
import sys
from dataclasses import replace
from pathlib import Path
from subprocess import Popen

from jupyterhub.spawner import SimpleLocalProcessSpawner
from jupyterhub.traitlets import ByteSpecification
from jupyterhub.utils import random_port
from traitlets import Integer, default

from kireji.course.layout import COURSE_ID, Course
from kireji.exchange.folders import student_folders, view
from kireji.exchange.student_server import kireji_handing_in
from kireji.hub import accounts, server_limits
from kireji.hub.door import sockets
from kireji.hub.embedded.server_supervisor import Orders
from kireji.hub.homes import prepare_home, shown
from kireji.hub.of_course import OfCourse
from kireji.hub.parent_death_signal import PARENT_DEATH_SIGNAL
from kireji.installation import HUB_CONFIG, LAB
from kireji.sandbox.bwrap_command import Mount, Wall, find_bwrap, interpreter_mounts

HANDING_IN = Path(kireji_handing_in.__file__).parent  # what a server has of `kireji.exchange` ...
OURS = "/opt/kireji"  # ... and where, behind the wall
EXCHANGE_ROOT_BYTES = 2**20  # of memory; the folders mounted below it are on the disk


def exchange_mounts(course: Course, name: str) -> tuple[Mount, ...]:
    """The exchange as `name` may use it: take assignments, leave own submissions, take own
    feedback."""
    own, seen = student_folders(course.exchange, COURSE_ID, name), course.exchange / COURSE_ID
    return (
        Mount(own.outbound, str(seen / "outbound")),
        Mount(own.inbound, str(seen / "inbound"), writable=True),
        Mount(own.feedback, str(seen / "feedback")),
    )


def person_mounts(course: Course, name: str, account_files: Path) -> tuple[Mount, ...]:
    """The wall's openings for `name`: the home first, since the lessons are mounted inside it."""
    home = f"/home/{name}"
    settings = HUB_CONFIG / "student_server"
    return (
        *interpreter_mounts(),
        *(Mount(account_files / file, f"/etc/{file}") for file in ("passwd", "group", "hosts")),
        Mount(course.homes / name, home, writable=True),
        *(Mount(folder, f"{home}/{place}") for place, folder in shown(course).items()),
        Mount(settings, str(settings)),
        Mount(LAB, str(LAB)),
        Mount(HANDING_IN, OURS),
        *([Mount(data, str(data))] if (data := course.lab_data).is_dir() else []),
        *exchange_mounts(course, name),
    )


def person_environment(course: Course, name: str, home: str, ours: str) -> dict[str, str]:
    """What the server's environment holds in addition to the hub's own variables; `ours` is where
    `HANDING_IN` is seen."""
    return {
        "USER": name,
        "HOME": home,
        "SHELL": "/bin/bash",
        "PATH": os.pathsep.join([f"{sys.prefix}/bin", "/usr/local/bin", "/usr/bin", "/bin"]),
        "LANG": "C.UTF-8",
        "JUPYTER_CONFIG_PATH": str(HUB_CONFIG / "student_server"),
        "PYTHONPATH": f"{LAB}:{ours}",
        "ATTENTION_LAB_DATA": str(course.lab_data),
        # where nbgrader finds it, and the wall shows what of it is theirs
        "KIREJI_EXCHANGE": str(course.exchange),
        # two torch threads next to a busy process are many times slower than one
        "OMP_NUM_THREADS": "1",
    }


def write_account_files(course: Course, name: str) -> Path:
    """The files by which programs turn the wall's user id into a name, and names into addresses;
    returns their folder."""
    folder = course.hub / "accounts" / name
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "passwd").write_text(f"{name}:x:1000:1000:{name}:/home/{name}:/bin/bash\n")
    (folder / "group").write_text(f"{name}:x:1000:\n")
    (folder / "hosts").write_text("127.0.0.1 localhost sandbox\n")
    return folder


def person_wall(course: Course, name: str, environment: dict[str, str]) -> Wall:
    """The wall around the server of `name`."""
    return Wall(
        mounts=person_mounts(course, name, write_account_files(course, name)),
        environment=environment,
        folder=f"/home/{name}",
        # nbgrader refuses an exchange whose own folder cannot be written, though it writes nothing
        # there; and all folders that only lead to a mount are read-only.
        scratch={
            "/tmp": server_limits.LIMITS.scratch_bytes,
            str(course.exchange): EXCHANGE_ROOT_BYTES,
        },
    )


def note_of(course: Course, name: str) -> Path:
    """Where the supervisor of `name` leaves the reason for which it ended the server."""
    return course.hub / "accounts" / name / "ended"


class WalledSpawner(OfCourse, SimpleLocalProcessSpawner):
    """Starts one person's server, behind bubblewrap if this machine has one that works.

    JupyterHub's own `mem_limit` is held too, and the two settings below; without a wall none of
    them is."""

    process_limit = Integer(
        server_limits.LIMITS.processes, help="Processes and threads of a server."
    ).tag(config=True)
    disk_limit = ByteSpecification(
        server_limits.DISK_BYTES, help="Bytes of a home and of what was handed in."
    ).tag(config=True)

    @default("mem_limit")
    def _mem_limit(self):
        return server_limits.LIMITS.memory

    def load_state(self, state):
        """Forget the process of an earlier hub: it ended with that hub, and its number may be
        another program's now."""
        super().load_state({**state, "pid": 0})

    async def start(self):
        """Start the server and return where it listens."""
        self.port = self.port or random_port()
        bwrap = find_bwrap()
        course = self.course
        role = accounts.load_accounts(accounts.file_of(course))[self.user.name].role
        own = student_folders(course.exchange, COURSE_ID, self.user.name).make()
        note = note_of(course, self.user.name)
        home = prepare_home(course, self.user.name, role, walled=bwrap is not None, note=note)
        self.home_dir = f"/home/{self.user.name}" if bwrap else str(home)
        # -P: a random.py in the home must not be imported in place of Python's own.
        program = [sys.executable, "-P", "-m", "jupyterhub.singleuser", *self.get_args()]
        environment = self.get_env() | person_environment(
            course, self.user.name, self.home_dir, OURS if bwrap else str(HANDING_IN)
        )
        if bwrap is None:
            environment |= {
                "KIREJI_EXCHANGE": str(
                    view(course.hub / "exchange" / self.user.name, own, COURSE_ID)
                )
            }
            self.proc = Popen(
                [*PARENT_DEATH_SIGNAL, *program], env=environment, cwd=home, start_new_session=True
            )
        else:
            # Kernels talk through sockets in the server's own /tmp: on TCP any process of the
            # person could listen to them.
            environment |= {"JUPYTER_RUNTIME_DIR": "/tmp/jupyter"}
            environment |= {"KIREJI_DISK_BYTES": str(self.disk_limit)}  # its pages warn before
            program += ["--KernelManager.transport=ipc"]
            self.proc = Orders(
                bwrap,
                person_wall(course, self.user.name, environment),
                program,
                self.port,
                str(sockets.folder_of(course)),
                self.hub.host,
                self.hub.base_url.rstrip("/"),
                replace(server_limits.LIMITS, memory=self.mem_limit, processes=self.process_limit),
                [str(home), str(own.inbound)],
                server_limits.Disk(self.disk_limit, server_limits.DISK_FILES),
                str(note),
            ).send()
        self.pid = self.proc.pid
        return "127.0.0.1", self.port
