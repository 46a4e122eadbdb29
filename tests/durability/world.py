"""A course small enough to be killed a hundred times: two students, one notebook, a judge that only
reads a number.

The real configuration, the real nbgrader, the real exchange; only the sandbox is not in it, which
has tests of its own.
"""

import os
import shutil
import time
from collections.abc import Mapping
from datetime import datetime
from io import StringIO
from pathlib import Path
from types import MappingProxyType

import nbformat
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.api import Gradebook
from nbgrader.plugins import BasePlugin
from rich.console import Console
from traitlets.config import Config

from kireji.batch.grade_on_submit import Watch
from kireji.batch.judge_pool import Here
from kireji.cli.grade import grade_all
from kireji.course.layout import SETTING, Course
from kireji.demo.student_client import StudentClient
from kireji.exchange.student_server.kireji_handing_in import Submit
from kireji.files.untrusted import UntrustedFolder
from kireji.grading import cache
from kireji.grading.judge import Judgement
from kireji.grading.rebuild import rebuild
from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse
from kireji.testing.report import CellReport, Report

NAME = "toy"
STUDENTS = ("alice", "bob")
OLD, NEW = 3, 7  # what the first and the second submission of everybody answer
CELLS = ("first", "second")


class HalfOff(BasePlugin):
    """All work is late and loses half: a penalty that does not belong to its score
    shows."""

    def late_submission_penalty(
        self, student_id: str, score: float, total_seconds_late: float
    ) -> float:
        return score / 2


def source() -> nbformat.NotebookNode:
    cells = []
    for name in CELLS:
        for kind, code, mark in (
            ("_solution", "### BEGIN SOLUTION\nanswer = 9\n### END SOLUTION", {"solution": True}),
            ("", "# graded", {"grade": True, "points": 10, "locked": True}),
        ):
            marks = {
                "schema_version": 3,
                "grade": False,
                "solution": False,
                "locked": False,
                "task": False,
                "grade_id": name + kind,
            } | mark
            cells.append(new_code_cell(code, id=name + kind, metadata={"nbgrader": marks}))
    return new_notebook(
        cells=cells, metadata={"kernelspec": {"name": "python3", "display_name": "Python 3"}}
    )


def answered(answer: int) -> bytes:
    """The notebook in which every task is answered with the number `answer`."""
    notebook = source()
    for cell in notebook.cells:
        if cell.id.endswith("_solution"):
            cell.source = f"answer = {answer}"
    return nbformat.writes(notebook).encode()


def judge(submission, assignment, secret, trusted=False) -> Judgement:
    """As many points for each cell as its answer says; none where there is no answer."""
    notebook, notices = rebuild(assignment, submission.notebook)
    given = {cell.id: cell.source.removeprefix("answer = ") for cell in notebook.cells}
    scores = [
        float(given[f"{name}_solution"]) if given[f"{name}_solution"].isdigit() else 0.0
        for name in CELLS
    ]
    cells = [CellReport(name, score, 10.0, []) for name, score in zip(CELLS, scores, strict=True)]
    return Judgement(
        Report(NAME, sum(scores), 20.0, cells, list(notices), {"total": 0.0}), notebook
    )


class World:
    """The course in `root`, and its students' homes; states are kept in `store`.

    settings: of grading on submit. Makes it the course of this process: use it in one of its own.
    """

    def __init__(
        self, root: Path, store: Path, settings: Mapping[str, object] = MappingProxyType({})
    ) -> None:
        self.root, self.store = root, store
        os.environ[SETTING] = str(root)
        cache.judge = judge
        cache.graders_version = lambda course, graders: "toy"
        # A restored copy of a state has other change times, and the same modification times.
        UntrustedFolder.change_time = lambda folder, most: os.stat(folder.handle).st_mtime
        for folder in ("source/" + NAME, "exchange", "var"):
            (root / folder).mkdir(parents=True)
        nbformat.write(source(), root / "source" / NAME / f"{NAME}.ipynb")

        def move(config: Config) -> None:
            config.Exchange.root = str(root / "exchange")
            config.AssignLatePenalties.plugin_class = HalfOff
            config.ExchangeFactory.submit = Submit  # as students' servers have it
            config.GradeOnSubmit.update(settings)

        self.course = NbgraderCourse(Course(root), changes=move)
        self.course.release(NAME)
        with Gradebook(self.course.directory.db_url, self.course.directory.course_id) as gradebook:
            gradebook.find_assignment(NAME).duedate = datetime(2020, 1, 1)
            gradebook.db.commit()
        self.clients = {
            name: StudentClient(self.course.config, name, root / "homes" / name)
            for name in STUDENTS
        }
        for client in self.clients.values():
            client.fetch(NAME)
        self.answer(OLD)
        for name in STUDENTS:
            self.submit(name)
        self.grade()
        self.course.give_feedback(NAME)
        self.answer(NEW)

    def answer(self, answer: int) -> None:
        for client in self.clients.values():
            (client.folder / NAME / f"{NAME}.ipynb").write_bytes(answered(answer))

    def submit(self, student: str) -> None:
        self.clients[student].submit(NAME)

    def collect(self) -> None:
        self.course.collect(NAME)

    def grade(self) -> str:
        out = StringIO()
        grade_all(self.course, [NAME], None, False, 1, Console(file=out, width=200), Here())
        return out.getvalue()

    def feedback(self) -> None:
        self.course.give_feedback(NAME)

    def watch(self) -> list[str]:
        """Grade on submit, until there is nothing more to do; what was told."""
        told: list[str] = []
        watch = Watch(self.course, told.append, 1, lambda count: Here())
        with watch.judging:
            watch.step()
            while watch.busy:
                watch.step()
                time.sleep(0.01)
        return told

    def scores(self) -> dict[str, tuple[float, float]]:
        """student -> points of the cells, penalty for being late, as the gradebook has them."""
        with Gradebook(self.course.directory.db_url, self.course.directory.course_id) as gradebook:
            found = {}
            for name in STUDENTS:
                (notebook,) = gradebook.find_submission(NAME, name).notebooks
                found[name] = (
                    *[grade.auto_score for grade in notebook.grades],
                    notebook.late_submission_penalty,
                )
            return found

    def submitted(self, student: str) -> bytes:
        """The collected notebook; nothing where there is none."""
        notebook = self.course.submitted(NAME, student) / f"{NAME}.ipynb"
        return notebook.read_bytes() if notebook.is_file() else b""

    def listed_and_missing(self, student: str) -> list[str]:
        """The submissions that the student's list shows and that the exchange does not have."""
        course = self.course.directory.course_id
        handed_in = [
            folder.name
            for folder in (self.root / "exchange" / course / "inbound" / student).iterdir()
        ]
        listed = (self.clients[student].folder / ".cache" / course).glob("[!.]*+*")
        return [
            folder.name
            for folder in listed
            if not any(name.startswith(folder.name) for name in handed_in)
        ]

    def released_pages(self, student: str) -> list[bytes]:
        folder = self.root / "exchange" / self.course.directory.course_id / "feedback" / student
        return [page.read_bytes() for page in sorted(folder.glob("*.html"))]

    def keep(self, name: str) -> None:
        """Keep the state of everything under `name`, for `restore`."""
        shutil.copytree(self.root, self.store / name, symlinks=True)

    def restore(self, name: str) -> None:
        shutil.rmtree(self.root)
        shutil.copytree(self.store / name, self.root, symlinks=True)
