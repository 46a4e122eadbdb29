"""A class on one server, for real: a student's way through the course, what a student's terminal
cannot do, restarts, an upgrade."""

import ast
import json
import re
import shutil
import socket
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from dataclasses import replace

import psutil
import pytest
import requests
from playwright.sync_api import Browser, Page, expect

from kireji.hub.compose.spawner import NO_NAME_SERVER
from kireji.sandbox.cells import CellsLostError
from kireji.sandbox.limits import DEFAULT
from tests.attacks.test_student_terminal import answer
from tests.browser.formgrader import (
    assignment_row,
    give_feedback,
    grade_by_hand,
    open_submission_page,
)
from tests.browser.steps import read_feedback
from tests.compose import leftovers, same_attacks
from tests.compose.attacker import ABSENT, ASK, HAND_IN, LOOK, REACH, READ_ONLY, Terminal
from tests.compose.conftest import EX1, POINTS
from tests.compose.keeping import empty_one, keeper, state
from tests.compose.people import is_in, log_in, make_account, open_server, session
from tests.compose.stack import FORMGRADER, Stack, docker, wait_until
from tests.support.clone import ROOT

pytestmark = [pytest.mark.needs("docker", "browser"), pytest.mark.timeout(2400)]

HOME = "/home/alice"
WRITTEN, COMMENT = "failure_analysis", "Which sentence was it? Show its map."


def test_the_student_reads_the_feedback(
    stack: Stack, graded: Page, alice: Page, picture: Callable
) -> None:
    frame = read_feedback(alice, EX1)
    expect(frame.locator(".number").first).to_have_text(re.compile(rf"^\s*{POINTS}\b"))
    expect(frame.get_by_text("What is real and what is padding").first).to_be_visible()
    picture(alice, "compose_feedback")


def test_the_command_line_knows_what_the_browser_did(stack: Stack, graded: Page) -> None:
    said = docker("exec", stack.container("course"), "kireji", "grade", EX1)
    assert f"Nothing new to grade in {EX1}" in said, said
    assert f"command line: kireji grade {EX1}" in stack.compose("logs", "course")


def test_the_log_says_who_graded_what(stack: Stack, graded: Page) -> None:
    assert re.search(
        rf"instructor@\S*.*{EX1}/alice/autograde|{EX1}/alice/autograde.*instructor@",
        stack.compose("logs", "course"),
    ), stack.logs("course")


def test_the_sandbox_has_no_network_and_no_more_rights_than_it_needs(
    stack: Stack, graded: Page
) -> None:
    host = stack.inspect(stack.container("sandbox"))["HostConfig"]
    assert (host["NetworkMode"], host["ReadonlyRootfs"], host["CapDrop"]) == ("none", True, ["ALL"])
    assert sorted(name.removeprefix("CAP_") for name in host["CapAdd"]) == ["SETGID", "SETUID"]
    assert not any(
        "docker.sock" in bind
        for service in ("proxy", "course", "sandbox")
        for bind in stack.inspect(stack.container(service))["HostConfig"]["Binds"] or []
    )


@pytest.fixture
def in_the_container(stack: Stack, monkeypatch: pytest.MonkeyPatch) -> None:
    """Submissions of this test run in the deployment's sandbox."""
    monkeypatch.setenv("KIREJI_SANDBOX_SOCKETS", str(stack.volume("sandboxes")))


def test_a_submission_cannot_leave_the_sandbox(in_the_container: None) -> None:
    found = ast.literal_eval(leftovers.run(leftovers.BREAK_OUT))
    assert len(found) == 8 and all(found.values()), found


def test_nothing_of_a_submission_is_left_for_the_next_one(in_the_container: None) -> None:
    first = int(leftovers.run(leftovers.STAY).split()[1])
    said = leftovers.run(leftovers.LOOK)
    assert said.split(" others ")[1].strip() == "0 left []", said
    assert int(said.split()[1]) > first  # a uid that was never used


