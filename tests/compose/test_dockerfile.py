"""What the images' recipe says, without an engine."""

import re

from kireji import paths

RECIPE = (paths.HUB_CONFIG / "compose" / "Dockerfile").read_text()


def test_the_images_have_the_torch_that_all_else_was_tested_with():
    locked = re.search(r"^torch==([\d.]+)$", (paths.ROOT / "requirements.lock").read_text(), re.MULTILINE)[1]
    assert f"ARG TORCH={locked}\n" in RECIPE


def test_every_setting_of_the_deployment_is_listed_with_its_default():
    compose = (paths.ROOT / "docker-compose.yml").read_text()
    used = dict(re.findall(r"\$\{(\w+):-([^}]*)\}", compose))
    assert len(used) == len(re.findall(r"\$\{(\w+)", "\n".join(dict.fromkeys(re.findall(r"\$\{\w+", compose))))), "one has no default, or two"
    listed = dict(re.findall(r"^#(KIREJI_\w+)=(.*)$", (paths.ROOT / ".env.example").read_text(), re.MULTILINE))
    assert set(listed) == set(used)
    assert {name: value for name, value in used.items() if value} == {name: listed[name] for name, value in used.items() if value}


def test_git_and_the_images_get_no_settings():
    assert "/.env" in (paths.ROOT / ".gitignore").read_text().splitlines()
    assert ".env" in (paths.ROOT / ".dockerignore").read_text().splitlines()
