"""Write the reference pages and the moving pictures: python -m docs.generate [--check]

With `--check` nothing is written; the exit status is 1 where a page is not what the code says."""

import sys
from collections.abc import Callable, Iterator
from pathlib import Path

from docs.generate import commands, limits, moving_maps, points, settings

DOCS = Path(__file__).parent.parent
REFERENCE = DOCS / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "commands": commands.page,
    "limits": limits.page,
    "points": points.page,
    "settings": settings.page,
}


def files() -> Iterator[tuple[Path, str]]:
    """Every generated file, with the text that it should have."""
    for name, page in PAGES.items():
        yield REFERENCE / f"{name}.md", page()
    for name in moving_maps.PAGES:
        yield moving_maps.FOLDER / f"{name}.html", moving_maps.page(name)


def main(arguments: list[str]) -> int:
    outdated = []
    for path, text in files():
        if path.exists() and path.read_text() == text:
            continue
        outdated.append(path.relative_to(DOCS).as_posix())
        if "--check" not in arguments:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text)
    if outdated and "--check" in arguments:
        print(
            f"In docs/, {', '.join(outdated)} differ from the code. "
            "Run ./kireji docs and commit them."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
