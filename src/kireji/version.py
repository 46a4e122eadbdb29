"""Which Kireji this is. Standard library only: a fresh clone answers `--version` at once."""

import importlib.metadata
import tomllib

from kireji import installation


def version() -> str:
    """As pyproject.toml has it in a clone, or else as it was installed."""
    if installation.CLONE:
        project = installation.CLONE / "pyproject.toml"
        return str(tomllib.loads(project.read_text())["project"]["version"])
    return importlib.metadata.version("kireji")
