"""The wheel works where there is no checkout."""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
import tempfile
import time
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from kireji.commands import page
from kireji.course.layout import COURSE_ID, Course
from kireji.hub.embedded.lifecycle import free_ports
from kireji.hub.homes import FOR_STUDENTS
from tests.support.clone import COURSE, ROOT
from tests.support.git_files import tree
from tests.support.toy_checkout import make_toy_course

BARE = {"PATH": "/usr/bin:/bin", "HOME": "/tmp", "LANG": "C.UTF-8", "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module")
def wheel(tmp_path_factory) -> Path:
    """The wheel of this clone, built from a copy: a build leaves files behind."""
    folder = tmp_path_factory.mktemp("wheel")
    copy = folder / "kireji"
    for path in tree():
        target = copy / path.relative_to(ROOT)
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(path, target)
    (copy / "hub_config" / "compose" / "roster" / "roster.csv").write_text("name,role\n")
    pip = [sys.executable, "-P", "-m", "pip", "wheel", "--no-deps", "--no-build-isolation"]
    subprocess.run([*pip, "--no-index", "--wheel-dir", folder, copy], check=True)
    return next(folder.glob("*.whl"))


@pytest.fixture(scope="module")
def environment(wheel) -> Iterator[Path]:
    """A fresh environment with the wheel. Its libraries are hard links to this one's files: a
    sandbox sees its own environment and no other."""
    with tempfile.TemporaryDirectory(dir=COURSE.var, prefix="wheel-") as folder:
        own = Path(folder) / "venv"
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", own], check=True)
        for part in (Path(sysconfig.get_path("purelib")).relative_to(sys.prefix), "share", "etc"):
            if (Path(sys.prefix) / part).is_dir():
                shutil.copytree(
                    Path(sys.prefix) / part,
                    own / part,
                    copy_function=os.link,
                    symlinks=True,
                    dirs_exist_ok=True,
                    ignore=shutil.ignore_patterns("*kireji*", "*attention_lab*"),
                )
        alembic = (Path(sys.prefix) / "bin" / "alembic").read_text()
        (own / "bin" / "alembic").write_text(alembic.replace(sys.prefix, str(own)))
        (own / "bin" / "alembic").chmod(0o755)
        pip = [sys.executable, "-P", "-m", "pip", "--python", own / "bin" / "python", "install"]
        subprocess.run([*pip, "--no-deps", "--no-index", wheel], check=True)
        yield own


@pytest.fixture(scope="module")
def course(tmp_path_factory) -> Course:
    """A small course, far from any clone."""
    root = tmp_path_factory.mktemp("elsewhere") / "course"
    make_toy_course(root)
    return Course(root)


def run(environment: Path, *words: str | Path) -> subprocess.CompletedProcess[str]:
    """Run the installed command to its end, in a folder that is nothing."""
    return subprocess.run(
        [environment / "bin" / "kireji", *words],
        cwd=environment,
        env=BARE,
        capture_output=True,
        text=True,
    )


def test_the_wheel_has_every_file_of_the_source(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    source = {
        path.relative_to(ROOT / "src").as_posix()
        for path in (ROOT / "src" / "kireji").rglob("*")
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


def test_the_wheel_has_what_a_clone_has_outside_src(wheel):
    names = set(zipfile.ZipFile(wheel).namelist())
    assert {f"kireji/installed/docs/{name}" for name in FOR_STUDENTS if "." in name} <= names
    assert {
        "kireji/installed/nbgrader_config.py",
        "kireji/installed/hub_config/jupyterhub_config.py",
        "kireji/installed/hub_config/student_server/nbgrader_config.py",
        "kireji/installed/code/basic_attention.py",
        "attention_lab/small/translator.safetensors",
    } <= names


def test_the_wheel_has_no_page_and_no_person_that_students_must_not_see(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    docs = {name.removeprefix("kireji/installed/docs/") for name in names if "/docs/" in name}
    assert all(name.startswith(FOR_STUDENTS) for name in docs)
    assert not [name for name in names if name.endswith((".csv", ".pem", ".env"))]


def test_without_a_course_it_says_how_to_name_one(environment):
    ran = run(environment, "judge", "toy", environment)
    assert (ran.returncode, ran.stdout) == (1, "")
    assert "kireji --course DIR" in ran.stderr and len(ran.stderr.splitlines()) == 1


@pytest.mark.needs("bubblewrap")
@pytest.mark.timeout(900)  # a kernel that imports torch, on a machine that may be busy
def test_it_judges_for_a_course_outside_any_clone(environment, course, tmp_path):
    shutil.copy(course.source / "toy" / "toy.ipynb", tmp_path)
    ran = run(environment, "--course", course.root, "judge", "toy", tmp_path, "--json")
    assert ran.returncode == 0, ran.stderr
    report = json.loads(ran.stdout)
    assert report["assignment"] == "toy" and report["score"] == report["max_score"] > 0
    assert course.gradebook.exists() and (course.release / "toy" / "toy.ipynb").exists()


@pytest.mark.timeout(900)
def test_its_hub_answers_and_ends(environment, course):
    port = free_ports(1)[0]
    command = [environment / "bin" / "kireji", "--course", course.root, "up", "--port", str(port)]
    with (course.root / "up.log").open("w+") as said:
        up = subprocess.Popen(command, cwd=environment, env=BARE, stdout=said, stderr=said)
        try:
            while "Ready after" not in (course.root / "up.log").read_text():
                assert up.poll() is None, (course.root / "up.log").read_text()
                time.sleep(0.2)
            assert requests.get(f"http://127.0.0.1:{port}/hub/login").status_code == 200
        finally:
            up.send_signal(signal.SIGINT)
            status = up.wait(60)
    assert status == 0 and "Stopped." in (course.root / "up.log").read_text()
    assert (course.exchange / COURSE_ID / "outbound").is_dir()
