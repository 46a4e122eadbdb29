"""The course service and the hub as a student sees them: closed; and what the course service
refuses even to instructors."""

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest
import requests

from kireji.hub.embedded.lifecycle import free_ports
from tests.support.live_course import LiveCourse
from tests.support.running_course import SERVICE, xsrf

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]


@pytest.mark.parametrize(
    "page",
    [
        "/formgrader",
        "/formgrader/manage_assignments",
        "/api/contents/graders",
        "/api/contents/source",
        "/files/gradebook.db",
        "/lab",
        "/formgrader/api/assignments",
    ],
)
def test_a_student_is_refused_by_the_course_service(
    running: LiveCourse, alice: requests.Session, page: str
) -> None:
    # the way through OAuth, as a browser goes it
    alice.get(f"{running.address}{SERVICE}/formgrader/manage_assignments")
    assert alice.get(f"{running.address}{SERVICE}{page}").status_code == 403


@pytest.mark.parametrize(
    "page", ["lab", "api/contents/", "api/kernels", "terminals/websocket/1", "files/welcome.md"]
)
def test_a_student_is_refused_by_another_students_server(
    running: LiveCourse, alice: requests.Session, bob: requests.Session, page: str
) -> None:
    assert bob.get(f"{running.address}/user/bob/api/contents/").ok
    refused = alice.get(f"{running.address}/user/bob/{page}")
    assert refused.status_code == 403 or "/user/bob/" not in refused.url.partition("?")[0]


def test_a_wrong_password_is_answered_with_a_wait_on_the_log_in_page(running: LiveCourse) -> None:
    """Also for the right one, whatever address the request says it comes from."""
    statuses = []
    for number in range(8):
        with requests.Session() as session:
            session.headers.update(
                {"X-Forwarded-For": f"192.0.2.{number}", "X-Real-Ip": f"192.0.2.{number}"}
            )
            session.get(f"{running.address}/hub/login")
            answer = session.post(
                f"{running.address}/hub/login",
                data={
                    "username": "mallory",
                    "password": "guess",
                    "_xsrf": session.cookies["_xsrf"],
                },
            )
            statuses.append(answer.status_code)
    assert statuses == [403] * 5 + [429] * 3
    assert "Too many wrong passwords. Wait" in answer.text and "Traceback" not in answer.text
    assert int(answer.headers["Retry-After"]) >= 1
    assert running.can_log_in("bob")


HUB = [
    ("GET", "/hub/api/users"),
    ("GET", "/hub/api/users/bob"),
    ("POST", "/hub/api/users/bob/server"),
    ("DELETE", "/hub/api/users/bob/server"),
    ("POST", "/hub/api/users/bob/tokens"),
    ("POST", "/hub/api/users/mallory"),
    ("POST", "/hub/api/groups/formgrade-kireji/users"),
    ("GET", "/hub/api/services/kireji"),
    ("GET", "/hub/api/proxy"),
    ("POST", "/hub/api/shutdown"),
    ("GET", "/hub/admin"),
    ("GET", "/hub/spawn/bob"),
    ("POST", "/hub/spawn/bob"),
]


@pytest.mark.parametrize("who", ["alice", "instructor"])
def test_nobody_administers_the_hub_from_a_browser(
    running: LiveCourse, who: str, request: pytest.FixtureRequest
) -> None:
    session = request.getfixturevalue(who)
    assert session.get(f"{running.address}/hub/home").ok
    token = {"X-XSRFToken": xsrf(session, "/hub/")}
    statuses = {
        f"{method} {page}": session.request(
            method, running.address + page, headers=token, json={}
        ).status_code
        for method, page in HUB
    }
    assert set(statuses.values()) <= {403, 404}, statuses


