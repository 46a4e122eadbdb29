"""The wheel works where there is no checkout."""

import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

from kireji import paths
from kireji.commands import page


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this checkout, built from a copy: a build leaves files behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "kireji"
    copy.mkdir()
    for entry in ("pyproject.toml", "README.md", "LICENSE"):
        (copy / entry).write_bytes((paths.ROOT / entry).read_bytes())
    for path in (paths.ROOT / "src").rglob("*"):
        skipped = {"__pycache__", "node_modules"}.intersection(path.parts)
        if path.is_file() and not skipped and "egg-info" not in str(path):
            target = copy / path.relative_to(paths.ROOT)
            target.parent.mkdir(parents=True, exist_ok=True)
            target.write_bytes(path.read_bytes())
    pip = [sys.executable, "-P", "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--no-index", "--wheel-dir", folder, copy], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel, tmp_path_factory) -> Path:
    """A fresh environment with the wheel; what it depends on is read from this one's."""
    folder = tmp_path_factory.mktemp("environment") / "venv"
    subprocess.run([sys.executable, "-m", "venv", "--without-pip", folder], check=True)
    python = folder / "bin" / "python"
    pip = [sys.executable, "-P", "-m", "pip", "--python", python, "install"]
    subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
    site = next((folder / "lib").glob("python3*/site-packages"))
    # the path alone: a .pth file in it, such as that of the editable checkout, is not read
    (site / "shared.pth").write_text(sysconfig.get_path("purelib") + "\n")
    return folder


def test_the_wheel_has_every_file_of_the_source(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    source = {
        path.relative_to(paths.ROOT / "src").as_posix()
        for path in (paths.ROOT / "src" / "kireji").rglob("*")
        if path.is_file() and path.suffix != ".pyc"
    }
    assert source - names == set()


def test_the_wheel_names_its_licence(wheel):
    with zipfile.ZipFile(wheel) as archive:
        metadata = next(n for n in archive.namelist() if n.endswith("/METADATA"))
        assert "License-Expression: BSD-3-Clause" in archive.read(metadata).decode()


def test_the_installed_command_shows_its_help(environment, tmp_path):
    ran = subprocess.run(
        [environment / "bin" / "kireji", "--help"], cwd=tmp_path, capture_output=True, text=True
    )
    assert (ran.returncode, ran.stdout) == (0, page()), ran.stderr


def test_the_installed_package_is_the_wheels(environment, tmp_path):
    ran = subprocess.run(
        [environment / "bin" / "python", "-c", "import kireji; print(kireji.__file__)"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
    )
    assert ran.stdout.startswith(str(environment)), ran.stderr
