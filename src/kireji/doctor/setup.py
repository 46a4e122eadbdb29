"""Looks at what the first command installs into this folder."""

import importlib.metadata
import importlib.util
from collections.abc import Iterator

from kireji.doctor.finding import Finding, good, odd

# what it is for -> the distribution whose version tells most in a report of a fault
PACKAGES = {
    "hub": "jupyterhub",
    "gradebook": "nbgrader",
    "student's pages": "jupyterlab",
    "tensors": "torch",
}


def is_done() -> bool:
    """Whether the Python that runs this has what grading needs."""
    return importlib.util.find_spec("nbgrader") is not None


def examine() -> Iterator[Finding]:
    """Findings on the packages of the Python that runs this."""
    if not is_done():
        yield odd("set-up", "this folder is not set up yet", "./kireji setup (about 2 GB)")
        return
    found = []
    for package in PACKAGES.values():
        try:
            found.append(f"{package} {importlib.metadata.version(package)}")
        except importlib.metadata.PackageNotFoundError:  # an image has what its service needs
            continue
    yield good("packages", ", ".join(found))
