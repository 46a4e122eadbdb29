"""What comes with Kireji and is the same for every course: the configuration of the hub, pages for
students, lessons, and the library that a student's kernel may import.

In a clone these are folders of the clone; a wheel has them in the package (setup.py). Standard
library only: the launcher needs it before there is an environment.
"""

from pathlib import Path

PACKAGE = Path(__file__).resolve().parent
# The clone that Kireji runs from; None where it was installed as a wheel.
CLONE = PACKAGE.parents[1] if PACKAGE.parent.name == "src" else None

_FILES = CLONE or PACKAGE / "installed"
HUB_CONFIG = _FILES / "hub_config"
NBGRADER_CONFIG = _FILES / "nbgrader_config.py"
DOCS = _FILES / "docs"
LESSONS = _FILES / "code"
LAB = CLONE / "lab" if CLONE else PACKAGE.parent  # the folder that has `attention_lab` in it
