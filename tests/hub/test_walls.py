"""What one person can reach: a student's server sees that student's things, and the course service is for instructors."""

import json
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
import requests
import websocket

from kireji.hub import spawner
from kireji.hub.homes import shown
from tests.live_course import LiveCourse

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]

SERVICE = "/services/kireji"
PROBE = """
import glob, json, os, pathlib, sys
from torch import zeros
import attention_lab

def readable(path):
    try:
        return sorted(os.listdir(path)) if os.path.isdir(path) else pathlib.Path(path).read_bytes()[:20].hex()
    except OSError as error:
        return type(error).__name__

root = sys.argv[1]
seen = {"user": os.environ["USER"], "home": os.path.expanduser("~"), "data": os.environ["ATTENTION_LAB_DATA"]}
for name in sys.argv[2:]:
    seen[name] = readable(os.path.join(root, name))
seen["processes"] = [pathlib.Path(path).read_bytes().decode() for path in glob.glob("/proc/[0-9]*/cmdline")]
seen["environments"] = [pathlib.Path(path).read_bytes().decode() for path in glob.glob("/proc/[0-9]*/environ")]
for name in ("var/exchange/kireji/outbound/x", "lab/x", "hub_config/student_server/x", "/usr/x", "/home/alice/x"):
    try:
        pathlib.Path(root, name).write_text("x")
        seen["write " + name] = True
    except OSError:
        seen["write " + name] = False
pathlib.Path("~/seen.json").expanduser().write_text(json.dumps(seen))
"""
HIDDEN = ["source", "graders", "gradebook.db", "release", "nbgrader_config.py", "src", "submitted", "autograded", "feedback",
          "var/secret", "var/hub", "var/homes", "var/data/held_out", "var/data/downloads", ".git", "/etc/shadow"]


@pytest.fixture(scope="session")
def alice(running: LiveCourse, instructor: requests.Session) -> Iterator[requests.Session]:
    """Alice, with her server open, in a course where there is a gradebook and another student."""
    instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").raise_for_status()
    assert (running.root / "gradebook.db").exists()
    (running.root / "var" / "homes" / "bob").mkdir(parents=True, exist_ok=True)
    with running.open_server("alice") as session:
        yield session


@pytest.fixture(scope="session")
def seen(running: LiveCourse, alice: requests.Session) -> dict:
    """What a program sees that Alice runs in a terminal of her server."""
    home = running.root / "var" / "homes" / "alice"
    (home / "probe.py").write_text(PROBE)
    url = f"{running.address}/user/alice"
    terminal = alice.post(f"{url}/api/terminals", headers={"X-XSRFToken": xsrf(alice, "/user/alice/")}).json()["name"]
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in alice.cookies)
    socket = websocket.create_connection(f"{url.replace('http', 'ws')}/terminals/websocket/{terminal}", cookie=cookies,
                                         origin=running.address)
    socket.send(json.dumps(["stdin", f"python probe.py {running.root} {' '.join(HIDDEN)}\r"]))
    deadline = time.monotonic() + 60
    while not (home / "seen.json").exists() or not (home / "seen.json").read_text():
        assert time.monotonic() < deadline, socket.recv()
        time.sleep(0.2)
    socket.close()
    return json.loads((home / "seen.json").read_text())


def xsrf(session: requests.Session, path: str) -> str:
    return next(cookie.value for cookie in session.cookies if cookie.name == "_xsrf" and cookie.path == path)


def test_a_terminal_is_the_students_own(seen: dict, running: LiveCourse) -> None:
    assert (seen["user"], seen["home"]) == ("alice", "/home/alice")
    assert seen["data"] == str(running.root / "var" / "data" / "lab")
    assert seen["write /home/alice/x"]


@pytest.mark.parametrize("name", HIDDEN)
def test_a_student_cannot_read(seen: dict, name: str) -> None:
    assert seen[name] == "FileNotFoundError"


def test_a_student_can_write_nowhere_else(seen: dict) -> None:
    assert not any(seen[name] for name in seen if name.startswith("write ") and name != "write /home/alice/x")


