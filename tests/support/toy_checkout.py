"""A copy of the checkout with the toy as its only assignment: every command runs there as a person
runs it, and is cheap."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
from nbformat.v4 import new_code_cell

from kireji.setup.venv import activated
from tests.support.clone import ROOT
from tests.support.toy import make_toy, marked

PARTS = (
    "src",
    "lab",
    "benchmarks",
    "hub_config",
    "nbgrader_config.py",
    "pyproject.toml",
    "requirements.lock",
    "graders/__init__.py",
    "graders/tables.py",
)
CHECKPOINT = """import os
import numpy
from safetensors.numpy import save_file
if "ATTENTION_LAB_GRADING" not in os.environ:
    save_file({"weight": numpy.zeros(3, numpy.float32)}, "toy.safetensors")"""
MISTAKES = [("double_solution", "return 2 * x", "return x ** 2")]


def make_toy_course(root: Path) -> None:
    """A course in `root` whose only assignment is the toy."""
    (root / "var").mkdir(parents=True)
    (root / "var" / "secret").write_text("0" * 64)
    toy = make_toy()
    toy.source.cells.append(marked(new_code_cell(CHECKPOINT), grade_id="training", locked=True))
    toy.source.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3"}
    for folder in ("source", "graders"):
        (root / folder / "toy").mkdir(parents=True)
    nbformat.write(toy.source, root / "source" / "toy" / "toy.ipynb")
    for file in toy.graders.glob("test_*.py"):
        shutil.copyfile(file, root / "graders" / "toy" / file.name)
    (root / "graders" / "toy" / "__init__.py").touch()
    (root / "graders" / "toy" / "samples.py").write_text(
        f'"""A typical mistake."""\n\nMISTAKES = {MISTAKES!r}\n'
    )


class ToyCheckout:
    """`root` is the copy. The toy's hidden tests are those of the engine's own tests; its solution
    saves a checkpoint."""

    def __init__(self, root: Path) -> None:
        self.root = root
        for part in PARTS:
            source, target = ROOT / part, root / part
            target.parent.mkdir(parents=True, exist_ok=True)
            if source.is_dir():
                shutil.copytree(
                    source,
                    target,
                    ignore=shutil.ignore_patterns("__pycache__", "*.egg-info", "node_modules"),
                )
            else:
                shutil.copyfile(source, target)
        make_toy_course(root)

    @property
    def environment(self) -> dict[str, str]:
        """Has Python import the copy's packages in place of the installed ones."""
        return activated(os.environ) | {
            "PYTHONPATH": f"{self.root / 'src'}:{self.root / 'lab'}",
            "COLUMNS": "160",
        }

    def kireji(self, *words: str) -> subprocess.CompletedProcess:
        """Run a command of `./kireji` there to its end; what it said is one text."""
        return subprocess.run(
            [sys.executable, "-P", "-m", "kireji", *words],
            cwd=self.root,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
