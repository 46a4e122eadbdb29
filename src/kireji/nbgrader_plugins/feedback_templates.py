"""Plugs our pages into nbgrader, in its configuration file: `configure(c)`."""

from nbgrader.server_extensions.formgrader import handlers
from traitlets.config import Config

from kireji.feedback.page import TEMPLATES
from kireji.nbgrader_plugins.feedback_page import FeedbackPage


def configure(c: Config) -> None:
    """Use our feedback page and our page of a submission in the formgrader; everything else stays
    nbgrader's."""
    # Templates of the same name in an earlier folder win: `feedback` and `formgrade` are ours.
    c.HTMLExporter.extra_template_basedirs = [str(TEMPLATES), handlers.template_path]
    # Ours extends nbgrader's under the name "formgrade/index.html.j2".
    c.HTMLExporter.extra_template_paths = [handlers.template_path]
    c.GenerateFeedback.preprocessors = [FeedbackPage]
