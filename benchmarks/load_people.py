"""What one student and one instructor do with a hub, by HTTP and websocket as their browsers
would."""

import ipaddress
import json
import secrets
import time
import uuid
from contextlib import closing
from urllib.parse import urlsplit

import requests
import websocket

COURSE = "kireji"
SERVICE = f"/services/{COURSE}"
MAX_WAIT_SECONDS = (
    600.0  # seconds for anything: a machine under load is slow, and slow is not wrong
)


class LoadError(Exception):
    """What a hub answered that was not as it should be."""


def loopback_only(address: str) -> str:
    """`address` if it is on this machine; LoadError for any other: a load is never put on somebody
    else's."""
    host = urlsplit(address).hostname or ""
    try:
        here = host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        here = False
    if not here:
        raise LoadError(
            f"{address} is not on this machine; the load goes to loopback addresses only"
        )
    return address.rstrip("/")


class Person:
    """Somebody with an account. Every method raises LoadError when the hub refuses."""

    def __init__(self, address: str, name: str, password: str) -> None:
        self.address, self.name, self.password = loopback_only(address), name, password
        self.session = requests.Session()
        self.server = f"{self.address}/user/{name}"

    def log_in(self) -> None:
        """As on the log-in page."""
        self.session.get(f"{self.address}/hub/login", timeout=MAX_WAIT_SECONDS)
        page = self.session.post(
            f"{self.address}/hub/login",
            params={"next": "/hub/home"},
            timeout=MAX_WAIT_SECONDS,
            data={
                "username": self.name,
                "password": self.password,
                "_xsrf": self.session.cookies.get("_xsrf", path="/hub/"),
            },
        )
        if not page.url.endswith("/hub/home"):
            raise LoadError(f"{self.name} was not let in ({page.status_code})")

    def call(self, method: str, path: str, **options) -> dict | list:
        """Ask an API below `path`, with the token that its pages gave us."""
        cookies = [
            cookie
            for cookie in self.session.cookies
            if cookie.name == "_xsrf" and path.startswith(cookie.path)
        ]
        token = max(cookies, key=lambda cookie: len(cookie.path)).value
        answer = self.session.request(
            method,
            self.address + path,
            headers={"X-XSRFToken": token},
            timeout=MAX_WAIT_SECONDS,
            **options,
        )
        if not answer.ok:
            raise LoadError(
                f"{self.name}: {method} {path} was answered with {answer.status_code}:"
                f" {answer.text[:300]}"
            )
        return answer.json() if answer.content else {}


class Student(Person):
    """A student: `proof` is in what was handed in last, `handed_in` counts."""

    proof, handed_in = "", 0

    def start_server(self) -> float:
        """Seconds from the click until JupyterLab answers."""
        began = time.monotonic()
        self.session.get(f"{self.address}/hub/spawn", timeout=MAX_WAIT_SECONDS)
        while True:
            page = self.session.get(f"{self.server}/lab", timeout=MAX_WAIT_SECONDS)
            if page.ok and f"/user/{self.name}/lab" in page.url:
                return time.monotonic() - began
            if time.monotonic() - began > MAX_WAIT_SECONDS:
                raise LoadError(
                    f"the server of {self.name} did not start: {page.status_code} at {page.url}"
                )
            time.sleep(0.25)

    def stop_server(self) -> None:
        """As on the hub's page."""
        self.call("DELETE", f"/hub/api/users/{self.name}/server")

    def fetch(self, assignment: str) -> None:
        """The assignment list's button."""
        self._assignments("fetch", data={"course_id": COURSE, "assignment_id": assignment})

    def submit(self, assignment: str) -> None:
        """The assignment list's button."""
        self._assignments("submit", json={"course_id": COURSE, "assignment_id": assignment})
        self.handed_in += 1

    def listed(self, assignment: str) -> int:
        """How many submissions of `assignment` the student's own list shows."""
        answer = self.call("GET", f"/user/{self.name}/assignments", params={"course_id": COURSE})
        return sum(
            len(entry["submissions"])
            for entry in answer["value"]
            if entry["assignment_id"] == assignment and entry["status"] == "submitted"
        )

    def work(self, assignment: str) -> "Kernel":
        """Start a kernel in the assignment's folder and write the proof with it."""
        self.proof = secrets.token_hex(16)
        kernel = Kernel(self, assignment)
        said = kernel.run(f"print(open('proof.txt', 'w').write('{self.proof}'))")
        if said.strip() != str(len(self.proof)):
            raise LoadError(f"{self.name}'s kernel said {said!r}")
        return kernel

    def _assignments(self, what: str, **options) -> None:
        answer = self.call("POST", f"/user/{self.name}/assignments/{what}", **options)
        if not answer["success"]:
            raise LoadError(f"{self.name}: {what} failed: {str(answer.get('value'))[-300:]}")


