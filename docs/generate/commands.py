"""The page of all commands, from what they say of themselves."""

import click

from docs.generate import markdown
from kireji.cli.main import kireji
from kireji.commands import GROUPS


def page() -> str:
    parts = [
        "Run every command in the repository's folder. `./kireji --help` lists them, and "
        "`./kireji COMMAND --help` says the same as this page.",
    ]
    for group, names in GROUPS.items():
        parts.append(f"## {group}")
        for name in names:
            parts += _command(name)
    return markdown.page("Commands", "src/kireji/cli/", *parts)


def _command(name: str) -> list[str]:
    context = click.Context(kireji, info_name="./kireji")
    command = kireji.get_command(context, name)
    assert command is not None, name
    own = click.Context(command, info_name=name, parent=context)
    parts = [f"### {name}", f"```text\n{command.get_usage(own).removeprefix('Usage: ')}\n```"]
    # \b is click's mark for a paragraph whose lines stay as they are.
    for paragraph in (command.help or "").split("\n\n"):
        lines = paragraph.strip().splitlines()
        kept = lines[:1] == ["\b"]
        parts.append(
            "```text\n" + "\n".join(lines[1:]) + "\n```"
            if kept
            else _prose(" ".join(line.strip() for line in lines))
        )
    options = [
        record
        for parameter in command.get_params(own)
        if isinstance(parameter, click.Option) and parameter.name != "help"
        if (record := parameter.get_help_record(own))
    ]
    if options:
        parts.append(
            markdown.table(["option", "does"], [(f"`{o}`", _prose(h)) for o, h in options])
        )
    return parts


def _prose(text: str) -> str:
    """Text of a terminal as Markdown: what would be read as HTML or emphasis is escaped."""
    return text.replace("<", "&lt;").replace("*", "\\*").replace("_", "\\_")
