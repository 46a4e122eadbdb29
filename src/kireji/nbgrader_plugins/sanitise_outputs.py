"""nbgrader's step after a submission ran: its outputs are made harmless before they are written
anywhere."""

from nbconvert.exporters.exporter import ResourcesDict
from nbformat import NotebookNode
from nbgrader.preprocessors import NbGraderPreprocessor

from kireji.feedback.sanitise import sanitise_notebook
from kireji.testing.report import put_report, report_in


class SanitiseOutputs(NbGraderPreprocessor):
    """Keeps text and re-encoded pictures; what it dropped is added to the report's notices."""

    def preprocess(
        self, nb: NotebookNode, resources: ResourcesDict
    ) -> tuple[NotebookNode, ResourcesDict]:
        """The notebook, safe to show to anybody."""
        dropped = sanitise_notebook(nb)
        report = report_in(nb)
        if report is not None:
            report.notices += dropped
            put_report(nb, report)
        return nb, resources
