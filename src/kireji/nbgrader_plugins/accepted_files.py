"""Tells a released notebook which files are handed in with it, so that handing in can say what is
not taken."""

from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from kireji.nbgrader_plugins.configured import course_of


class NoteAcceptedFiles(NbGraderPreprocessor):
    """Writes the patterns of assignment.toml into the notebook's metadata.

    `kireji.exchange.student_server.kireji_handing_in` reads them; grading asks assignment.toml
    itself."""

    def preprocess(self, nb: NotebookNode, resources: dict) -> tuple[NotebookNode, dict]:
        files = course_of(self.config).assignment_file(resources["nbgrader"]["assignment"]).files
        nb.metadata["kireji"] = {"files": list(files)}
        return nb, resources
