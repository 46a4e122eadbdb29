"""Where one submission runs: the folders it gets and the command that starts a kernel there, behind a wall or without."""

import json
import shutil
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path

from kireji import paths
from kireji.errors import KirejiError

from .bubblewrap import Mount, Wall, command, find_bwrap, interpreter_mounts
from .limits import Limits

INSIDE = Path(__file__).parent / "inside"
WIRE = Path(__file__).parents[1] / "wire"
MATPLOTLIB = paths.VAR / "matplotlib"       # a font cache made once: building one costs a second in each sandbox
NEEDED = ("memory", "files", "open_files", "processes")

NO_WALL = """There is no working bubblewrap on this machine, so nothing would keep a submission from reading the \
hidden tests and your files. Install it (Debian, Ubuntu: apt install bubblewrap), grade in Docker, or, if you trust \
every submission, say so: --trust-submissions"""


class Place:
    """A fresh place for one submission, gone when it is closed. Use `open_place`."""

    def __init__(self, files: Mapping[str, bytes], limits: Limits) -> None:
        # The path of a unix socket must be short, so not below the course's own folder.
        self.root = Path(tempfile.mkdtemp(prefix="kj-"))
        self.limits = limits
        self.shared = self.root / "s"           # the sockets: the one folder that both sides write to
        self.submission = self.root / "submission"
        self.shared.mkdir()
        self.submission.mkdir()
        for name, content in files.items():
            (self.submission / name).write_bytes(content)

    def command(self, connection_file: str) -> list[str]:
        """What starts the kernel for `connection_file`."""
        raise NotImplementedError

    def close(self) -> None:
        """Remove every trace of it from the disk."""
        shutil.rmtree(self.root, ignore_errors=True)

    def environment(self, work: str, home: str) -> dict[str, str]:
        """The whole environment of the kernel. Nothing of ours is handed on."""
        return {
            "PATH": "/usr/bin:/bin", "LANG": "C.UTF-8", "HOME": home, "USER": "student", "LOGNAME": "student",
            "TMPDIR": "/tmp", "IPYTHONDIR": f"{home}/ipython", "MPLCONFIGDIR": f"{home}/matplotlib",
            "PYTHONDONTWRITEBYTECODE": "1", "PYTHONHASHSEED": "0", "PYTHONUNBUFFERED": "1",
            "OMP_NUM_THREADS": "1", "MKL_NUM_THREADS": "1", "MPLBACKEND": "module://matplotlib_inline.backend_inline",
            "ATTENTION_LAB_GRADING": "1", "PYDEVD_DISABLE_FILE_VALIDATION": "1",
        }

    def start_options(self, copies: Mapping[str, str]) -> str:
        limits = {name: value for name, value in asdict(self.limits).items() if name in NEEDED}
        return json.dumps({"limits": limits, "copies": copies})


class WalledPlace(Place):
    """Behind bubblewrap: no network, no other processes, and of the file system only what is listed here."""

    def command(self, connection_file: str) -> list[str]:
        data = (Mount(paths.LAB_DATA, "/sandbox/data"),) if paths.LAB_DATA.exists() else ()
        fonts = (Mount(MATPLOTLIB, "/sandbox/given/matplotlib"),) if MATPLOTLIB.exists() else ()
        wall = Wall(
            mounts=(
                *interpreter_mounts(), *data, *fonts,
                Mount(paths.LAB / "attention_lab", "/sandbox/lab/attention_lab"),
                Mount(INSIDE / "agent.py", "/sandbox/agent/agent.py"),
                Mount(INSIDE / "start.py", "/sandbox/agent/start.py"),
                Mount(WIRE, "/sandbox/agent/wire"),
                Mount(self.submission, "/sandbox/given/submission"),
                Mount(self.shared, str(self.shared), writable=True),
            ),
            environment=self.environment("/sandbox/work", "/sandbox/home")
            | {"PYTHONPATH": "/sandbox/lab:/sandbox/agent", "ATTENTION_LAB_DATA": "/sandbox/data"},
            folder="/sandbox/work",
            scratch={"/tmp": self.limits.folders // 4, "/sandbox/work": self.limits.folders // 2,
                     "/sandbox/home": self.limits.folders // 4},
        )
        copies = {"/sandbox/given/submission": "/sandbox/work", "/sandbox/given/matplotlib": "/sandbox/home/matplotlib"}
        program = [sys.executable, "/sandbox/agent/start.py", self.start_options(copies), connection_file]
        bwrap = find_bwrap()
        if bwrap is None:
            raise KirejiError(NO_WALL)
        return command(bwrap, wall, program)


class OpenPlace(Place):
    """Without a wall: the submission can do whatever the grader's account can. Only where its author is trusted."""

    def command(self, connection_file: str) -> list[str]:
        work, home, agent = (self.root / name for name in ("work", "home", "agent"))
        for folder in (work, home, agent):
            folder.mkdir(exist_ok=True)
        for source in (INSIDE / "agent.py", INSIDE / "start.py", WIRE):
            link = agent / source.name
            if not link.exists():
                link.symlink_to(source)
        environment = self.environment(str(work), str(home)) | {
            "PYTHONPATH": f"{paths.LAB}:{agent}", "ATTENTION_LAB_DATA": str(paths.LAB_DATA)}
        assignments = [f"{name}={value}" for name, value in environment.items()]
        copies = {str(self.submission): str(work), str(MATPLOTLIB): str(home / "matplotlib")}
        return ["/usr/bin/env", "-i", "-C", str(work), *assignments,
                sys.executable, str(agent / "start.py"), self.start_options(copies), connection_file]


def open_place(files: Mapping[str, bytes], limits: Limits, trusted: bool = False) -> Place:
    """A place for a submission made of `files` (name: content).

    KirejiError where there is no wall and the submission's author is not `trusted`.
    """
    from . import container     # it builds on this module

    if container.FOLDER:
        return container.ContainerPlace(files, limits, container.FOLDER)
    if find_bwrap():
        return WalledPlace(files, limits)
    if trusted:
        return OpenPlace(files, limits)
    raise KirejiError(NO_WALL)
