"""What some tests need beyond Python: skipped with a reason where it is missing, failed where it
must not be.

KIREJI_REQUIRE holds the names, separated by spaces, of what this machine is meant to have: the
build machine sets "browser bubblewrap", so that no test is skipped there unnoticed."""

import importlib.util
import os
import shutil

import pytest

BROWSERS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def require(name: str) -> None:
    """Go on where `name` ("browser", "bubblewrap", "libseccomp", "dask", "docker",
    "linters", "node", "promtool") is to be had;
    else skip the test, or fail it."""
    missing = MISSING[name]()
    if missing and name in os.environ.get("KIREJI_REQUIRE", "").split():
        pytest.fail(f"KIREJI_REQUIRE names {name}, but {missing}", pytrace=False)
    if missing:
        pytest.skip(missing)


def browser() -> str | None:
    """The path of a Chromium that is installed, if one is."""
    return next(filter(None, map(shutil.which, BROWSERS)), None)


def _no_browser() -> str | None:
    return None if browser() else "no Chromium is installed"


def _no_bubblewrap() -> str | None:
    from kireji.sandbox.bwrap_command import find_bwrap  # only tests behind the wall need it

    return None if find_bwrap() else "no bubblewrap works here"


def _no_libseccomp() -> str | None:
    from kireji.sandbox import syscalls

    return None if syscalls.available() else "libseccomp is not installed"


def _no_docker() -> str | None:
    from tests.compose import stack

    return stack.engine_missing()


def _no_composes() -> str | None:
    from tests.compose import stack

    return stack.compose_missing()


def _no_dask() -> str | None:
    return (
        None
        if importlib.util.find_spec("distributed")
        else "Dask is not installed: ./kireji setup --cluster"
    )


def _no_sphinx() -> str | None:
    return None if importlib.util.find_spec("sphinx") else "Sphinx is not installed: ./kireji docs"


def _no_node() -> str | None:
    return None if shutil.which("npm") else "no Node.js with npm is installed"


def _no_promtool() -> str | None:
    return None if shutil.which("promtool") else "Debian's package prometheus is not installed"


def _no_linters() -> str | None:
    from kireji.setup.environment import lint_step

    return None if lint_step().is_done() else "ruff and mypy are not installed: ./kireji lint"


MISSING = {
    "browser": _no_browser,
    "bubblewrap": _no_bubblewrap,
    "libseccomp": _no_libseccomp,
    "dask": _no_dask,
    "linters": _no_linters,
    "docker": _no_docker,
    "composes": _no_composes,
    "sphinx": _no_sphinx,
    "node": _no_node,
    "promtool": _no_promtool,
}
