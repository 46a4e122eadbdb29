"""Makes the formgrader's page of a submission in a process of its own, with little time.

What a student wrote can be slow to render, in ways that no budget inside the renderer sees. The
process is forked from one that has imported everything, so an ordinary page waits for no import.
"""

import asyncio
import multiprocessing
import signal
import sys
from concurrent.futures import ThreadPoolExecutor
from multiprocessing.connection import Connection
from pathlib import Path

import nbformat
from nbconvert.exporters import HTMLExporter
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell
from traitlets.config import Config

from kireji.course.notebook_metadata import CELL, EXTRA
from kireji.errors import KirejiError
from kireji.sanitise.outputs import clean_text

COMPUTING_SECONDS = 1.4  # of one page; the longest honest ones take about 0.6
PLAIN_SECONDS = 2.0  # of one that takes too long otherwise: the plain page takes about 0.3
PRELOADED = "kireji.nbgrader_plugins.preload_pages"
WALL_SECONDS = 60.0  # on a busy machine
PAGES_AT_A_TIME = 4
MAX_PLAIN = 1_500  # characters of a cell on a plain page
MAX_PLAIN_EXTRA = 50  # cells that are no part of the assignment
INDENTED = "    "  # a block of code, to markdown
# what an exporter of pages is configured by
SECTIONS = ("Exporter", "TemplateExporter", "HTMLExporter")
PLAIN = (
    "This submission takes more than {:g} seconds to show, so it is shown as plain text, and long"
    " cells without their end."
)
LEFT_OUT = " {:,} cells that the student added are left out."
TOO_SLOW = (
    "The page of this submission takes more than {:g} seconds of computing, even as plain text. The"
    " notebook is {}."
)


class PageRenderer:
    """Makes pages by nbconvert's HTMLExporter as `config` has it."""

    def __init__(self, config: Config) -> None:
        self.sections = {name: config[name] for name in SECTIONS if name in config}
        self.context = multiprocessing.get_context("forkserver")
        preload = [__name__, PRELOADED]
        # Each process imports the program that was started, so what that imports is loaded once.
        if main := getattr(sys.modules["__main__"], "__spec__", None):
            preload.append(main.name)
        self.context.set_forkserver_preload(preload)
        # threads that wait for processes
        self.threads = ThreadPoolExecutor(PAGES_AT_A_TIME, "pages")

    async def page(self, filename: str, resources: dict) -> str:
        """The page of the notebook `filename`, as plain text if it takes too long otherwise.
        KirejiError if that takes too long as well."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self.threads, self._page, filename, resources)

    def _page(self, filename: str, resources: dict) -> str:
        for plain in (False, True):
            page = self._in_a_process(filename, resources, plain)
            if page is not None:
                return page
        raise KirejiError(TOO_SLOW.format(COMPUTING_SECONDS + PLAIN_SECONDS, filename))

    def _in_a_process(self, filename: str, resources: dict, plain: bool) -> str | None:
        """The page, or None if it took too long."""
        ours, theirs = self.context.Pipe(duplex=False)
        process = self.context.Process(
            target=_render, args=(theirs, self.sections, filename, resources, plain), daemon=True
        )
        process.start()
        theirs.close()
        try:
            answer = ours.recv() if ours.poll(WALL_SECONDS) else None
        except EOFError:  # ended at its limit
            answer = None
        finally:
            process.kill()
            process.join()
            process.close()
            ours.close()
        if isinstance(answer, Exception):
            raise answer
        return answer


def _render(
    answer: Connection, sections: dict, filename: str, resources: dict, plain: bool
) -> None:
    """What the process does."""
    # Its signal ends the process. It begins now, unlike a limit on the process, which would count
    # what came before.
    signal.setitimer(signal.ITIMER_PROF, PLAIN_SECONDS if plain else COMPUTING_SECONDS)
    config, path = Config(sections), Path(filename)
    try:
        notebook = nbformat.read(path, as_version=4)
        if plain:
            make_plain(notebook)
        resources = {**resources, "metadata": {"name": path.stem, "path": str(path.parent)}}
        page = HTMLExporter(config=config).from_notebook_node(notebook, resources=resources)[0]
        answer.send(page)
    except Exception as error:
        answer.send(KirejiError(f"The page of {filename} cannot be made ({error})."))


def make_plain(notebook: NotebookNode) -> None:
    """Leave what takes no time to show: the beginning of each cell, code without colours, and not
    all cells that a student added."""
    notebook.metadata["language_info"] = {"name": "text", "pygments_lexer": "text"}
    own = [cell for cell in notebook.cells if cell.metadata.get(CELL) == EXTRA]
    left_out = {id(cell) for cell in own[MAX_PLAIN_EXTRA:]}
    notebook.cells = [cell for cell in notebook.cells if id(cell) not in left_out]
    for cell in notebook.cells:
        cell.source = clean_text(cell.source, MAX_PLAIN)
        if cell.cell_type == "markdown":
            cell.source = INDENTED + cell.source.replace("\n", "\n" + INDENTED)
        cell.pop("attachments", None)
    said = PLAIN.format(COMPUTING_SECONDS)
    if left_out:
        said += LEFT_OUT.format(len(left_out))
    notebook.cells.insert(0, new_markdown_cell(said))
