"""Pages of the site for the files of the repository that the documentation links to.

A page under docs/ may link to a file outside, such as a lesson: a code host shows that file, and so
does JupyterLab. For the site each linked file becomes a page of its own below `files/`.
"""

import posixpath
import re
from pathlib import Path

from sphinx.application import Sphinx
from sphinx.errors import ExtensionError

FOLDER = "files"
LINK = re.compile(r"(\]\()((?:\.\./)+[^)#:\s]+)(#[^)]*)?(\))")
LEXERS = {".py": "python", ".yml": "yaml", ".toml": "toml", ".ipynb": "json"}


def outside(docname: str, target: str) -> str | None:
    """The path of a link's target in the repository; None where it is a page of docs/."""
    path = posixpath.normpath(posixpath.join("docs", posixpath.dirname(docname), target))
    return None if path == "docs" or path.startswith("docs/") else path


def page_of(path: str) -> str:
    """The name of the page that shows the file at `path`."""
    return f"{FOLDER}/{path.replace('/', '--').lstrip('.')}"


def write_pages(app: Sphinx) -> None:
    """Write a page for every file outside docs/ that some page links to, and its links' files."""
    source = Path(app.srcdir)
    repository = source.parent
    folder = source / FOLDER
    folder.mkdir(exist_ok=True)
    waiting = {
        path
        for page in source.rglob("*.md")
        if folder not in page.parents
        for match in LINK.finditer(page.read_text())
        if (path := outside(page.relative_to(source).as_posix(), match[2]))
    }
    written = set()
    while waiting:
        path = waiting.pop()
        if page_of(path) in written or not (repository / path).exists():
            continue
        written.add(page_of(path))
        text, linked = page(repository, path)
        waiting |= linked
        target = source / f"{page_of(path)}.md"
        if not target.exists() or target.read_text() != text:
            target.write_text(text)
    for left in folder.glob("*.md"):
        if left.relative_to(source).with_suffix("").as_posix() not in written:
            left.unlink()


def page(repository: Path, path: str) -> tuple[str, set[str]]:
    """The text of the page for the file at `path`, and which other files it links to."""
    file = repository / path
    if file.is_dir():
        names = sorted(
            child.name for child in file.iterdir() if not child.name.startswith((".", "_"))
        )
        listed = "\n".join(f"- `{name}`" for name in names)
        return f"---\norphan: true\n---\n# `{path}/`\n\n{listed}\n", set()
    if file.suffix != ".md":
        code = file.read_text()
        fence = "`" * max(3, 1 + max(map(len, re.findall(r"`+", code)), default=0))
        lexer = LEXERS.get(file.suffix, "text")
        return f"---\norphan: true\n---\n# `{path}`\n\n{fence}{lexer}\n{code}\n{fence}\n", set()
    linked = set()

    def moved(match: re.Match[str]) -> str:
        target = posixpath.normpath(posixpath.join(posixpath.dirname(path), match[1]))
        if target.startswith("docs/"):
            return f"](../{target.removeprefix('docs/')}{match[2] or ''})"
        linked.add(target)
        return f"]({posixpath.basename(page_of(target))}.md)"

    text = re.sub(r"\]\((?![a-z]+:|#|/)([^)#\s]+)(#[^)]*)?\)", moved, file.read_text())
    return f"---\norphan: true\n---\n{text}", linked


def lead_to_pages(app: Sphinx, docname: str, content: list[str]) -> None:
    """Before a page is read: make its links to files outside docs/ lead to the pages for them."""
    if docname.startswith(f"{FOLDER}/"):
        return

    def moved(match: re.Match[str]) -> str:
        path = outside(docname, match[2])
        if path is None:
            return match[0]
        if not (Path(app.srcdir).parent / path).exists():
            raise ExtensionError(f"{docname}: the link to {match[2]} leads nowhere")
        page = posixpath.relpath(page_of(path), posixpath.dirname(docname) or ".")
        return f"{match[1]}{page}.md{match[4]}"

    content[0] = LINK.sub(moved, content[0])


def setup(app: Sphinx) -> dict[str, bool]:
    app.connect("builder-inited", write_pages)
    app.connect("source-read", lead_to_pages)
    return {"parallel_read_safe": True, "parallel_write_safe": True}
