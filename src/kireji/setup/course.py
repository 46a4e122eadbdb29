"""The course itself: its data, and the notebooks that students get. Needs the finished
environment."""

from pathlib import Path

from kireji import installation
from kireji.course.layout import SETTING, Course
from kireji.errors import KirejiError
from kireji.setup.explain import explain, last_words
from kireji.setup.shell import Shell
from kireji.setup.steps import LOG, Step, complete
from kireji.setup.venv import PYTHON

NOTE = "Note: "  # begins a line that an instructor should read
BEGIN = "Setting up the course in {}, once: its data and the students' notebooks."


def course_steps(course: Course) -> list[Step]:
    """What is made once for a course, and again when what it is made from changes."""
    recipe = [
        *sorted((installation.PACKAGE / "data").glob("*.py")),
        *recipe_files(course.graders),
    ]
    source = assignment_files(course.source)
    # a released notebook says what it takes
    files = sorted(course.graders.glob("*/assignment.toml"))
    names = {path.relative_to(course.source).parts[0] for path in source}
    config = course.config("nbgrader_config.py")
    stamps = course.var / "setup"
    return [
        Step(
            "The assignments' data",
            stamps / "data",
            _contents(recipe, course),
            [course.secret_file, course.data / "stamps", course.lab_data, course.held_out],
            lambda shell: _tell(shell, "kireji.data", course),
        ),
        Step(
            "The students' notebooks in release/",
            stamps / "release",
            [installation.versions(), *_contents([config, *source, *files], course)],
            [course.gradebook, *(course.release / name for name in sorted(names))],
            lambda shell: _tell(shell, "kireji.nbgrader_plugins.generate_release", course),
        ),
    ]


def set_up_course(course: Course) -> None:
    """Bring the course up to date; costs milliseconds when there is nothing to do."""
    complete(course_steps(course), course.var, BEGIN.format(course.root))


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


def _contents(files: list[Path], course: Course) -> list[bytes]:
    """The name and the content of each file: its place in the course, or in what comes with
    Kireji."""
    return [part for path in files for part in (_name(path, course).encode(), path.read_bytes())]


def _name(path: Path, course: Course) -> str:
    root = course.root if path.is_relative_to(course.root) else installation.FILES
    return (path.relative_to(root) if path.is_relative_to(root) else Path(path.name)).as_posix()


def _tell(shell: Shell, module: str, course: Course) -> None:
    """Run one of our modules, which says in its last line what went wrong, if something did, and in
    others what to know."""
    outcome = shell.run(PYTHON, "-P", "-m", module, settings={SETTING: str(course.root)})
    if not outcome.ok:
        unexpected = "Traceback (most recent call last)" in outcome.output
        log = str(course.var / LOG)
        raise KirejiError(
            explain(outcome.output, log) if unexpected else last_words(outcome.output)
        )
    for line in outcome.output.splitlines():
        if line.startswith(NOTE):
            shell.line.note(line.removeprefix(NOTE))
