"""The page of all settings: of the compose deployment, and of the configuration files."""

import re
from pathlib import Path

from docs.generate import markdown
from kireji.exchange.attempts import GradeOnSubmit

ROOT = Path(__file__).parent.parent.parent
VARIABLE = re.compile(r"^#(KIREJI_[A-Z_]+)=(.*)$")


def page() -> str:
    return markdown.page(
        "Settings",
        ".env.example, hub_config/ and the classes that read it",
        "## The compose deployment",
        "Copy `.env.example` to `.env`, change a line, and run `docker compose up -d`. "
        "Nothing has to be set for a first try.",
        *_compose(),
        "## Grading on submit",
        "`hub_config/grade_on_submit.py`. A running `./kireji watch` reads it when it starts "
        "again; in the compose deployment run `docker compose build course` and "
        "`docker compose up -d`.",
        markdown.table(["`c.GradeOnSubmit.`", "as shipped", "meaning"], _grade_on_submit()),
        "## The embedded hub",
        "`hub_config/jupyterhub_config.py`. `./kireji up` reads it at its start.",
        markdown.table(["setting", "as shipped", "meaning"], _hub()),
    )


def _compose() -> list[str]:
    """For each paragraph of .env.example its comment, and a table of its variables."""
    parts = []
    for paragraph in (ROOT / ".env.example").read_text().split("\n\n"):
        rows, comment = [], []
        for line in paragraph.strip().splitlines():
            if found := VARIABLE.match(line):
                rows.append((f"`{found[1]}`", f"`{found[2]}`" if found[2] else "empty"))
            else:
                comment.append(line.removeprefix("#").strip())
        if rows:
            parts += [" ".join(comment), markdown.table(["variable", "default"], rows)]
    return parts


def _grade_on_submit() -> list[tuple[str, ...]]:
    shipped = _assignments(ROOT / "hub_config" / "grade_on_submit.py", "GradeOnSubmit")
    traits = GradeOnSubmit.class_traits(config=True)
    return [
        (f"`{name}`", f"`{shipped[name][0]}`", trait.help)
        for name, trait in traits.items()
        if name in shipped
    ]


def _hub() -> list[tuple[str, ...]]:
    """How much a person's server may use."""
    path = ROOT / "hub_config" / "jupyterhub_config.py"
    return [
        (f"`c.{owner}.{name}`", f"`{value}`", comment)
        for owner in ("Spawner", "WalledSpawner")
        for name, (value, comment) in _assignments(path, owner).items()
        if comment and name.endswith("_limit")
    ]


def _assignments(path: Path, owner: str) -> dict[str, tuple[str, str]]:
    """name -> (value as it is written, the comment after it) of every `c.OWNER.name = value`."""
    pattern = rf"^c\.{owner}\.(\w+) = (.+?)(?:  # (.*))?$"
    return {
        name: (value, comment)
        for name, value, comment in re.findall(pattern, path.read_text(), re.MULTILINE)
    }
