"""What comes with Kireji and is the same for every course: the configuration of the hub, pages for
students, lessons, and the library that a student's kernel may import.

In a clone these are folders of the clone; a wheel has them in the package (setup.py). Standard
library only: the launcher needs it before there is an environment.
"""

from importlib.metadata import distributions
from pathlib import Path

from kireji.errors import KirejiError

PACKAGE = Path(__file__).resolve().parent
# The clone that Kireji runs from; None where it was installed as a wheel.
CLONE = PACKAGE.parents[1] if PACKAGE.parent.name == "src" else None

FILES = CLONE or PACKAGE / "installed"
HUB_CONFIG = FILES / "hub_config"
DOCS = FILES / "docs"
LESSONS = FILES / "code"
LAB = CLONE / "lab" if CLONE else PACKAGE.parent  # the folder that has `attention_lab` in it


def clone() -> Path:
    """The clone, for what only a clone has. KirejiError where Kireji was installed as a wheel."""
    if CLONE is None:
        raise KirejiError(
            "This needs a clone of Kireji, with its tests and lock files. This Kireji was installed"
            f" as a package, in {PACKAGE}."
        )
    return CLONE


def versions() -> bytes:
    """The versions of the libraries: the lock file of the clone, or else what is installed."""
    if CLONE:
        return (CLONE / "requirements.lock").read_bytes()
    return "\n".join(sorted(f"{one.name}=={one.version}" for one in distributions())).encode()
