"""What people find when they log in: a home of their own, or the formgrader."""

import os
import re

import pytest
import requests

from kireji.hub.homes import FOR_STUDENTS
from tests.support.clone import ROOT
from tests.support.live_course import LiveCourse
from tests.support.running_course import SERVICE, Terminal, xsrf

pytestmark = [pytest.mark.timeout(300), pytest.mark.needs("bubblewrap")]

SELF = """
import json, os, pathlib, sys
from torch import zeros
import attention_lab
seen = [os.environ["USER"], os.path.expanduser("~"), os.environ["ATTENTION_LAB_DATA"]]
pathlib.Path(sys.argv[1]).write_text(json.dumps(seen))
"""


def test_a_terminal_is_the_students_own(terminal: Terminal, running: LiveCourse) -> None:
    assert terminal.run(SELF) == [
        "alice",
        "/home/alice",
        str(running.root / "var" / "data" / "lab"),
    ]


def test_the_home_shows_the_lessons_and_the_welcome_page(
    running: LiveCourse, alice: requests.Session
) -> None:
    contents = alice.get(f"{running.address}/user/alice/api/contents/").json()["content"]
    assert {"welcome.md", "code", "docs"} <= {entry["name"] for entry in contents}


def test_students_are_shown_what_is_for_students(
    running: LiveCourse, alice: requests.Session
) -> None:
    contents = f"{running.address}/user/alice/api/contents/docs"
    shown = {
        entry["path"]
        for folder in ("", "/explanation", "/tutorial")
        for entry in alice.get(contents + folder).json()["content"]
    } - {"docs/explanation", "docs/tutorial"}
    assert shown == {f"docs/{name}" for name in FOR_STUDENTS}
    assert (
        alice.get(
            f"{running.address}/user/alice/files/docs/figures/self_attention_twins.png"
        ).headers["Content-Type"]
        == "image/png"
    )


@pytest.mark.parametrize(
    "page",
    [
        *(f"docs/{name}" for name in FOR_STUDENTS if name.endswith(".md")),
        "code/README.md",
        "hub_config/welcome/student.md",
    ],
)
def test_links_on_students_pages_lead_to_what_they_have(page: str) -> None:
    links = re.findall(r"\]\((?!/)([^)#:]+)(?:#[^)]*)?\)", (ROOT / page).read_text())
    where = "" if page.startswith("hub_config") else os.path.dirname(page)
    for link in links:
        folder, _, rest = os.path.normpath(os.path.join(where, link)).partition("/")
        assert folder == "code" or (folder == "docs" and rest.startswith(FOR_STUDENTS)), link


def test_the_instructor_lands_on_the_desk(
    running: LiveCourse, instructor: requests.Session
) -> None:
    page = instructor.get(f"{running.address}/hub/")
    assert page.ok and page.url == f"{running.address}{SERVICE}/desk/"
    assert f'href="{SERVICE}/formgrader"' in page.text


def test_a_student_does_not_reach_the_desk(running: LiveCourse, alice: requests.Session) -> None:
    for path in ("", "class/grades-canvas.csv"):
        assert alice.get(f"{running.address}{SERVICE}/desk/{path}").status_code == 403


def test_one_key_reads_the_numbers_of_hub_and_desk(
    running: LiveCourse, alice: requests.Session
) -> None:
    key = (running.root / "var" / "hub" / "metrics-key").read_text()
    for path, number in (
        ("/hub/metrics", "jupyterhub_running_servers"),
        (f"{SERVICE}/desk/metrics", "kireji_disk_free_bytes"),
    ):
        address = f"{running.address}{path}"
        answer = requests.get(address, headers={"Authorization": f"Bearer {key}"}, timeout=60)
        assert answer.status_code == 200 and number in answer.text
        assert requests.get(address, timeout=60).status_code == 403
        assert alice.get(address).status_code == 403
    ready = requests.get(f"{running.address}{SERVICE}/desk/ready", timeout=60)
    assert (ready.status_code, ready.text) == (200, "The desk is ready.")


def test_the_formgrader_is_still_there(running: LiveCourse, instructor: requests.Session) -> None:
    assert instructor.get(f"{running.address}{SERVICE}/formgrader/api/assignments").json()[0][
        "name"
    ]


def test_the_submit_button_gives_the_reason_of_a_refusal(
    running: LiveCourse, alice: requests.Session
) -> None:
    url, token = f"{running.address}/user/alice", {"X-XSRFToken": xsrf(alice, "/user/alice/")}
    tiny = {"course_id": "kireji", "assignment_id": "tiny"}
    assert alice.post(f"{url}/assignments/fetch", data=tiny, headers=token).json()["success"]
    big = running.root / "var" / "homes" / "alice" / "tiny" / "big.safetensors"
    with open(big, "wb") as file:
        file.truncate(65 * 2**20)
    refused = alice.post(f"{url}/assignments/submit", json=tiny, headers=token).json()
    assert refused == {
        "success": False,
        "value": "Not handed in: big.safetensors has 65 MiB, and a file may have 64 MiB. "
        "What you handed in before is still there.",
    }
    big.unlink()
    assert alice.post(f"{url}/assignments/submit", json=tiny, headers=token).json()["success"]
    inbound = running.root / "var" / "exchange" / "kireji" / "inbound" / "alice"
    assert {path.name for folder in inbound.glob("alice+tiny+*") for path in folder.iterdir()} >= {
        "tiny.ipynb"
    }