@pytest.mark.parametrize(
    ("token", "effect"),
    [(False, False), (True, True)],
    ids=["from another site", "from its own page"],
)
def test_a_request_from_another_site_has_no_effect(
    running: LiveCourse, instructor: requests.Session, token: bool, effect: bool
) -> None:
    """The browser sends the instructor's cookies with any page's request; the token only a page of
    ours can read."""
    name = f"forged-{token}"
    headers = {"X-XSRFToken": xsrf(instructor, f"{SERVICE}/")} if token else {}
    answer = instructor.put(
        f"{running.address}{SERVICE}/formgrader/api/assignment/{name}", json={}, headers=headers
    )
    assert answer.ok == effect
    names = {
        entry["name"]
        for entry in instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").json()
    }
    assert (name in names) == effect


def trap(folder: Path) -> Path:
    """A folder with a configuration file that leaves a mark when somebody runs it; returns the
    mark."""
    folder.mkdir(parents=True, exist_ok=True)
    mark = folder / "sprung"
    (folder / "nbgrader_config.py").write_text(f"open({str(mark)!r}, 'w')")
    return mark


def test_nbgraders_own_formgrader_runs_a_folders_configuration(tmp_path: Path) -> None:
    """The attack works where the wall is taken away."""
    mark = trap(tmp_path / "home" / "trap")
    (port,) = free_ports(1)
    environment = {
        "PATH": os.environ["PATH"],
        "HOME": str(tmp_path / "home"),
        "JUPYTER_CONFIG_PATH": str(tmp_path),
    }
    command = [
        sys.executable,
        "-P",
        "-m",
        "jupyter_server",
        "--allow-root",
        f"--port={port}",
        "--IdentityProvider.token=t",
        "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
    ]
    with open(tmp_path / "log", "w") as log:
        server = subprocess.Popen(
            command, cwd=tmp_path / "home", env=environment, stdout=log, stderr=log
        )
    try:
        session, deadline = requests.Session(), time.monotonic() + 120
        while not mark.exists() and time.monotonic() < deadline and server.poll() is None:
            try:
                session.get(
                    f"http://127.0.0.1:{port}/formgrader",
                    params={"path": "trap", "token": "t"},
                    timeout=60,
                )
            except requests.ConnectionError:
                time.sleep(0.3)
    finally:
        server.kill()
        server.wait()
    assert mark.exists(), (tmp_path / "log").read_text()


@pytest.mark.parametrize("page", ["/formgrader", "/formgrader/"])
def test_the_formgrader_takes_no_other_folder(
    running: LiveCourse, instructor: requests.Session, page: str
) -> None:
    mark = trap(running.root / "var" / "homes" / "alice" / "trap")
    for path in (mark.parent, mark.parent.relative_to(running.root)):
        answer = instructor.get(f"{running.address}{SERVICE}{page}", params={"path": str(path)})
        assert answer.status_code == 403 and "one course folder" in answer.text
    instructor.get(
        f"{running.address}{SERVICE}/formgrader/manage_assignments",
        params={"path": str(mark.parent)},
    )
    assert not mark.exists()


@pytest.mark.parametrize("what", ["kernels", "sessions", "terminals"])
def test_the_course_service_runs_no_code(
    running: LiveCourse, instructor: requests.Session, what: str
) -> None:
    answer = instructor.post(
        f"{running.address}{SERVICE}/api/{what}",
        json={"name": "python3"},
        headers={"X-XSRFToken": xsrf(instructor, f"{SERVICE}/")},
    )
    assert answer.status_code == 403
    assert "runs no code" in answer.text


@pytest.mark.parametrize(
    "file", ["var/secret", "var/hub/accounts.json", "gradebook.db", "nbgrader_config.py", "graders"]
)
@pytest.mark.parametrize("page", ["api/contents", "files", "view", "tree", "nbconvert/html"])
def test_files_that_no_page_needs_are_not_served_to_instructors(
    running: LiveCourse, instructor: requests.Session, page: str, file: str
) -> None:
    """So a page that borrows an instructor's browser finds nothing there either."""
    assert (running.root / file).exists()
    answer = instructor.get(f"{running.address}{SERVICE}/{page}/{file}", timeout=60)
    name = (running.root / file).name
    assert answer.status_code in (403, 404) or (page == "tree" and "/lab" in answer.url), name
    if (running.root / file).is_file():
        assert (running.root / file).read_bytes() not in answer.content
