"""The command group: complete, quick to help, and one sentence for an error that is the user's to
mend."""

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from kireji.cli import main
from kireji.cli.main import kireji
from kireji.commands import COMMANDS, page
from kireji.errors import KirejiError


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_on_the_page_exists_and_explains_itself(name):
    result = CliRunner().invoke(kireji, [name, "--help"], prog_name="./kireji")
    assert result.exit_code == 0
    assert f"Usage: ./kireji {name}" in result.output
    assert len(result.output.splitlines()) >= 5


def test_help_is_the_launchers_page():
    result = CliRunner().invoke(kireji, ["--help"])
    assert (result.exit_code, result.output) == (0, page())


def test_an_error_of_the_users_is_one_sentence(monkeypatch):
    @click.command()
    def up() -> None:
        raise KirejiError("There is no assignment ex9.")

    monkeypatch.setattr(main.Commands, "get_command", lambda self, context, name: up)
    result = CliRunner().invoke(kireji, ["up"])
    assert (result.exit_code, result.stdout, result.stderr) == (
        1,
        "",
        "There is no assignment ex9.\n",
    )


def test_a_defect_of_ours_keeps_its_trace(monkeypatch):
    @click.command()
    def up() -> None:
        raise ZeroDivisionError

    monkeypatch.setattr(main.Commands, "get_command", lambda self, context, name: up)
    assert isinstance(CliRunner().invoke(kireji, ["up"]).exception, ZeroDivisionError)


def test_an_unknown_command_is_no_trace():
    result = CliRunner().invoke(kireji, ["upp"])
    assert result.exit_code == 2 and "Did you mean 'up'?" in result.stderr


def test_help_loads_neither_torch_nor_nbgrader_nor_rich():
    loaded = (
        "import sys; from kireji.cli import main; print(*sorted({'torch', 'nbgrader', 'rich'} &"
        " set(sys.modules)))"
    )
    assert (
        subprocess.run(
            [sys.executable, "-c", loaded], capture_output=True, text=True, check=True
        ).stdout
        == "\n"
    )
