"""Where Kireji meets nbgrader's `autograde`: its hook, its exporter and its first preprocessor, all
by configuration."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

from nbconvert.exporters import NotebookExporter
from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbformat.v4 import new_notebook
from nbgrader.coursedir import CourseDirectory
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets import Bool
from traitlets.config import Config

from kireji.course.notebook_metadata import JUDGED_AS
from kireji.exchange.grading_rules import rules_for
from kireji.grading.quarantine import set_refused_aside, take_in
from kireji.nbgrader_plugins import best_attempt, folder_transaction
from kireji.nbgrader_plugins.configured import course_of
from kireji.testing.report import put_report


def begin_grading(config: Config) -> Callable[..., None]:
    """nbgrader's pre_convert_hook under `config`: the graded folder is ours to fill and not whole
    yet, the attempt that counts is the one that is graded, and nothing refused lies there to be
    copied."""

    def begin(assignment: str, student: str, notebooks: list[str]) -> None:
        folder_transaction.begin(assignment, student, notebooks)
        for folder in sorted({Path(notebook).absolute().parent for notebook in notebooks}):
            if rules_for(config, folder.parents[2], folder.name).counts == "best":
                best_attempt.choose(config, folder)
        set_refused_aside(course_of(config), notebooks)

    return begin


class SubmissionExporter(NotebookExporter):
    """Begins with an empty notebook: what was submitted may be in any state, and only
    `JudgeSubmission` reads it."""

    def from_filename(  # type: ignore[override]  # as NotebookExporter, which its base is not
        self, filename: str, resources: ResourcesDict | None = None, **kwargs: Any
    ) -> tuple[str, ResourcesDict]:
        """Convert the notebook `filename`, without a look at it."""
        path = Path(filename)
        resources = ResourcesDict() if resources is None else resources
        resources["metadata"] = {"name": path.stem, "path": str(path.parent)}
        return self.from_notebook_node(new_notebook(), resources, **kwargs)


class JudgeSubmission(NbGraderPreprocessor):
    """Grades the submission and puts its report into the notebook's metadata."""

    trust_submissions = Bool(
        False,
        help="Grade even where there is no wall: submissions can then read and do what you can.",
    ).tag(config=True)

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """The notebook as it ran in the sandbox, with its report."""
        # here: torch and pytest are needed when something is graded, not before
        from kireji.grading import cache

        names = resources["nbgrader"]
        course, directory = course_of(self.config), CourseDirectory(config=self.config)
        folder = Path(
            directory.format_path(
                directory.submitted_directory, names["student"], names["assignment"]
            )
        )
        submission, assignment, secret = (
            take_in(course, folder),
            course.assignment(names["assignment"]),
            course.secret(),
        )
        key = cache.key_of(course, submission, assignment, secret)
        judgement = cache.judge_or_recall(
            course, submission, assignment, secret, self.trust_submissions, key
        )
        put_report(judgement.notebook, judgement.report)
        if cache.is_sure(judgement):
            judgement.notebook.metadata[JUDGED_AS] = key
        return judgement.notebook, resources
