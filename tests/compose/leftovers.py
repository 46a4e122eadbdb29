"""What submissions leave behind who do not want to go, and what the next one in the same container
finds."""

from collections.abc import Mapping

from nbformat.v4 import new_code_cell, new_notebook

from kireji.sandbox.limits import DEFAULT, Limits
from kireji.sandbox.sandbox import Sandbox

STAY = """
import os, pathlib, signal, sys, time
for place in ("/tmp", "/dev/shm", "/sandbox/work/submission", "/sandbox/home/student"):
    folder = pathlib.Path(place, "left")
    folder.mkdir()
    (folder / "file").write_text("x")
    folder.chmod(0)
for _ in range(20):
    if os.fork() == 0:
        os.setsid()
        if os.fork() == 0:
            for number in set(signal.Signals) - {signal.SIGKILL, signal.SIGSTOP}:
                signal.signal(number, signal.SIG_IGN)
            deadline = time.monotonic() + 120
            while time.monotonic() < deadline:      # it ends by itself, should nobody end it
                time.sleep(1)
        os._exit(0)
print("uid", os.getuid())
"""
LOOK = """
import os, pathlib
own = os.getuid()
others = [entry.name for entry in os.scandir("/proc") if entry.name.isdigit() and entry.stat().st_uid not in (0, own)]
left = [str(path) for place in ("/tmp", "/dev/shm", "/sandbox/work", "/sandbox/home")
        for path in pathlib.Path(place).iterdir() if path.lstat().st_uid not in (0, own)]
print("uid", own, "others", len(others), "left", left)
"""
BREAK_OUT = """
import ctypes, os, pathlib, socket
libc = ctypes.CDLL(None, use_errno=True)
def refused(call):
    try:
        return call() < 0
    except OSError:
        return True
status = pathlib.Path("/proc/self/status").read_text()
print({
    "no root": os.getuid() != 0 and refused(lambda: os.setuid(0) or 0),
    "no capability": int(status.split("CapEff:")[1].split()[0], 16) == 0 and "NoNewPrivs:\\t1" in status,
    "filtered": "Seccomp:\\t2" in status and refused(lambda: libc.unshare(0x10000000)) and refused(lambda: libc.memfd_create(b"x", 0)),
    "no network": [name for _, name in socket.if_nameindex()] == ["lo"],
    "no supervisor": refused(lambda: os.kill(1, 0) or 0),
    "no sockets": refused(lambda: len(os.listdir("/run/sandboxes"))),
    "no course": not any(map(os.path.exists, ["/srv/kireji/source", "/srv/kireji/graders", "/srv/kireji/var/data/held_out",
                                              "/var/run/docker.sock", "/srv/kireji/var/course"])),
    "nothing written": not any(os.access(place, os.W_OK) for place in ["/", "/srv/kireji", "/sandbox/agent", "/usr", "/etc"]),
})
"""
GREEDY = """
kept = []
while True:
    kept.append(bytearray(64 * 2**20))
"""


def run(code: str, files: Mapping[str, bytes] | None = None, limits: Limits = DEFAULT) -> str:
    """What a submission of one cell prints."""
    notebook = new_notebook(cells=[new_code_cell(code)])
    with Sandbox(files or {}, limits) as sandbox:
        sandbox.run(notebook, 1)
    return "".join(
        output.get("text", output.get("evalue", "")) for output in notebook.cells[0].outputs
    )
