"""A student's terminal in JupyterLab as the attacker: other people's things, the course's things,
the network."""

import json
import os
import re
import socket
import threading
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
import requests

from kireji.hub.embedded import spawner
from kireji.hub.embedded.lifecycle import free_ports
from tests.support.clone import COURSE
from tests.support.live_course import LiveCourse
from tests.support.running_course import Terminal, outside

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]

OPEN = """
import glob, json, os, pathlib, sys

def opened(path):
    try:
        return os.listdir(path) if os.path.isdir(path) else pathlib.Path(path).read_bytes()[:20].hex()
    except OSError:
        return None

root, *names, found = sys.argv[1:]
seen = {name: opened(os.path.join(root, name)) is not None for name in names}
def processes(what):
    return [text for text in map(opened_text, glob.glob(f"/proc/[0-9]*/{what}")) if text]
def opened_text(path):
    try:
        return pathlib.Path(path).read_bytes().decode(errors="replace")
    except OSError:
        return ""
pathlib.Path(found).write_text(json.dumps(
    {"seen": seen, "commands": processes("cmdline"), "environments": processes("environ")}))
"""
HIDDEN = [
    "source",
    "graders",
    "gradebook.db",
    "release",
    "nbgrader_config.py",
    "src",
    "submitted/bob/tiny",
    "autograded",
    "feedback",
    ".git",
    "var/secret",
    "var/hub",
    "var/hub/jupyterhub.sqlite",
    "var/hub/cookie_secret",
    "var/hub/accounts.json",
    "var/homes",
    "var/homes/bob/diary.txt",
    "var/data/held_out",
    "var/data/downloads",
    "var/exchange/kireji/inbound/bob",
    "var/exchange/kireji/feedback/bob",
    "/etc/shadow",
]

WRITE = """
import json, pathlib, sys
root, *names, found = sys.argv[1:]
written = {}
for name in names:
    try:
        pathlib.Path(root, name).write_text("x")
        written[name] = True
    except OSError:
        written[name] = False
pathlib.Path(found).write_text(json.dumps(written))
"""
READ_ONLY = [
    "var/exchange/kireji/outbound/tiny/x",
    "var/exchange/kireji/feedback/x",
    "lab/attention_lab/x",
    "hub_config/student_server/x",
    "source/x",
    "graders/x",
    "var/homes/bob/x",
    "var/hub/x",
    "var/exchange/kireji/inbound/bob/x",
]

REACH = """
import json, pathlib, socket, sys
places, found = json.loads(sys.argv[1]), sys.argv[2]
reached = {}
for name, (family, kind, address) in places.items():
    address = "\\0" + address[1:] if isinstance(address, str) and address.startswith("@") else address
    with socket.socket(getattr(socket, family), getattr(socket, kind)) as client:
        client.settimeout(5)
        try:
            client.connect(tuple(address) if isinstance(address, list) else address)
            client.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            reached[name] = bool(client.recv(1))
        except OSError:
            reached[name] = False
pathlib.Path(found).write_text(json.dumps(reached))
"""


@pytest.fixture(scope="module")
def furnished(running: LiveCourse, bob: requests.Session) -> LiveCourse:
    """The course with something in every place that an attacker looks for."""
    for name in (
        "submitted/bob/tiny",
        "autograded",
        "feedback",
        ".git",
        "var/exchange/kireji/feedback/bob",
    ):
        (running.root / name).mkdir(parents=True, exist_ok=True)
    (running.root / "var" / "homes" / "bob" / "diary.txt").write_text("private")
    return running


@pytest.fixture(scope="module")
def seen(furnished: LiveCourse, terminal: Terminal) -> dict:
    """What a program finds that Alice runs in her terminal."""
    return terminal.run(OPEN, furnished.root, *HIDDEN)


@pytest.fixture(scope="module")
def unwalled(furnished: LiveCourse, tmp_path_factory: pytest.TempPathFactory) -> dict:
    """What the same program finds without the wall."""
    return outside(OPEN, tmp_path_factory.mktemp("outside"), furnished.root, *HIDDEN)


