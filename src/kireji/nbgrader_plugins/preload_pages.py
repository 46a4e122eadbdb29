"""What a process that makes one page need not load again: this is imported once, by the process
that forks them."""

from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from kireji.nbgrader_plugins.feedback_templates import configure

RESOURCES = {"notebook_id": "", "base_url": "", "index": 0, "total": 1}


def make_one_page() -> None:
    """Its libraries load much of themselves with the first page."""
    c = Config()
    configure(c)
    c.HTMLExporter.template_name = "formgrade"
    notebook = new_notebook(cells=[new_markdown_cell("**a** $x$"), new_code_cell("a")])
    HTMLExporter(config=c).from_notebook_node(notebook, resources=RESOURCES)


make_one_page()
