"""The formgrader's pages are made in processes of their own, which have little time."""

import asyncio
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook
from traitlets.config import Config

from kireji.errors import KirejiError
from kireji.nbgrader_plugins import render_submission
from kireji.nbgrader_plugins.feedback_templates import configure
from kireji.nbgrader_plugins.render_submission import PageRenderer

RESOURCES = {"notebook_id": "n", "base_url": "", "index": 0, "total": 1}
# Colouring this takes about ten seconds of computing.
SLOW = [new_code_cell("x = [1, 2.5, 'three', f'{four}']\n" * 1_800) for _ in range(60)]
HONEST = [new_markdown_cell("**An** answer."), new_code_cell("print('honest')")]


@pytest.fixture
def renderer():
    c = Config()
    configure(c)
    c.HTMLExporter.template_name = "formgrade"
    return PageRenderer(c)


def saved(folder, *cells) -> str:
    path = folder / f"{len(cells)}.ipynb"
    nbformat.write(new_notebook(cells=list(cells)), path)
    return str(path)


async def longest_gap(until: asyncio.Future) -> float:
    """How long this event loop served nobody while it waited."""
    longest = 0.0
    while not until.done():
        before = time.monotonic()
        await asyncio.sleep(0.01)
        longest = max(longest, time.monotonic() - before)
    return longest


def test_others_are_served_while_a_hostile_page_is_made(renderer, tmp_path):
    async def both():
        slow = asyncio.ensure_future(renderer.page(saved(tmp_path, *SLOW), RESOURCES))
        gap = asyncio.ensure_future(longest_gap(slow))
        honest = await renderer.page(saved(tmp_path, *HONEST), RESOURCES)
        return honest, slow.done(), await slow, await gap

    honest, was_done, slow, gap = asyncio.run(both())
    assert "<strong>An</strong>" in honest and "honest" in honest
    assert not was_done, "the other page waited for the slow one"
    assert (
        "three" in slow
        and "more characters" in slow
        and "takes more than 1.4 seconds to show" in slow
        and "<strong>" not in slow.partition("<body")[2]
    )
    assert gap < 1


def test_a_page_that_takes_too_long_as_plain_text_is_said(renderer, tmp_path, monkeypatch):
    monkeypatch.setattr(render_submission, "WALL_SECONDS", 0.01)
    with pytest.raises(KirejiError, match="seconds of computing, even as plain text"):
        asyncio.run(renderer.page(saved(tmp_path, *HONEST), RESOURCES))


def test_a_notebook_that_cannot_be_read_is_said(renderer, tmp_path):
    broken = tmp_path / "broken.ipynb"
    broken.write_text("{")
    with pytest.raises(KirejiError, match=r"broken\.ipynb cannot be made"):
        asyncio.run(renderer.page(str(broken), RESOURCES))
