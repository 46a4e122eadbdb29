"""Puts into the wheel what a clone has outside `src/`: the hub's configuration, lessons, the pages
that students read, and the library that their kernels import. pyproject.toml has all the rest."""

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

CLONE = Path(__file__).parent
# Of docs/, what students see and no more: the other pages also say what hidden tests do not notice,
# and a student's server can read the environment that Kireji is installed in.
SHIPPED = (
    "hub_config",
    "nbgrader_config.py",
    "code",
    "docs/explanation/theory.md",
    "docs/explanation/grading.md",
    "docs/tutorial/student.md",
    "docs/figures",
)
# the class list and certificates of this clone, too
IGNORED = shutil.ignore_patterns("__pycache__", ".ipynb_checkpoints", "*.csv", "*.pem")


class BuildWithFiles(build_py):
    """Copies them below `kireji/installed`, where `kireji.installation` finds them."""

    def run(self) -> None:
        super().run()
        if self.editable_mode:
            return  # a clone has them in their own places
        for name in SHIPPED:
            self._copy(name, f"kireji/installed/{name}")
        self._copy("lab/attention_lab", "attention_lab")

    def _copy(self, name: str, place: str) -> None:
        source, target = CLONE / name, Path(self.build_lib) / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.is_dir():
            shutil.copytree(source, target, ignore=IGNORED, dirs_exist_ok=True)
        else:
            shutil.copy(source, target)


setup(cmdclass={"build_py": BuildWithFiles})
