"""Looks at Docker: the engine, Compose, and this folder's deployment."""

import json
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from kireji.doctor.finding import Finding, bad, good, odd

OLDEST_ENGINE, OLDEST_COMPOSE = (20, 10), (1, 29)
MAX_WAIT_SECONDS = 20
TARGETS = ("proxy", "hub", "course", "sandbox", "student")


def examine(root: Path) -> Iterator[Finding]:
    """Findings on Docker; none where it is not installed, as the embedded hub does without it."""
    if shutil.which("docker") is None:
        return
    engine = _version(_said("docker", "version", "--format", "{{.Server.Version}}"))
    if engine is None:
        yield odd(
            "Docker engine",
            "it does not answer, or you may not use it; ./kireji up does without it",
            "Start it, and join the group docker; needed for docker compose alone.",
        )
        return
    yield _at_least("Docker engine", engine, OLDEST_ENGINE)
    compose = _compose()
    if compose is None:
        yield odd("Compose", "it is not installed", "Install the package docker-compose.")
        return
    command, version = compose
    yield _at_least("Compose", version, OLDEST_COMPOSE)
    yield from _deployment(root, command)


def _compose() -> tuple[list[str], tuple[int, ...]] | None:
    for command in (["docker", "compose"], ["docker-compose"]):
        if version := _version(_said(*command, "version", "--short")):
            return command, version
    return None


def _deployment(root: Path, compose: list[str]) -> Iterator[Finding]:
    """The state of each service that this folder's deployment has; nothing if it has none."""
    said = _said(*compose, "--project-directory", str(root), "ps", "--all", "--quiet")
    ids = said.split() if said else []
    if not ids:
        return
    for container in json.loads(_said("docker", "inspect", *ids) or "[]"):
        yield _container(container)
    if missing := _missing_images():
        yield bad(
            "images",
            f"missing: {', '.join(missing)}",
            "docker compose build (docker image prune -a removes images that are not running)",
        )


def _container(inspected: dict[str, Any]) -> Finding:
    service = inspected["Config"]["Labels"].get("com.docker.compose.service", "?")
    state = inspected["State"]
    health = state.get("Health", {})
    subject = f"service {service}"
    if not state["Running"]:
        return bad(
            subject,
            f"{state['Status']} with status {state['ExitCode']}",
            f"docker compose up -d {service}; docker compose logs {service}",
        )
    if health.get("Status") == "unhealthy":
        last = (health.get("Log") or [{}])[-1].get("Output", "").strip().splitlines()
        return bad(
            subject,
            f"unhealthy: {last[-1][:160] if last else 'its check says nothing'}",
            f"docker compose logs {service}",
        )
    restarts = inspected.get("RestartCount", 0)
    if restarts > 2:
        return odd(subject, f"running, started {restarts} times", f"docker compose logs {service}")
    return good(subject, health.get("Status", "running"))


def _missing_images() -> list[str]:
    have = set((_said("docker", "image", "ls", "--format", "{{.Repository}}") or "").split())
    return [f"kireji-{target}" for target in TARGETS if f"kireji-{target}" not in have]


def _at_least(subject: str, version: tuple[int, ...], oldest: tuple[int, int]) -> Finding:
    said = ".".join(map(str, version))
    if version[:2] < oldest:
        wanted = ".".join(map(str, oldest))
        return bad(subject, f"{said}; {wanted} is the oldest that works", "Upgrade it.")
    return good(subject, said)


def _version(said: str | None) -> tuple[int, ...] | None:
    found = re.search(r"(\d+)\.(\d+)(?:\.(\d+))?", said or "")
    return tuple(int(part) for part in found.groups() if part) if found else None


def _said(*command: str) -> str | None:
    """What a command prints; None if it fails or does not answer in time."""
    try:
        done = subprocess.run(command, capture_output=True, text=True, timeout=MAX_WAIT_SECONDS)
    except (OSError, subprocess.TimeoutExpired):
        return None
    return done.stdout.strip() if done.returncode == 0 else None
