"""JupyterLab's panel is shipped built. The build must be that of its source."""

import filecmp
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.clone import ROOT

SOURCE = ROOT / "src" / "labextension"
SERVER = ROOT / "src" / "kireji" / "exchange" / "student_server"
BUNDLE = SERVER / "labextensions" / "@kireji" / "course"
NOT_SOURCE = shutil.ignore_patterns("node_modules", "lib")


def files(folder: Path) -> list[str]:
    return sorted(
        path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file()
    )


@pytest.mark.needs("node")
@pytest.mark.timeout(900)
def test_the_bundle_is_what_its_source_builds(tmp_path: Path) -> None:
    """Built again from a copy of the source, with the packages that the lock pins."""
    copy = tmp_path / "src" / "labextension"
    shutil.copytree(SOURCE, copy, ignore=NOT_SOURCE)
    environment = os.environ | {"PATH": f"{Path(sys.executable).parent}:{os.environ['PATH']}"}

    def run(*command: str) -> None:
        done = subprocess.run(command, cwd=copy, env=environment, capture_output=True, text=True)
        assert done.returncode == 0, done.stdout + done.stderr

    run("npm", "ci", "--ignore-scripts")
    run("npm", "run", "build")
    built = tmp_path / BUNDLE.relative_to(ROOT)
    assert files(built) == files(BUNDLE), "build it again: docs/howto/work-on-kireji.md"
    different = [
        name
        for name in files(BUNDLE)
        if not filecmp.cmp(built / name, BUNDLE / name, shallow=False)
    ]
    assert different == [], "build it again: docs/howto/work-on-kireji.md"


def test_the_lock_names_no_place_to_download_from() -> None:
    packages = json.loads((SOURCE / "package-lock.json").read_text())["packages"]
    assert [name for name, package in packages.items() if "resolved" in package] == []


def test_the_bundle_asks_no_other_host() -> None:
    """Nothing in it names a place on the internet but in a licence or a comment of a library."""
    for path in BUNDLE.glob("static/*.js"):
        for address in ("https://", "http://"):
            for piece in path.read_text().split(address)[1:]:
                assert piece.startswith(("www.w3.org/", "reactjs.org/", "localhost")), piece[:80]


def test_jupyterlab_lists_it(tmp_path: Path) -> None:
    package = json.loads((BUNDLE / "package.json").read_text())
    assert package["name"] == "@kireji/course"
    assert (BUNDLE / package["jupyterlab"]["_build"]["load"]).is_file()
