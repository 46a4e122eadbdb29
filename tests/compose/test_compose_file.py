"""docker-compose.yml as both Composes read it, 1.29 and v2; no engine is needed."""

import os
import re
import subprocess
from pathlib import Path

import pytest
import yaml

from tests.compose.stack import composes
from tests.support.clone import ROOT

pytestmark = pytest.mark.needs("composes")

BYTES = {"b": 1, "k": 2**10, "m": 2**20, "g": 2**30}
SECONDS = {"h": 3600, "m": 60, "s": 1}
SETTINGS = {
    "KIREJI_ADDRESS": "0.0.0.0",
    "KIREJI_PORT": "443",
    "KIREJI_SANDBOXES": "3",
    "KIREJI_SANDBOX_MEMORY": "2g",
    "KIREJI_SANDBOX_CPUS": "1.5",
    "KIREJI_INSTRUCTORS": "dr.kay dr.lee",
    "KIREJI_TLS": "elsewhere",
    "KIREJI_VERSION": "9",
}


@pytest.mark.parametrize("settings", [{}, SETTINGS], ids=["defaults", "settings"])
def test_both_composes_read_the_same(settings: dict[str, str], tmp_path: Path) -> None:
    file = tmp_path / "settings.env"
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    old, new = (read(composes()[age], file) for age in ("old", "new"))
    assert old["services"] == new["services"]
    assert old["networks"] == new["networks"]
    assert old["volumes"] == new["volumes"]
    sandbox = new["services"]["sandbox"]
    # they were read
    assert (sandbox["scale"], sandbox["mem_limit"]) == (
        (3, 2 * 2**30) if settings else (2, 4608 * 2**20)
    )


def test_no_services_log_can_fill_the_disk(tmp_path: Path) -> None:
    (tmp_path / "none.env").touch()
    services = read(composes()["new"], tmp_path / "none.env")["services"]
    ends = {"student"}  # it makes no container
    assert {
        name: service.get("logging", {}).get("options")
        for name, service in services.items()
        if name not in ends
    } == dict.fromkeys(set(services) - ends, {"max-size": "10m", "max-file": "3"})


def read(command: list[str], settings: Path) -> dict:
    """The deployment as one Compose understands it, in words that both can be put into.
    AssertionError if it complains."""
    environment = {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("KIREJI_", "COMPOSE_"))
    }
    done = subprocess.run(
        [
            *command,
            "--project-name",
            "one",
            "--env-file",
            settings,
            "--profile",
            "keeper",
            "config",
        ],
        cwd=ROOT,
        env=environment,
        capture_output=True,
        text=True,
        stdin=subprocess.DEVNULL,
    )
    assert (done.returncode, done.stderr) == (0, "")
    found = yaml.safe_load(done.stdout)
    return {
        "services": {name: plain(service) for name, service in found["services"].items()},
        "volumes": set(found["volumes"]),
        "networks": {
            name: (network or {}).get("internal", False)
            for name, network in found["networks"].items()
        },
    }


def plain(service: dict) -> dict:
    """A service with its short forms spelt out, and sizes and times as numbers."""
    service = dict(service)
    for name in ("mem_limit", "shm_size"):
        if name in service:
            service[name] = size(service[name])
    for name in ("cap_add", "cap_drop", "security_opt", "tmpfs", "depends_on", "networks"):
        if name in service:
            service[name] = sorted(service[name])  # of v2's mappings the keys
    if "healthcheck" in service:
        service["healthcheck"] = {
            name: seconds(value) if name != "test" else value
            for name, value in service["healthcheck"].items()
        }
    if not service.get("userns_mode"):
        service.pop("userns_mode", None)  # of v2 nothing is left
    service["volumes"] = sorted(map(mount, service.get("volumes", [])))
    service["ports"] = sorted(map(port, service.get("ports", [])))
    return service


def mount(given: str | dict) -> tuple[str, str, bool]:
    """Source, target, and whether it may be written to."""
    if isinstance(given, dict):
        return given["source"], given["target"], not given.get("read_only", False)
    source, target, mode = given.split(":")
    return source, target, mode == "rw"


def port(given: str | dict) -> tuple[str, str, int]:
    """The machine's address and port, and the container's."""
    if isinstance(given, dict):
        return given["host_ip"], str(given["published"]), given["target"]
    address, published, target = given.removesuffix("/tcp").split(":")
    return address, published, int(target)


def size(given: str | int) -> int:
    number, unit = re.fullmatch(r"(\d+)([bkmg]?)", str(given)).groups()
    return int(number) * BYTES[unit or "b"]


def seconds(given: str) -> int:
    return sum(int(number) * SECONDS[unit] for number, unit in re.findall(r"(\d+)([hms])", given))
