"""The formgrader in use while a class is graded: pages are read and a written answer is graded by
hand, and neither side loses anything.

`./kireji grade` and nbgrader's formgrader are two processes with one gradebook, as they are for an
instructor; the hub before it has tests of its own.
"""

import secrets
import subprocess
import sys
import time
from contextlib import contextmanager

import nbformat
import pytest
import requests

from kireji.course.assignment import Assignment
from kireji.course.layout import COURSE_ID
from kireji.hub.embedded.lifecycle import free_ports
from tests.support.toy import SOLUTION
from tests.support.toy_checkout import ToyCheckout

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(600)]

STUDENTS = [f"student{number}" for number in range(6)]
MAX_WAIT_SECONDS = 240  # seconds for anything on a busy machine
PAGES = ("/gradebook/toy", "/manage_submissions/toy", "/api/submissions/toy", "/api/students")


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    """Everybody has handed in; student N earns 4 + N/10 points. The first one is graded."""
    made = ToyCheckout(tmp_path_factory.mktemp("meanwhile"))
    (made.root / "var" / "exchange" / COURSE_ID / "inbound").mkdir(parents=True)
    source = nbformat.read(made.root / "source" / "toy" / "toy.ipynb", as_version=4)
    for number, student in enumerate(STUDENTS):
        notebook = Assignment("toy", source, made.root / "graders" / "toy").skeleton()
        answers = SOLUTION | {
            "share_solution": f"def share():\n    return {10 + number / 2}",
            "essay": "My own words.",
        }
        for cell in notebook.cells:
            cell.source = answers.get(cell.id, cell.source)
        folder = made.root / "submitted" / student / "toy"
        folder.mkdir(parents=True)
        nbformat.write(notebook, folder / "toy.ipynb")
        (folder / "timestamp.txt").write_text("2026-01-02 03:04:05.000000 UTC")
    subprocess.run(
        [sys.executable, "-P", "-m", "kireji.nbgrader_plugins.generate_release"],
        cwd=made.root,
        env=made.environment,
        check=True,
        stdout=subprocess.DEVNULL,
    )
    assert made.kireji("grade", "toy", "--student", STUDENTS[0]).returncode == 0
    return made


class Formgrader:
    """Its pages and its API, as the instructor's browser asks for them. Keeps what was refused."""

    def __init__(self, address, token):
        self.address, self.session, self.refused = address, requests.Session(), []
        self.session.headers["Authorization"] = f"token {token}"

    def ask(self, path, **change):
        answer = self.session.request(
            "PUT" if change else "GET",
            f"{self.address}/formgrader{path}",
            json=change or None,
            timeout=MAX_WAIT_SECONDS,
        )
        self.refused += [] if answer.ok else [(path, answer.status_code, answer.text[:300])]
        return answer


@contextmanager
def formgrader(checkout):
    port, token = free_ports(1)[0], secrets.token_hex(16)
    with (checkout.root / "server.log").open("w") as log:
        server = subprocess.Popen(
            [
                sys.executable,
                "-m",
                "jupyter",
                "server",
                "--no-browser",
                "--allow-root",
                "--port",
                str(port),
                "--port-retries=0",
                f"--IdentityProvider.token={token}",
                "--ServerApp.disable_check_xsrf=True",
                "--ServerApp.jpserver_extensions={'nbgrader.server_extensions.formgrader': True}",
            ],
            cwd=checkout.root,
            env=checkout.environment | {"JUPYTER_CONFIG_DIR": str(checkout.root / "var")},
            stdout=log,
            stderr=log,
        )
    try:
        found, deadline = (
            Formgrader(f"http://127.0.0.1:{port}", token),
            time.monotonic() + MAX_WAIT_SECONDS,
        )
        while True:
            try:
                found.ask("/api/assignments").raise_for_status()
                break
            except requests.ConnectionError:
                assert server.poll() is None and time.monotonic() < deadline, (
                    checkout.root / "server.log"
                ).read_text()[-3000:]
                time.sleep(0.2)
        yield found
    finally:
        server.terminate()
        server.wait()


def test_both_write_and_nothing_is_lost(checkout):
    with formgrader(checkout) as page:
        (notebook,) = [
            one["id"]
            for one in page.ask("/api/submitted_notebooks/toy/toy").json()
            if one["student"] == STUDENTS[0]
        ]
        (essay,) = [
            grade
            for grade in page.ask(f"/api/grades?submission_id={notebook}").json()
            if grade["name"] == "essay"
        ]
        comment = page.ask(f"/api/comments?submission_id={notebook}").json()[0]
        rounds = 0
        with subprocess.Popen(
            [sys.executable, "-P", "-m", "kireji", "grade", "toy"],
            cwd=checkout.root,
            env=checkout.environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        ) as command:
            while command.poll() is None:
                rounds += 1
                for path in (*PAGES, f"/submissions/{notebook}/"):
                    page.ask(path)
                page.ask(
                    f"/api/grade/{essay['id']}", manual_score=rounds % 30 / 10, extra_credit=None
                )
                page.ask(f"/api/comment/{comment['id']}", manual_comment=f"Comment {rounds}.")
            said = command.stdout.read()
        assert page.refused == [] and rounds > 1
        assert command.returncode == 0 and "locked" not in said, said
        scores = {one["student"]: one["score"] for one in page.ask("/api/submissions/toy").json()}
        assert scores == pytest.approx(
            {
                who: 4 + number / 10 + (0 if number else rounds % 30 / 10)
                for number, who in enumerate(STUDENTS)
            }
        )
        assert (
            page.ask(f"/api/comments?submission_id={notebook}").json()[0]["manual_comment"]
            == f"Comment {rounds}."
        )
    assert "locked" not in (checkout.root / "server.log").read_text()
