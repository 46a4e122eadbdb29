"""The course itself: its data, and the notebooks that students get. Needs the finished
environment."""

from pathlib import Path

from kireji import paths
from kireji.errors import KirejiError
from kireji.setup.environment import LOCK
from kireji.setup.explain import explain, last_words
from kireji.setup.shell import Shell
from kireji.setup.steps import Step
from kireji.setup.venv import PYTHON

STAMPS = paths.VAR / "setup"
NOTE = "Note: "  # begins a line that an instructor should read
CONFIG = paths.ROOT / "nbgrader_config.py"


def course_steps() -> list[Step]:
    recipe = [
        *sorted((paths.ROOT / "src" / "kireji" / "data").glob("*.py")),
        *recipe_files(paths.GRADERS),
    ]
    source = assignment_files(paths.SOURCE)
    files = sorted(
        paths.GRADERS.glob("*/assignment.toml")
    )  # a released notebook says what it takes
    names = {path.relative_to(paths.SOURCE).parts[0] for path in source}
    return [
        Step(
            "The assignments' data",
            STAMPS / "data",
            _contents(recipe),
            [paths.SECRET, paths.DATA / "stamps", paths.LAB_DATA, paths.HELD_OUT],
            lambda shell: _tell(shell, "kireji.data"),
        ),
        Step(
            "The students' notebooks in release/",
            STAMPS / "release",
            [LOCK.read_bytes(), *_contents([CONFIG, *source, *files])],
            [paths.GRADEBOOK, *(paths.RELEASE / name for name in sorted(names))],
            lambda shell: _tell(shell, "kireji.nbgrader_plugins.generate_release"),
        ),
    ]


def assignment_files(folder: Path) -> list[Path]:
    """Every file of every assignment in `folder`, without what Jupyter leaves behind."""
    return sorted(
        path
        for path in folder.glob("*/**/*")
        if path.is_file() and ".ipynb_checkpoints" not in path.parts
    )


def recipe_files(graders: Path) -> list[Path]:
    """What the data of the assignments are made by: each data.py, and the files that it may
    read."""
    return sorted(
        path
        for recipe in graders.glob("*/data.py")
        for path in recipe.parent.iterdir()
        if path.is_file() and (path == recipe or path.suffix not in {".py", ".pyc"})
    )


def _contents(files: list[Path]) -> list[bytes]:
    return [
        part
        for path in files
        for part in (path.relative_to(paths.ROOT).as_posix().encode(), path.read_bytes())
    ]


def _tell(shell: Shell, module: str) -> None:
    """Run one of our modules, which says in its last line what went wrong, if something did, and in
    others what to know."""
    outcome = shell.run(PYTHON, "-P", "-m", module)
    if not outcome.ok:
        unexpected = "Traceback (most recent call last)" in outcome.output
        raise KirejiError(explain(outcome.output) if unexpected else last_words(outcome.output))
    for line in outcome.output.splitlines():
        if line.startswith(NOTE):
            shell.line.note(line.removeprefix(NOTE))