@pytest.mark.parametrize("name", HIDDEN)
def test_a_student_cannot_read(seen: dict, unwalled: dict, name: str) -> None:
    if name == "/etc/shadow" and os.geteuid() != 0:
        pytest.skip("only root could read it without the wall")
    assert unwalled["seen"][name]
    assert not seen["seen"][name]


def test_a_student_sees_only_their_own_processes(
    seen: dict, unwalled: dict, running: LiveCourse
) -> None:
    assert any(
        "jupyterhub" in command and "--config" in command for command in unwalled["commands"]
    )
    assert any("CONFIGPROXY_AUTH_TOKEN" in text for text in unwalled["environments"])
    assert not any(
        "--config" in command or "configurable-http-proxy" in command
        for command in seen["commands"]
    )
    assert not any("user/bob" in command for command in seen["commands"])
    assert not any("CONFIGPROXY_AUTH_TOKEN" in text for text in seen["environments"])


def test_the_only_token_a_student_sees_is_their_own(
    seen: dict, unwalled: dict, running: LiveCourse
) -> None:
    def tokens(texts: list[str]) -> set[str]:
        return set(re.findall(r"JUPYTERHUB_API_TOKEN=([^\0]+)", "\0".join(texts)))

    (own,) = tokens(seen["environments"])
    # Without the wall: the course service's too. Bob's server starts with an empty environment,
    # from inside its own wall.
    assert len(tokens(unwalled["environments"]) - {own}) >= 1
    assert not any(
        token in command
        for token in tokens(unwalled["environments"])
        for command in unwalled["commands"]
    )
    for name in ("alice", "bob", "instructor"):
        assert not any(running.password(name) in text for text in seen["environments"])


def test_a_student_can_write_nowhere_else(
    furnished: LiveCourse, terminal: Terminal, tmp_path: Path
) -> None:
    assert all(outside(WRITE, tmp_path, furnished.root, *READ_ONLY).values())
    assert not any(terminal.run(WRITE, furnished.root, *READ_ONLY).values())
    own = ["/home/alice/x", str(furnished.root / "var/exchange/kireji/inbound/x"), "/tmp/x"]
    assert all(terminal.run(WRITE, "/", *own).values())  # and it is not that nothing can be written


@pytest.fixture(scope="module")
def listeners(furnished: LiveCourse, tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict]:
    """What listens on this machine: the course's own ports, and some that the test opens; they
    answer any caller."""
    folder = tmp_path_factory.mktemp("l")
    path, name = str(folder / "s"), f"kireji-{os.getpid()}"
    (port,) = free_ports(1)
    places = {
        "TCP": ("AF_INET", "SOCK_STREAM", ["127.0.0.1", port]),
        "UDP": ("AF_INET", "SOCK_DGRAM", ["127.0.0.1", port]),
        "a unix socket": ("AF_UNIX", "SOCK_STREAM", path),
        "an abstract unix socket": ("AF_UNIX", "SOCK_STREAM", f"@{name}"),
    }
    with ExitStack() as stack:
        for family, kind, address in places.values():
            listener = stack.enter_context(
                socket.socket(getattr(socket, family), getattr(socket, kind))
            )
            listener.bind(
                tuple(address) if isinstance(address, list) else address.replace("@", "\0")
            )
            threading.Thread(target=answer, args=[listener], daemon=True).start()
        for process in furnished.processes():
            for connection in process.net_connections(kind="tcp"):
                if connection.status == "LISTEN":
                    number = connection.laddr.port
                    places[f"port {number} of {process.name()}"] = (
                        "AF_INET",
                        "SOCK_STREAM",
                        ["127.0.0.1", number],
                    )
        yield places


def answer(listener: socket.socket) -> None:
    """Say something to everybody until the listener is closed."""
    try:
        if listener.type == socket.SOCK_DGRAM:
            while True:
                listener.sendto(b"x", listener.recvfrom(100)[1])
        listener.listen()
        while True:
            with listener.accept()[0] as connection:
                connection.recv(100)
                connection.sendall(b"x")
    except OSError:
        return


