"""Where the environment is, and what activating it means."""

import sys
from collections.abc import Mapping
from pathlib import Path

from kireji.installation import CLONE

VENV = CLONE / ".venv" if CLONE else Path(sys.prefix)
PYTHON = VENV / "bin" / "python"

# Settings that belong to another Python, or would make pip or uv install somewhere else.
FOREIGN = (
    "PYTHONPATH",
    "PYTHONHOME",
    "PIP_TARGET",
    "PIP_PREFIX",
    "PIP_ROOT",
    "PIP_PYTHON",
    "UV_SYSTEM_PYTHON",
    "UV_TARGET",
)


def activated(environment: Mapping[str, str]) -> dict[str, str]:
    """`environment` as in an activated .venv: its commands come first (nbgrader calls `alembic` by
    name)."""
    kept = {name: value for name, value in environment.items() if name not in FOREIGN}
    return kept | {
        "VIRTUAL_ENV": str(VENV),
        "PATH": f"{PYTHON.parent}:{environment.get('PATH', '/usr/bin:/bin')}",
    }
