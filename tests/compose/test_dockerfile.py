"""What the images' recipe says, without an engine."""

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from kireji.installation import HUB_CONFIG
from tests.support.clone import ROOT

RECIPE = (HUB_CONFIG / "compose" / "Dockerfile").read_text()


def test_the_images_have_the_torch_that_all_else_was_tested_with():
    locked = re.search(
        r"^torch==([\d.]+)$", (ROOT / "requirements.lock").read_text(), re.MULTILINE
    )[1]
    assert f"ARG TORCH={locked}\n" in RECIPE


def test_every_setting_of_the_deployment_is_listed_with_its_default():
    compose = (ROOT / "docker-compose.yml").read_text()
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose))
    assert len(used) == len(
        re.findall(r"\$\{(\w+)", "\n".join(dict.fromkeys(re.findall(r"\$\{\w+", compose))))
    ), "one has no default, or two"
    listed = dict(
        re.findall(r"^#(KIREJI_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    assert set(listed) == set(used)
    assert {name: value for name, value in used.items() if value} == {
        name: listed[name] for name, value in used.items() if value
    }


def test_git_and_the_images_get_no_settings():
    assert "/.env" in (ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in (ROOT / ".dockerignore").read_text().splitlines()


@pytest.mark.parametrize(
    ("stage", "source", "module"),
    [
        ("sentences", "src/", "kireji.data.step"),
        ("sandbox", "/sandbox/supervisor/", "kireji.sandbox.supervisor.__main__"),
    ],
)
def test_a_stage_that_has_some_of_our_modules_has_all_that_these_import(
    stage: str, source: str, module: str, tmp_path: Path
):
    recipe = re.search(
        rf"^FROM \w+ AS {stage}\n(.*?)(?=^FROM |\Z)", RECIPE, re.MULTILINE | re.DOTALL
    )[1].replace("\\\n", " ")
    for words in re.findall(r"^COPY (src/.*)$", recipe, re.MULTILINE):
        *files, target = words.split()
        if target.removeprefix("./").startswith(source):
            folder = tmp_path / target.removeprefix("./").removeprefix(source)
            for file in files:
                if (ROOT / file).is_dir():
                    shutil.copytree(ROOT / file, folder)
                else:
                    folder.mkdir(parents=True, exist_ok=True)
                    shutil.copy(ROOT / file, folder)
    done = subprocess.run(
        [sys.executable, "-P", "-c", f"import {module}; print({module}.__file__)"],
        env={
            "PYTHONPATH": str(tmp_path),
            "PATH": os.environ["PATH"],
            "KIREJI_COURSE": str(tmp_path),
        },
        capture_output=True,
        text=True,
    )
    assert done.stdout.startswith(str(tmp_path)), done.stderr