class Kernel:
    """A kernel of a student's, with its websocket open."""

    def __init__(self, student: Student, folder: str) -> None:
        self.student = student
        session = student.call(
            "POST",
            f"/user/{student.name}/api/sessions",
            json={
                "path": f"{folder}/work.ipynb",
                "name": "work.ipynb",
                "type": "notebook",
                "kernel": {"name": "python3"},
            },
        )
        self.id, self.number = session["kernel"]["id"], uuid.uuid4().hex
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in student.session.cookies)
        self.socket = websocket.create_connection(
            f"{student.server.replace('http', 'ws', 1)}/api/kernels/{self.id}/channels"
            f"?session_id={self.number}",
            cookie=cookies,
            origin=student.address,
            timeout=MAX_WAIT_SECONDS,
        )

    def run(self, code: str) -> str:
        """Run a cell; what it printed. LoadError if it failed."""
        self.send(code)
        printed, failed = "", ""
        while True:
            message = json.loads(self.socket.recv())
            if message["parent_header"].get("msg_id") != self.message:
                continue
            kind, content = message["msg_type"], message["content"]
            if kind == "stream" and content["name"] == "stdout":
                printed += content["text"]
            elif kind == "error":
                failed = f"{content['ename']}: {content['evalue']}"
            elif kind == "status" and content["execution_state"] == "idle":
                if failed:
                    raise LoadError(f"a cell of {self.student.name}'s failed: {failed}")
                return printed

    def send(self, code: str) -> None:
        """Begin to run a cell, and do not wait for it."""
        self.message = uuid.uuid4().hex
        self.socket.send(
            json.dumps(
                {
                    "channel": "shell",
                    "parent_header": {},
                    "metadata": {},
                    "buffers": [],
                    "header": {
                        "msg_id": self.message,
                        "msg_type": "execute_request",
                        "username": self.student.name,
                        "session": self.number,
                        "version": "5.3",
                    },
                    "content": {
                        "code": code,
                        "silent": False,
                        "store_history": True,
                        "user_expressions": {},
                        "allow_stdin": False,
                        "stop_on_error": True,
                    },
                }
            )
        )

    def is_busy(self) -> bool:
        """Whether what was sent last is running still."""
        self.socket.settimeout(0.5)
        try:
            while True:
                message = json.loads(self.socket.recv())
                idle = (
                    message["msg_type"] == "status"
                    and message["content"]["execution_state"] == "idle"
                )
                if idle and message["parent_header"].get("msg_id") == self.message:
                    return False
        except websocket.WebSocketTimeoutException:
            return True
        finally:
            self.socket.settimeout(MAX_WAIT_SECONDS)

    def end(self) -> None:
        """Shut it down."""
        with closing(self.socket):
            self.student.call("DELETE", f"/user/{self.student.name}/api/kernels/{self.id}")


class Instructor(Person):
    """Looks what became of it, in the formgrader."""

    def open(self) -> None:
        """Log in and be let into the course service."""
        self.log_in()
        self.session.get(
            f"{self.address}{SERVICE}/formgrader/manage_assignments", timeout=MAX_WAIT_SECONDS
        ).raise_for_status()

    def collect(self, assignment: str) -> None:
        """The formgrader's button."""
        answer = self.call("POST", f"{SERVICE}/formgrader/api/assignment/{assignment}/collect")
        if not answer["success"]:
            raise LoadError(
                f"collecting failed: {answer.get('log', '')[-300:]}"
                f" {answer.get('error', '')[-300:]}"
            )

    def arrived(self, student: Student, assignment: str) -> bool:
        """Whether what this student handed in last is what was collected."""
        path = f"{SERVICE}/api/contents/submitted/{student.name}/{assignment}/proof.txt"
        answer = self.session.get(self.address + path, timeout=MAX_WAIT_SECONDS)
        return answer.ok and answer.json()["content"] == student.proof
