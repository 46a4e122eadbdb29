"""The page of all limits, from the modules that hold them and the comments beside the numbers."""

import inspect
import re
from dataclasses import fields
from pathlib import Path
from types import ModuleType

from docs.generate import markdown
from kireji.exchange.student_server import kireji_handing_in as handing_in
from kireji.hub import server_limits
from kireji.sandbox import limits

ROOT = Path(__file__).parent.parent.parent
FIELD = re.compile(r"^    (\w+)(?::|=).*?# (.+)$", re.MULTILINE)
CONSTANT = re.compile(r"^([A-Z_]+) = [^#\n]+# (.+)$", re.MULTILINE)


def page() -> str:
    return markdown.page(
        "Limits",
        "the modules named on it",
        "To change one of these, see [Change a limit](../howto/change-a-limit.md).",
        "## One submission, while it is graded",
        f"`{_file(limits)}`. *Measured* is the most that the solution of any "
        "assignment used, in the unit of the limit unless it says another.",
        markdown.table(["limit", "value", "holds for", "measured"], _submission()),
        "## Handing in",
        f"`{_file(handing_in)}`.",
        markdown.table(["limit", "value", "holds for"], _constants(handing_in)),
        "## A student's server in the embedded hub",
        f"`{_file(server_limits)}`. Memory, processes and disk are set in "
        "`hub_config/jupyterhub_config.py`. The limits of a server in the compose deployment are "
        "[settings](settings.md#the-compose-deployment).",
        markdown.table(["limit", "value", "holds for"], _server()),
    )


def _file(module: ModuleType) -> str:
    return Path(inspect.getfile(module)).relative_to(ROOT).as_posix()


def _submission() -> list[tuple[str, ...]]:
    comments = dict(FIELD.findall(inspect.getsource(limits.Limits)))
    rows = []
    for field in fields(limits.Limits):
        meaning, _, measured = comments.get(field.name, "").rpartition(": ")
        if not re.match(r"[\d~]", measured):  # a comment without a measurement
            meaning, measured = comments.get(field.name, ""), ""
        rows.append((f"`{field.name}`", amount(field.name, field.default), meaning, measured))
    return rows


def _constants(module: ModuleType) -> list[tuple[str, ...]]:
    return [
        (f"`{name}`", amount(name, getattr(module, name)), meaning)
        for name, meaning in CONSTANT.findall(inspect.getsource(module))
        if isinstance(getattr(module, name), int)
    ]


def _server() -> list[tuple[str, ...]]:
    source = inspect.getsource(server_limits).partition("LIMITS = Limits(")[2].partition("\n)")[0]
    comments = dict(FIELD.findall(source))
    rows = [
        (f"`{name}`", amount(name, getattr(server_limits.LIMITS, name)), meaning)
        for name, meaning in comments.items()
    ]
    return [*rows, *_constants(server_limits)]


def amount(name: str, value: float) -> str:
    """A limit in the unit that its name says: seconds, bytes, or a plain number."""
    if name.endswith("seconds"):
        return f"{value:g} s"
    if name.lower().endswith(("bytes", "memory", "address_space")):
        return f"{value / limits.MIB:,.0f} MiB"
    return f"{value:,}"
