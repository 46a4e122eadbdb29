"""Moving pictures in the text: a link to a page of figures/maps/ becomes that page, in a frame.

The link works on a code host and in JupyterLab. On the site the frame shows the same page; the link
stays below it, for those who want the picture alone.
"""

import posixpath
import re
import shutil
from html import escape
from pathlib import Path

from sphinx.application import Sphinx

FOLDER = "figures/maps"
LINK = re.compile(rf"^\[([^\]]+)\]\((?:\.\./)+{FOLDER}/([\w-]+)\.html\)$", re.MULTILINE)
# Tall enough for a phone of 390 pixels, where lines wrap more often.
HEIGHTS = {"temperature": 560, "mask": 540, "decoding": 520, "heads": 330}


def put_in_frames(app: Sphinx, docname: str, content: list[str]) -> None:
    def framed(match: re.Match[str]) -> str:
        page = posixpath.relpath(f"{FOLDER}/{match[2]}.html", posixpath.dirname(docname) or ".")
        return (
            f'<div class="moving-map"><iframe src="{page}" title="{escape(match[1])}"'
            f' loading="lazy" height="{HEIGHTS[match[2]]}"></iframe>'
            f'<p><a href="{page}">{escape(match[1])}</a></p></div>'
        )

    content[0] = LINK.sub(framed, content[0])


def copy_pages(app: Sphinx, error: Exception | None) -> None:
    if error is None and app.builder.format == "html":
        target = Path(app.outdir) / FOLDER
        shutil.copytree(Path(app.srcdir) / FOLDER, target, dirs_exist_ok=True)


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("source-read", put_in_frames)
    app.connect("build-finished", copy_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