def test_a_submission_that_takes_too_much_is_ended_with_the_reason(in_the_container: None) -> None:
    with pytest.raises(CellsLostError, match="ran out of memory: a submission has 1.0 GiB"):
        leftovers.run(leftovers.GREEDY, limits=replace(DEFAULT, memory=2**30))


def test_the_attacks_meet_the_same_wall_here(stack: Stack, graded: Page) -> None:
    with stack.timed("the attacks through the container"):
        status, said = same_attacks.run(stack)
    assert status == 0 and " passed" in said, said


@pytest.fixture(scope="module")
def terminal(stack: Stack, graded: Page) -> Iterator[Terminal]:
    """A terminal of Alice's."""
    with session(stack, "alice") as alice:
        open_server(alice, stack, "alice")
        yield Terminal(stack, alice, "alice")


def test_a_student_finds_nothing_of_the_course(terminal: Terminal) -> None:
    own = [f"{HOME}/x", "/tmp/x", "/srv/kireji/var/exchange/kireji/inbound/x"]
    found = terminal.run(LOOK, ABSENT + ["/srv/kireji/lab"], READ_ONLY + own)
    assert found["paths"] == ["/srv/kireji/lab"]
    assert found["written"] == own
    assert found["homes"] == ["alice", "kireji"] or found["homes"] == ["kireji", "alice"]
    assert int(found["capabilities"], 16) == 0
    assert not any("CONFIGPROXY" in name for name in found["environment"])
    assert not any(
        "jupyterhub --config" in command.replace("\0", " ") for command in found["commands"]
    )


@pytest.fixture(scope="module")
def bob(stack: Stack, approved: None) -> Iterator[requests.Session]:
    """A second student, with his server open."""
    make_account(stack, "bob")
    with session(stack, "bob") as bob:
        with stack.timed("a second student's server"):
            open_server(bob, stack, "bob")
        yield bob


@pytest.fixture(scope="module")
def listeners(stack: Stack, bob: requests.Session) -> Iterator[dict]:
    """What there is to be reached: by this machine's own programs, each is. Our own listener is on
    the bridges' addresses alone."""
    (course,) = addresses(stack.inspect(stack.container("course")))
    (server,) = [
        one for one in map(stack.inspect, stack.students()) if one["Name"].endswith("-bob")
    ]
    gateway = docker(
        "network",
        "inspect",
        f"{stack.project}_front",
        "--format",
        "{{(index .IPAM.Config 0).Gateway}}",
    ).strip()
    with socket.socket() as listener:
        listener.bind((gateway, 0))
        threading.Thread(target=answer, args=[listener], daemon=True).start()
        yield {
            "the course": [course, 8888],
            "Bob's server": [addresses(server)[0], 8888],
            "the machine": [gateway, listener.getsockname()[1]],
            "the machine's door": ["127.0.0.1", stack.port],
        }


