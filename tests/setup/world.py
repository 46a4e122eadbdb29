"""A small clone with a tiny package index: the real launcher makes a real .venv there, in seconds
and offline.

What is small: the wheels hold nothing, `uv` is a script, and the course's own modules only leave
their products."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

from kireji.installation import clone
from tests.setup.tiny_wheel import wheel

LOCK = "torch==2.13.0\nuv==0.9.30\n"
LEAVES = (
    "__init__.py",
    "installation.py",
    "errors.py",
    "commands.py",
    "version.py",
)
# Waits while `hold` exists in the clone, as an installer does at a slow download; then leaves the
# work to pip.
UV = """#!python
import os, sys, time
print("uv was asked to", *sys.argv[1:4], flush=True)
while os.path.exists(os.environ["WORLD_HOLD"]):
    time.sleep(0.05)
sys.exit("uv: no")
"""
# Editable installation without setuptools, which newer Pythons do not put into an environment.
BACKEND = """
import sys
sys.path.insert(0, {tests!r})
from tests.setup.tiny_wheel import wheel
def get_requires_for_build_editable(config_settings=None): return []
def build_editable(folder, config_settings=None, metadata_directory=None):
    return wheel(folder, {name!r}, "0.1", {{{name!r} + ".pth": {source!r}}}).name
"""
MODULES = {
    "__main__.py": "import sys\nprint('command:', *sys.argv[1:])\n",
    "data/__init__.py": "",
    "doctor/__main__.py": "print('doctor: looks')\n",
    "data/__main__.py": """
from kireji.course.layout import find_course
course = find_course()
for folder in (course.lab_data, course.held_out): folder.mkdir(parents=True, exist_ok=True)
for file in (course.secret_file, course.data / "stamps"): file.touch()
""",
    "nbgrader_plugins/generate_release.py": """
from kireji.course.layout import find_course
course = find_course()
(course.release / "ex").mkdir(parents=True, exist_ok=True)
course.gradebook.touch()
""",
}


class World:
    """`clone` is the small clone; `hold` a file that makes its uv wait while it exists."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.clone, self.hold = folder, folder / "clone", folder / "hold"
        package = self.clone / "src" / "kireji"
        package.mkdir(parents=True)
        shutil.copy(clone() / "kireji", self.clone)
        for name in LEAVES:
            shutil.copy(clone() / "src" / "kireji" / name, package)
        for room in ("setup", "course"):
            shutil.copytree(
                clone() / "src" / "kireji" / room,
                package / room,
                ignore=shutil.ignore_patterns("__pycache__", "node_modules"),
            )
        for name, text in MODULES.items():
            self.write(f"src/kireji/{name}", text)
        self.write("requirements.lock", LOCK)
        self.write("nbgrader_config.py", "")
        self.write("source/ex/ex.ipynb", "{}")
        for project, source in (
            ("kireji", self.clone / "src"),
            ("attention_lab", self.clone / "lab"),
        ):
            place = "" if project == "kireji" else "lab/"
            self.write(
                f"{place}pyproject.toml",
                '[build-system]\nrequires = []\nbuild-backend = "backend"\nbackend-path = ["."]\n'
                '[project]\nversion = "0.1"\n',
            )
            self.write(
                f"{place}backend.py",
                BACKEND.format(tests=str(clone()), name=project, source=f"{source}\n"),
            )
        self.index = folder / "index"
        self.index.mkdir()
        wheel(self.index, "torch", "2.13.0+cpu", {"torch.py": ""})
        wheel(self.index, "uv", "0.9.30", {"uv-0.9.30.data/scripts/uv": UV})

    def write(self, name: str, text: str) -> None:
        path = self.clone / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)

    def start(self, *arguments: str, **settings: str) -> subprocess.Popen:
        """Start ./kireji as a newcomer would: almost nothing in the environment, a home of its
        own."""
        home = self.folder / "home"
        home.mkdir(exist_ok=True)
        environment = {
            "PATH": "/usr/bin:/bin",
            "HOME": str(home),
            "LANG": "C.UTF-8",
            "PIP_CONFIG_FILE": os.devnull,
            "PIP_NO_INDEX": "1",
            "PIP_FIND_LINKS": str(self.index),
            "WORLD_HOLD": str(self.hold),
        }
        return subprocess.Popen(
            [sys.executable, str(self.clone / "kireji"), *arguments],
            env=environment | settings,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
            cwd=self.folder,
        )

    def run(self, *arguments: str, **settings: str) -> tuple[int, str, str]:
        """Exit status, standard output and standard error of ./kireji with these arguments."""
        process = self.start(*arguments, **settings)
        output, errors = process.communicate(timeout=240)
        return process.returncode, output, errors
