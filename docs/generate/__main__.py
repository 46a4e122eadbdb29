"""Write the reference pages: python -m docs.generate [--check]

With `--check` nothing is written; the exit status is 1 where a page is not what the code says."""

import sys
from collections.abc import Callable
from pathlib import Path

from docs.generate import commands, limits, points, settings

REFERENCE = Path(__file__).parent.parent / "reference"
PAGES: dict[str, Callable[[], str]] = {
    "commands": commands.page,
    "limits": limits.page,
    "points": points.page,
    "settings": settings.page,
}


def main(arguments: list[str]) -> int:
    outdated = []
    for name, page in PAGES.items():
        path, text = REFERENCE / f"{name}.md", page()
        if path.exists() and path.read_text() == text:
            continue
        outdated.append(path.name)
        if "--check" not in arguments:
            path.write_text(text)
    if outdated and "--check" in arguments:
        print(
            f"docs/reference/: {', '.join(outdated)} differ from the code. "
            "Run ./kireji docs and commit them."
        )
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
