"""Which Kireji this is. Standard library only: a fresh clone answers `--version` at once."""

import importlib.metadata
import tomllib
from pathlib import Path

PROJECT = Path(__file__).resolve().parents[2] / "pyproject.toml"


def version() -> str:
    """As pyproject.toml has it in a checkout, else as it was installed."""
    if PROJECT.is_file():
        return tomllib.loads(PROJECT.read_text())["project"]["version"]
    return importlib.metadata.version("kireji")
