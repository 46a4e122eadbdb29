"""`./kireji lint` runs every tool, and its exit status says whether all are content."""

import pytest
from click.testing import CliRunner

from kireji import installation
from kireji.cli import lint

CLEAN = 'def double(number: int) -> int:\n    return 2 * number\n\n\nprint(double(2), "twice")\n'
FAULTS = {
    "ruff check": "import os\n\n\n" + CLEAN,
    "ruff format --check": CLEAN.replace('"twice"', "'twice'"),
    "mypy": CLEAN.replace("double(2)", 'double("2")'),
}

pytestmark = pytest.mark.needs("linters")


@pytest.fixture
def run(tmp_path, monkeypatch):
    """Writes this text as the only module of a project with our settings, and lints it."""
    monkeypatch.setattr(lint, "complete", lambda steps, var: None)
    settings = (installation.clone() / "pyproject.toml").read_text()
    (tmp_path / "pyproject.toml").write_text(
        settings.replace('files = ["src", "lab/attention_lab"]', 'files = ["module.py"]')
    )
    monkeypatch.setattr(installation, "CLONE", tmp_path)

    def lint_text(text: str, *arguments: str):
        (tmp_path / "module.py").write_text(text)
        return CliRunner().invoke(lint.lint, arguments)

    return lint_text


def test_clean_code_passes(run):
    result = run(CLEAN)
    assert (result.exit_code, result.stderr) == (0, "")


@pytest.mark.parametrize("tool", FAULTS)
def test_a_fault_names_the_tool(run, tool):
    result = run(FAULTS[tool])
    assert (result.exit_code, result.stderr) == (1, f"Not clean: {tool}.\n")


def test_fix_formats_the_code(run, tmp_path):
    assert run(FAULTS["ruff format --check"], "--fix").exit_code == 0
    assert (tmp_path / "module.py").read_text() == CLEAN