def test_a_student_sees_only_their_own_processes(seen: dict, running: LiveCourse) -> None:
    assert not any("jupyterhub --config" in command or "configurable-http-proxy" in command for command in seen["processes"])
    for other in ("instructor", "bob"):
        assert not any(running.password(other) in text for text in seen["environments"])
    assert not any("CONFIGPROXY_AUTH_TOKEN" in text for text in seen["environments"])


def test_no_token_is_on_a_command_line(running: LiveCourse, alice: requests.Session) -> None:
    processes = [process for process in running.processes() if process.status() != psutil.STATUS_ZOMBIE]
    tokens = {process.environ().get("JUPYTERHUB_API_TOKEN", "") for process in processes} - {""}
    assert len(tokens) >= 2     # the course service's and hers
    commands = [" ".join(process.cmdline()) for process in processes]
    assert not [command for command in commands for token in tokens if token in command]


def test_the_home_shows_the_lessons_and_the_welcome_page(running: LiveCourse, alice: requests.Session) -> None:
    contents = alice.get(f"{running.address}/user/alice/api/contents/").json()["content"]
    assert {"welcome.md", *shown()} <= {entry["name"] for entry in contents}


@pytest.mark.parametrize("page", ["/formgrader", "/formgrader/manage_assignments", "/api/contents/graders",
                                  "/api/contents/source", "/files/gradebook.db", "/lab", "/formgrader/api/assignments"])
def test_a_student_is_refused_by_the_course_service(running: LiveCourse, alice: requests.Session, page: str) -> None:
    alice.get(f"{running.address}{SERVICE}/formgrader/manage_assignments")     # the way through OAuth, as a browser goes it
    assert alice.get(f"{running.address}{SERVICE}{page}").status_code == 403


def test_a_student_is_refused_by_another_students_server(running: LiveCourse, alice: requests.Session) -> None:
    with running.open_server("bob"):
        refused = alice.get(f"{running.address}/user/bob/lab")
        assert refused.status_code == 403 or "/user/bob/" not in refused.url
        assert alice.get(f"{running.address}/user/bob/api/contents/").status_code == 403


@pytest.fixture(scope="session")
def instructor(running: LiveCourse) -> Iterator[requests.Session]:
    """The instructor, let into the course service."""
    with running.log_in("instructor") as session:
        session.get(f"{running.address}{SERVICE}/formgrader/manage_assignments").raise_for_status()
        yield session


def test_the_instructor_lands_in_the_formgrader(running: LiveCourse, instructor: requests.Session) -> None:
    page = instructor.get(f"{running.address}/hub/")
    assert page.ok and page.url.endswith(f"{SERVICE}/formgrader/manage_assignments")
    assert instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").json()[0]["name"]


def test_the_formgrader_takes_no_other_folder(running: LiveCourse, instructor: requests.Session) -> None:
    trap = running.root / "var" / "homes" / "alice" / "nbgrader_config.py"
    trap.parent.mkdir(parents=True, exist_ok=True)
    trap.write_text(f"open({str(running.root / 'sprung')!r}, 'w')")
    answer = instructor.get(f"{running.address}{SERVICE}/formgrader", params={"path": str(trap.parent)})
    assert answer.status_code == 403
    assert not (running.root / "sprung").exists()


@pytest.mark.parametrize("what", ["kernels", "sessions", "terminals"])
def test_the_course_service_runs_no_code(running: LiveCourse, instructor: requests.Session, what: str) -> None:
    answer = instructor.post(f"{running.address}{SERVICE}/api/{what}", json={"name": "python3"},
                             headers={"X-XSRFToken": xsrf(instructor, f"{SERVICE}/")})
    assert answer.status_code == 403
    assert "runs no code" in answer.text


def test_the_wall_has_no_opening_to_what_is_hidden(tmp_path: Path) -> None:
    sources = [mount.source for mount in spawner.person_mounts("alice", tmp_path)]
    root = spawner.HOMES.parents[1]
    assert root not in sources and root / "var" not in sources
    writable = [mount.target for mount in spawner.person_mounts("alice", tmp_path) if mount.writable]
    assert writable == ["/home/alice", str(spawner.EXCHANGE / "kireji" / "inbound")]
    exchange = [mount.source.relative_to(spawner.EXCHANGE / "kireji") for mount in spawner.exchange_mounts("alice")]
    assert [str(path) for path in exchange] == ["outbound", "inbound/alice", "feedback/alice"]
