"""Where Kireji meets nbgrader's `autograde`: its exporter, its hook and two preprocessors, all by configuration."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.api import Gradebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import AssignLatePenalties, NbGraderPreprocessor, SaveAutoGrades
from traitlets import Bool
from traitlets.config import Config

from kireji import paths, unfinished
from kireji.data.secret import read_or_make_secret
from kireji.exchange.attempts import GradeOnSubmit

from . import best
from .aside import set_refused_aside, take_in
from .assignment import load
from .intake import read_submission
from .rebuild import rebuild

REPORT = "kireji"           # the key of a graded notebook's metadata under which its report stands


def begin_grading(config: Config) -> Callable[..., None]:
    """nbgrader's pre_convert_hook under `config`: the graded folder is ours to fill and not whole yet, the attempt that counts is
    the one that is graded, and nothing refused lies there to be copied."""

    def begin(assignment: str, student: str, notebooks: list[str]) -> None:
        unfinished.begin(assignment, student, notebooks)
        if GradeOnSubmit(config=config).counts == "best":
            for folder in sorted({Path(notebook).absolute().parent for notebook in notebooks}):
                best.choose(config, folder)
        set_refused_aside(assignment, student, notebooks)

    return begin


class SubmissionExporter(NotebookExporter):
    """Reads a submitted notebook in whatever state it is: nbgrader goes on with the rebuilt one."""

    def from_filename(self, filename: str, resources: ResourcesDict | None = None,
                      **kwargs: Any) -> tuple[str, ResourcesDict]:
        """Convert the notebook `filename`, whose assignment nbgrader has put into `resources`."""
        path, name = Path(filename), resources["nbgrader"]["assignment"]
        notebook, _ = rebuild(load(name), read_submission(path.parent, name).notebook)
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(notebook, resources, **kwargs)


class JudgeSubmission(NbGraderPreprocessor):
    """Grades the submission and puts its report into the notebook's metadata."""

    trust_submissions = Bool(
        False, help="Grade even where there is no wall: submissions can then read and do what you can.",
    ).tag(config=True)

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """The notebook as it ran in the sandbox, with its report."""
        from .kept import judge_or_recall       # here: torch and pytest are needed when something is graded, not before

        names = resources["nbgrader"]
        course = CourseDirectory(config=self.config)
        folder = Path(course.format_path(course.submitted_directory, names["student"], names["assignment"]))
        judgement = judge_or_recall(take_in(folder), load(names["assignment"]), read_or_make_secret(paths.SECRET),
                                    self.trust_submissions)
        judgement.notebook.metadata[REPORT] = judgement.report.as_dict()
        return judgement.notebook, resources


class OneTransaction(Gradebook):
    """The gradebook, in which all changes become visible together when its `with` block ends, or none does."""

    def __enter__(self) -> "OneTransaction":
        self.commit, self.db.commit = self.db.commit, self.db.flush
        return self

    def __exit__(self, kind: type[BaseException] | None, *rest: object) -> None:
        try:
            if kind is None:
                self.commit()
        finally:
            super().__exit__(kind, *rest)


class RecordReport(SaveAutoGrades):
    """Writes the report's scores, and nothing that stands in an output, into the gradebook.

    With them the penalty for being late, as AssignLatePenalties is configured: a kill leaves the old grade or the new
    one, never some cells of each.
    """

    def preprocess(self, nb: NotebookNode, resources: ResourcesDict) -> tuple[NotebookNode, ResourcesDict]:
        """Take the scores from the notebook's report."""
        self.scores = {cell["grade_id"]: cell["score"] for cell in nb.metadata[REPORT]["cells"]}
        names = resources["nbgrader"]
        self.notebook_id, self.assignment_id, self.student_id = names["notebook"], names["assignment"], names["student"]
        with OneTransaction(names["db_url"]) as self.gradebook:
            for index, cell in enumerate(nb.cells):
                self.preprocess_cell(cell, resources, index)
            self._assign_penalty()
        return nb, resources

    def _assign_penalty(self) -> None:
        late = AssignLatePenalties(parent=self.parent)
        late.init_plugin()
        self.gradebook.db.flush()
        self.gradebook.db.expire_all()      # a sum read before is the old one
        submission = self.gradebook.find_submission(self.assignment_id, self.student_id)
        notebook = self.gradebook.find_submission_notebook(self.notebook_id, self.assignment_id, self.student_id)
        notebook.late_submission_penalty = None
        if submission.total_seconds_late > 0:
            penalty = late.plugin_inst.late_submission_penalty(
                self.student_id, notebook.score, submission.total_seconds_late)
            if penalty is not None:
                notebook.late_submission_penalty = late._check_late_penalty(notebook, penalty)

    def _add_score(self, cell: NotebookNode, resources: ResourcesDict) -> None:
        super()._add_score(cell, resources)
        score = self.scores[cell.metadata.nbgrader.grade_id]
        if score is not None:
            grade = self.gradebook.find_grade(
                cell.metadata.nbgrader.grade_id, self.notebook_id, self.assignment_id, self.student_id)
            grade.auto_score = score
            grade.needs_manual_grade = grade.manual_score is not None