def test_a_student_reaches_nothing_that_listens_here(
    listeners: dict, terminal: Terminal, tmp_path: Path
) -> None:
    reached = outside(REACH, tmp_path, json.dumps(listeners))
    # hub, proxy (2), course service, two servers
    assert len(listeners) >= 4 + 6 and all(reached.values()), reached
    own = terminal.type(
        'python -c \'import os; print(os.environ["JUPYTERHUB_API_URL"], "DO"+"NE")\'', "DONE"
    )
    (hub,) = re.findall(r"http://127.0.0.1:(\d+)/hub/api", own)
    mine = str(terminal_port(terminal))
    behind = {
        name: found
        for name, found in terminal.run(REACH, json.dumps(listeners)).items()
        if f"port {hub} " not in name and f"port {mine} " not in name
    }
    assert len(behind) == len(listeners) - 2 and not any(behind.values()), behind


def terminal_port(terminal: Terminal) -> int:
    """The port of Alice's own server, which is the same inside and outside."""
    said = terminal.type("echo url=$JUPYTERHUB_SERVICE_URL DO''NE", "DONE")
    return int(re.findall(r"url=http://127.0.0.1:(\d+)/", said)[0])


ASK = """
import json, os, pathlib, sys, urllib.error, urllib.request
questions, found = json.loads(sys.argv[1]), sys.argv[2]
api, token = os.environ["JUPYTERHUB_API_URL"], os.environ["JUPYTERHUB_API_TOKEN"]
answers = {}
for method, path in questions:
    request = urllib.request.Request(api + path, method=method, headers={"Authorization": f"token {token}"},
                                     data=b"{}" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request) as answer:
            answers[f"{method} {path}"] = [answer.status, answer.read().decode()]
    except urllib.error.HTTPError as error:
        answers[f"{method} {path}"] = [error.code, ""]
pathlib.Path(found).write_text(json.dumps(answers))
"""
REFUSED = [
    ("GET", "/users"),
    ("GET", "/users/bob"),
    ("POST", "/users/bob/server"),
    ("DELETE", "/users/bob/server"),
    ("POST", "/users/bob/tokens"),
    ("POST", "/users/alice/tokens"),
    ("POST", "/users/mallory"),
    ("DELETE", "/users/bob"),
    ("GET", "/groups"),
    ("POST", "/groups/formgrade-kireji/users"),
    ("GET", "/services"),
    ("GET", "/services/kireji"),
    ("GET", "/proxy"),
    ("POST", "/proxy"),
    ("POST", "/shutdown"),
    ("GET", "/info"),
    ("GET", "/../login"),
    ("GET", "/../../services/kireji/formgrader"),
    ("GET", "/../../user/bob/api"),
]


def test_the_hub_answers_a_servers_token_about_its_owner_only(
    terminal: Terminal, bob: requests.Session
) -> None:
    answers = terminal.run(ASK, json.dumps([("GET", "/user"), *REFUSED]))
    status, said = answers.pop("GET /user")
    assert status == 200 and json.loads(said)["name"] == "alice"
    assert {status for status, _ in answers.values()} <= {403, 404, 405}, answers
    assert bob.get(f"{terminal.course.address}/user/bob/api/contents/").ok  # it was not stopped


def test_only_the_hubs_api_is_behind_its_door(terminal: Terminal) -> None:
    """The hub has other pages on the same port: none of them is there."""
    said = terminal.type(
        "for p in /hub/login /hub/home / /user/bob/api; do curl -s -o /dev/null -w '%{http_code} ' "
        "${JUPYTERHUB_API_URL%/hub/api}$p; done; echo DO''NE",
        "DONE",
    )
    assert "404 404 404 404 DONE" in said


def test_the_wall_has_no_opening_to_what_is_hidden(tmp_path: Path) -> None:
    sources = [mount.source for mount in spawner.person_mounts(COURSE, "alice", tmp_path)]
    root = COURSE.root
    assert root not in sources and root / "var" not in sources
    writable = [
        mount.target for mount in spawner.person_mounts(COURSE, "alice", tmp_path) if mount.writable
    ]
    assert writable == ["/home/alice", str(COURSE.exchange / "kireji" / "inbound")]
    exchange = [
        mount.source.relative_to(COURSE.exchange / "kireji")
        for mount in spawner.exchange_mounts(COURSE, "alice")
    ]
    assert [str(path) for path in exchange] == ["outbound", "inbound/alice", "feedback/alice"]