def test_a_student_reaches_no_other_container_and_not_the_machine(
    listeners: dict, terminal: Terminal
) -> None:
    outside = subprocess.run(
        [sys.executable, "-c", REACH, json.dumps(listeners)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert all(json.loads(outside.stdout).values()), outside.stdout  # there they are
    found = terminal.run(
        REACH,
        listeners
        | {"the course by name": ["course", 8888], "a sandbox by name": ["sandbox", 8888]},
    )
    assert not any(found.values()), found


def test_a_student_has_no_way_to_the_internet(stack: Stack, terminal: Terminal) -> None:
    (server,) = [
        one for one in map(stack.inspect, stack.students()) if one["Name"].endswith("-alice")
    ]
    ((name, joined),) = server["NetworkSettings"]["Networks"].items()
    assert json.loads(docker("network", "inspect", name))[0]["Internal"]
    # no container takes it on
    assert joined["Gateway"] not in {
        address.address for card in psutil.net_if_addrs().values() for address in card
    }
    assert server["HostConfig"]["Dns"] == [NO_NAME_SERVER]  # and nobody asks elsewhere for names


def test_the_hub_answers_a_servers_token_about_its_owner_only(
    terminal: Terminal, bob: requests.Session
) -> None:
    hub, proxy = "http://hub:8081/hub/api", "http://proxy:8001/api/routes"
    refused = [
        ["GET", f"{hub}/users"],
        ["GET", f"{hub}/users/bob"],
        ["POST", f"{hub}/users/bob/server"],
        ["DELETE", f"{hub}/users/bob"],
        ["POST", f"{hub}/users/bob/tokens"],
        ["POST", f"{hub}/groups/formgrade-kireji/users"],
        ["GET", f"{hub}/proxy"],
        ["POST", f"{hub}/shutdown"],
        ["GET", proxy],
        ["POST", f"{proxy}/user/bob"],
        ["DELETE", f"{proxy}/user/bob"],
    ]
    answers = terminal.run(ASK, [["GET", f"{hub}/user"], *refused])
    status, said = answers.pop(f"GET {hub}/user")
    assert status == 200 and '"alice"' in said
    assert {status for status, _ in answers.values()} <= {403, 404, 405}, answers


@pytest.mark.parametrize("service", ["proxy", "hub", "course", "sandbox"])
def test_a_service_is_restarted_and_nobody_is_dropped(
    stack: Stack, terminal: Terminal, service: str
) -> None:
    before = stack.students()
    with stack.timed(f"restart {service}"):
        stack.compose("restart", service)
        stack.wait()
    assert stack.students() == before
    assert is_in(terminal.session, stack)  # still logged in
    wait_for_server(stack, terminal)
    assert terminal.run(LOOK, [HOME], [])["paths"] == [HOME]


def wait_for_server(stack: Stack, terminal: Terminal) -> None:
    """Until the person's server answers the session: the proxy has learned its way again, the hub
    has joined its network."""
    open_server(terminal.session, stack, terminal.name)


def test_people_come_in_over_https(
    stack: Stack,
    graded: Page,
    chromium: Browser,
    monkeypatch: pytest.MonkeyPatch,
    picture: Callable,
) -> None:
    certificate = stack.make_certificate()
    monkeypatch.setattr(stack, "address", stack.address.replace("http:", "https:"))
    for name in ("REQUESTS_CA_BUNDLE", "WEBSOCKET_CLIENT_CA_BUNDLE"):
        monkeypatch.setenv(name, str(certificate))
    with stack.settings_for_now(KIREJI_TLS=str(certificate.parent.relative_to(ROOT))):
        stack.wait()
        with session(stack, "alice") as alice:
            assert is_in(alice, stack)
            open_server(alice, stack, "alice")
            assert (
                "_xsrf" in alice.cookies
                and [cookie.name for cookie in alice.cookies if not cookie.secure] == []
            )
            # by a websocket
            assert Terminal(stack, alice, "alice").run(LOOK, [HOME], [])["paths"] == [HOME]
        page = chromium.new_context(ignore_https_errors=True).new_page()
        log_in(page, stack, "instructor", stack.first_password())
        page.goto(stack.address + FORMGRADER)
        expect(assignment_row(page, EX1)).to_be_visible()
        picture(page, "compose_https")
    shutil.rmtree(certificate.parent)


@pytest.fixture(scope="module")
def upgraded(stack: Stack, graded: Page, terminal: Terminal) -> Stack:
    """The deployment after `down`, with another version, set to grade on submit, and up again."""
    stack.down()
    stack.settings |= {"KIREJI_VERSION": "test-next", "KIREJI_GRADE_ON_SUBMIT": "yes"}
    stack.build()
    stack.up()
    return stack


def test_everything_survives_down_an_upgrade_and_up(
    upgraded: Stack, new_page: Callable[[], Page], picture: Callable
) -> None:
    with session(upgraded, "alice") as alice:  # her account, and her server, which had gone on
        open_server(alice, upgraded, "alice")
        later = Terminal(upgraded, alice, "alice")
        assert later.run(LOOK, [f"{HOME}/{EX1}/{EX1}.ipynb", f"{HOME}/{EX1}/feedback"], [])["paths"]
    page = new_page()
    log_in(page, upgraded, "instructor", upgraded.first_password())
    page.goto(upgraded.address + FORMGRADER)
    page.get_by_role("link", name="Manual Grading").first.click()
    expect(page.get_by_role("row", name=re.compile(EX1))).to_contain_text(POINTS)
    picture(page, "compose_after_upgrade")
    # in a sandbox of the new version
    said = docker("exec", upgraded.container("course"), "kireji", "grade", EX1, "--again")
    assert re.search(rf"alice.*\b{POINTS}\b", said), said
    assert f"{EX1}/alice is graded" in upgraded.compose("logs", "course")


def test_what_is_submitted_is_graded_and_given_back_without_an_instructor(upgraded: Stack) -> None:
    feedback = upgraded.volume("exchange") / "kireji" / "feedback" / "alice"
    before = set(feedback.rglob("*.html"))
    with session(upgraded, "alice") as alice, upgraded.timed("feedback on submit"):
        open_server(alice, upgraded, "alice")
        said = Terminal(upgraded, alice, "alice").run(HAND_IN, EX1)
        assert "Submitted as" in said, said
        wait_until(lambda: set(feedback.rglob("*.html")) - before, lambda: upgraded.logs("course"))
    assert re.search(rf"alice's {EX1} is graded: {POINTS} of", upgraded.compose("logs", "course"))


def test_two_instructors_read_the_same_written_answer(
    upgraded: Stack, new_page: Callable[[], Page], picture: Callable
) -> None:
    pages = {}
    for name in ("instructor", "second"):
        pages[name] = page = new_page()
        log_in(page, upgraded, name, upgraded.first_password(name))
        page.goto(upgraded.address + FORMGRADER)
        open_submission_page(page, EX1)
    grade_by_hand(pages["second"], WRITTEN, "5", COMMENT)
    pages["instructor"].reload()
    expect(pages["instructor"].locator(f"input.score#{WRITTEN}")).to_have_value("5")
    expect(pages["instructor"].locator(f"textarea#{WRITTEN}-comment")).to_have_value(COMMENT)
    picture(pages["instructor"], "compose_written_answer")
    pages["instructor"].goto(upgraded.address + FORMGRADER)
    give_feedback(pages["instructor"], EX1)
    given = (upgraded.volume("exchange") / "kireji" / "feedback" / "alice").rglob("*.html")
    assert any(COMMENT in page.read_text() for page in given)
    assert re.search(
        r"PUT \S*/formgrader/api/grade/\S* \(second@", upgraded.compose("logs", "course")
    )


def test_a_backup_is_restored_into_an_empty_deployment(stack: Stack, graded: Page) -> None:
    with stack.timed("backup"):
        archive = keeper(stack, "backup", "-")  # while everything runs
    stack.down()
    before, other = state(stack), empty_one(stack)
    try:
        with stack.timed("restore"):
            keeper(other, "restore", "-", given=archive)
        after = state(other)
        assert {
            f"homes/alice/{EX1}/{EX1}.ipynb",
            "hub/cookie_secret",
            "course/secret",
            f"course/course/autograded/alice/{EX1}/{EX1}.ipynb",
        } <= set(before)
        assert {name: before[name] for name in before if before[name] != after.get(name)} == {}
        assert {"report_index.db", "runs.db"} <= {
            path.name for path in other.volume("course").iterdir()
        }
        with stack.timed("start what was restored"):
            other.up()
        with session(other, "alice") as alice:
            assert is_in(alice, other)
    finally:
        other.remove()


def addresses(container: dict) -> list[str]:
    """The addresses of a container in its networks."""
    return [network["IPAddress"] for network in container["NetworkSettings"]["Networks"].values()]
