"""What a student tries who has a terminal in their own server: programs that print what they found,
as JSON."""

import base64
import json
import time
from contextlib import closing

import requests
import websocket

from tests.compose.stack import MAX_WAIT_SECONDS, Stack
from tests.support.running_course import xsrf

LOOK = """
import glob, json, os, sys
found = {"paths": [path for path in json.loads(sys.argv[1]) if os.path.exists(path)],
         "homes": os.listdir("/home"), "environment": dict(os.environ),
         "routes": open("/proc/net/route").read(), "capabilities": open("/proc/self/status").read().split("CapEff:")[1].split()[0],
         "commands": [open(path).read() for path in glob.glob("/proc/[0-9]*/cmdline")]}
for path in json.loads(sys.argv[2]):
    try:
        open(path, "w").close()
        found.setdefault("written", []).append(path)
    except OSError:
        pass
print(json.dumps(found))
"""
REACH = """
import json, socket, sys
reached = {}
for name, (host, port) in json.loads(sys.argv[1]).items():
    try:
        with socket.create_connection((host, port), timeout=3) as client:
            client.sendall(b"GET / HTTP/1.0\\r\\n\\r\\n")
            reached[name] = bool(client.recv(1))
    except OSError:
        reached[name] = False
print(json.dumps(reached))
"""
ASK = """
import json, os, sys, urllib.error, urllib.request
answers = {}
for method, address in json.loads(sys.argv[1]):
    request = urllib.request.Request(address, method=method, headers={"Authorization": "token " + os.environ["JUPYTERHUB_API_TOKEN"]},
                                     data=b"{}" if method == "POST" else None)
    try:
        with urllib.request.urlopen(request, timeout=120) as answer:
            answers[method + " " + address] = [answer.status, answer.read(5000).decode(errors="replace")]
    except urllib.error.HTTPError as error:
        answers[method + " " + address] = [error.code, ""]
print(json.dumps(answers))
"""

# What a student's server has none of, and what no one may write there.
ABSENT = [
    "/var/run/docker.sock",
    "/run/docker.sock",
    "/run/sandboxes",
    "/srv/kireji/source",
    "/srv/kireji/graders",
    "/srv/kireji/src",
    "/srv/kireji/gradebook.db",
    "/srv/kireji/var/secret",
    "/srv/kireji/var/hub",
    "/srv/kireji/var/keys",
    "/srv/kireji/var/course",
    "/srv/kireji/var/data/held_out",
    "/srv/kireji/var/homes/bob",
    "/srv/kireji/downloads",
    "/srv/kireji/docs",
    "/srv/kireji/var/docs/explanation/security.md",
    "/srv/kireji/var/exchange/kireji/inbound/bob",
    "/var/lib/docker",
]
READ_ONLY = [
    "/srv/kireji/x",
    "/srv/kireji/lab/attention_lab/x",
    "/srv/kireji/hub_config/student_server/x",
    "/etc/x",
    "/usr/bin/x",
    "/srv/kireji/var/data/lab/x",
    "/srv/kireji/var/exchange/kireji/outbound/x",
    "/srv/kireji/var/exchange/kireji/feedback/x",
]

# No attack: what the button does, too.
HAND_IN = """
import json, os, subprocess, sys
done = subprocess.run(["nbgrader", "submit", json.loads(sys.argv[1])], cwd=os.environ["HOME"], capture_output=True, text=True)
print(json.dumps(done.stdout + done.stderr))
"""


class Terminal:
    """A shell in somebody's server, through JupyterLab's own websocket. `session` has that server's
    cookies."""

    def __init__(self, stack: Stack, session: requests.Session, name: str) -> None:
        self.stack, self.session, self.name = stack, session, name

    def run(self, program: str, *arguments: object) -> object:
        """What a Python program prints there."""
        words = " ".join(
            base64.b64encode(json.dumps(argument).encode()).decode() for argument in arguments
        )
        wrapped = (
            "import base64, sys\nsys.argv[1:] = [base64.b64decode(word).decode() for word in"
            f" sys.argv[1:]]\n{program}"
        )
        code = base64.b64encode(wrapped.encode()).decode()
        said = self.type(
            f"echo {code} | base64 -d > /tmp/program.py; (echo BEG''IN:; python /tmp/program.py"
            f" {words} | base64 -w0; echo; echo :E''ND)"
        )
        return json.loads(
            base64.b64decode(said.split("BEGIN:")[1].split(":END")[0].encode("ascii", "ignore"))
        )

    def type(self, line: str) -> str:
        """Type a line and return what the terminal says up to :END, which is no part of any
        base64."""
        url = f"{self.stack.address}/user/{self.name}"
        token = xsrf(self.session, f"/user/{self.name}/")
        opened = self.session.post(f"{url}/api/terminals", headers={"X-XSRFToken": token})
        opened.raise_for_status()
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in self.session.cookies)
        address = f"{url.replace('http', 'ws')}/terminals/websocket/{opened.json()['name']}"
        with closing(
            websocket.create_connection(
                address, cookie=cookies, origin=self.stack.address, timeout=MAX_WAIT_SECONDS
            )
        ) as connection:
            connection.send(
                json.dumps(
                    ["stdin", "stty -echo; bind 'set enable-bracketed-paste off'\r" + line + "\r"]
                )
            )
            said, deadline = "", time.monotonic() + MAX_WAIT_SECONDS
            while ":END" not in said:
                assert time.monotonic() < deadline, said
                kind, text = json.loads(connection.recv())[:2]
                said += text if kind == "stdout" else ""
        return said
