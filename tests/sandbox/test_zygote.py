"""The zygote: what it forks is behind the same walls as what bubblewrap starts, and
knows nothing of its siblings."""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import psutil
import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kireji.sandbox.backends import bubblewrap, zygote_client
from kireji.sandbox.backends.base import scratch_folders
from kireji.sandbox.limits import DEFAULT
from kireji.sandbox.sandbox import Sandbox
from tests.support.clone import ROOT

pytestmark = pytest.mark.needs("bubblewrap")


@pytest.fixture(scope="module", autouse=True)
def own_zygote():
    """A zygote of these tests' own: another file's tests may have killed this process's."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(bubblewrap, "_zygote", {})
        yield


FACTS = """
import json, os, resource, socket, sys
status = dict(line.split(":\\t", 1) for line in open("/proc/self/status").read().splitlines() if ":\\t" in line)
def tried(call, *arguments):
    try:
        return repr(call(*arguments))
    except BaseException as error:
        return type(error).__name__
facts = {
    "environment": {name: value for name, value in os.environ.items() if not name.startswith(("JPY_", "PYDEVD"))},
    "status": {name: status[name].strip() for name in ("CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp",
                                                       "Groups", "Umask", "SigIgn", "NSpid", "TracerPid")},
    "limits": [resource.getrlimit(number) for number in range(16)],
    "folders": {folder: sorted(os.listdir(folder)) for folder in ("/", "/sandbox", "/sandbox/lab", "/sandbox/work", "/dev", "/etc")},
    "path": sys.path, "cwd": os.getcwd(), "host": socket.gethostname(), "interfaces": socket.if_nameindex(),
    "stdio": [os.readlink(f"/proc/self/fd/{number}").split(":")[0] for number in range(3)],
    "files": sorted({os.path.realpath(f"/proc/self/fd/{name}").split(":")[0] for name in os.listdir("/proc/self/fd")
                     if os.path.exists(f"/proc/self/fd/{name}")} - {"/dev/null"}),
    "mounts": sorted([fields[4], fields[fields.index("-") + 1], fields[5].split(",")[0]]
                     for fields in map(str.split, open("/proc/self/mountinfo")) if not fields[4].startswith("/proc")),
    "processes": sorted(name for name in os.listdir("/proc") if name.isdigit()),
    "stopped": tried(os.kill, 1, 19),
    "refused": [tried(open, "/proc/1/mem", "r+b"), tried(os.setuid, 0), tried(os.mkdir, "/x"),
                tried(os.listdir, "/proc/1/fd"), tried(os.open, "/proc/self/exe", os.O_WRONLY)],
}
print(json.dumps(facts))
"""


def shown(code: str, files: dict[str, bytes] | None = None) -> str:
    notebook = new_notebook(cells=[new_code_cell(f"import torch\n{code}")])
    with Sandbox(files or {}) as sandbox:
        sandbox.run(notebook, 1)
    assert [output.output_type for output in notebook.cells[0].outputs] == ["stream"], (
        notebook.cells[0].outputs
    )
    return notebook.cells[0].outputs[0].text


@pytest.fixture
def address() -> str:
    address = bubblewrap.zygote_address()
    assert address is not None, (
        "this machine has bubblewrap, and no zygote of sandboxes could be started"
    )
    return address


def order() -> dict:
    return {
        "uid": bubblewrap._uid_of_its_own() if bubblewrap._has_own_uid() else None,
        "limits": {},
        "addresses": [],
        "connection": None,
    }


def test_the_walls_are_those_of_a_sandbox_started_from_nothing(address, monkeypatch):
    forked_facts = json.loads(shown(FACTS, {"weights.safetensors": b"x"}))
    monkeypatch.setattr(bubblewrap, "zygote_address", lambda: None)
    cold_facts = json.loads(shown(FACTS, {"weights.safetensors": b"x"}))
    # Mounted from outside is less: neither the submission nor the folder of the sockets.
    more = [mount for mount in cold_facts["mounts"] if mount not in forked_facts["mounts"]]
    assert all(
        "/s" in target[-2:] or target == "/sandbox/given/submission" for target, _, _ in more
    ), more
    for target in ("/tmp", "/sandbox/work", "/sandbox/home", "/dev/shm"):
        assert forked_facts["mounts"].count([target, "tmpfs", "rw"]) >= 1
    assert {target for target, kind, mode in forked_facts["mounts"] if mode == "rw"} <= {
        target for target, kind, mode in cold_facts["mounts"] if mode == "rw"
    }
    for facts in (forked_facts, cold_facts):
        facts.pop("mounts")
        facts["folders"].pop("/sandbox")  # where the one has its submission mounted
        facts["folders"]["/"] = [name for name in facts["folders"]["/"] if name != "tmp"]
        assert len(facts.pop("processes")) == 2
        # of which bubblewrap leaves some, unused
        powers = {facts["status"].pop(name) for name in ("CapInh", "CapBnd")}
        assert facts is cold_facts or powers == {"0" * 16}
    assert (
        forked_facts["status"]["CapEff"] == "0" * 16 and forked_facts["status"]["NoNewPrivs"] == "1"
    )
    # It may be of the same uid, as in a user namespace; the first process of a namespace takes no
    # such order, or this would hang.
    assert {forked_facts.pop("stopped"), cold_facts.pop("stopped")} <= {"PermissionError", "None"}
    assert set(forked_facts["refused"]) <= {"PermissionError", "OSError"}
    for name in forked_facts:
        assert forked_facts[name] == cold_facts[name], name


def test_nothing_of_one_submission_reaches_the_next(address):
    leave = """
import builtins, os, random, sys
for folder in ("/tmp", "/sandbox/work", "/sandbox/home", "/dev/shm"):
    open(folder + "/left", "w").write("something")
os.environ["LEFT"] = builtins.left = sys.left = torch.left = "something"
torch.manual_seed(1), random.seed(1), sys.modules["numpy"].random.seed(1)
print(os.getuid())
"""
    find = """
import builtins, gc, os, sys
print([hasattr(thing, "left") for thing in (builtins, sys, torch)] + ["LEFT" in os.environ]
      + [os.path.exists(folder + "/left") for folder in ("/tmp", "/sandbox/work", "/sandbox/home", "/dev/shm")]
      + [any(isinstance(thing, dict) and thing.get("LEFT") for thing in gc.get_objects())])
"""
    # root gives each a uid of its own
    assert shown(leave) != shown("import os\nprint(os.getuid())") or os.geteuid()
    assert "True" not in shown(find)


def test_random_numbers_are_not_those_of_a_sibling(address):
    draw = (
        "import random, uuid, numpy\nprint(random.random(), numpy.random.rand(), uuid.uuid4(),"
        " torch.initial_seed())"
    )
    first, second = (shown(draw).split() for _ in range(2))
    assert not set(first) & set(second)


def test_it_ends_with_whoever_asked_for_it(address):
    with Sandbox({}) as sandbox:
        process = sandbox.manager.provisioner.process
        assert isinstance(process, zygote_client.ForkedKernel)
        inside = [
            psutil.Process(process.pid),
            *psutil.Process(process.pid).children(recursive=True),
        ]
        assert len(inside) == 2
        process.connection.shutdown(2)  # as the end of the grader's process does
        psutil.wait_procs(inside, timeout=60)
        assert not any(map(psutil.Process.is_running, inside))


@pytest.fixture(scope="module")
def zygote():
    """A zygote of these tests' own; the last of them ends it."""
    zygote = zygote_client.Zygote(bubblewrap._zygote_command)
    yield zygote
    zygote.close()


def test_an_order_that_breaks_off_costs_nobody_anything(zygote):
    for files, descriptors in (({}, []), ({"../../etc/x": b"y" * 100}, [])):
        assert zygote_client.fork(zygote.address, order(), files, descriptors).wait(60) == 0
    broken = zygote_client.fork(zygote.address, order() | {"uid": "nobody's"}, {}, [])
    assert broken.wait(60) == 125 and b"TypeError" in broken.said
    assert zygote_client.fork(zygote.address, order(), {}, []).wait(60) == 0


def test_without_a_parent_a_sandbox_starts_from_nothing(monkeypatch):
    monkeypatch.setattr(bubblewrap, "zygote_address", lambda: "/nowhere")
    with Sandbox({}) as sandbox:
        assert isinstance(sandbox.manager.provisioner.process, subprocess.Popen)


# Shows this checkout's Python below /tmp, in mounts that only this process sees.
BELOW_TMP = """
mount --bind "$1" "$2"
exec "$2/bin/python" -P -c "$3"
"""
IN_A_SANDBOX = """
from nbformat.v4 import new_code_cell, new_notebook
from kireji.sandbox.backends.zygote_client import ForkedKernel
from kireji.sandbox.sandbox import Sandbox

notebook = new_notebook(cells=[new_code_cell(TRIED)])
with Sandbox({}) as sandbox:
    assert isinstance(sandbox.manager.provisioner.process, ForkedKernel)
    sandbox.run(notebook, 1)
print(notebook.cells[0].outputs[0].text)
"""
TRIED = """
import asyncio.constants, json, os, sys, wsgiref
def tried(path):
    try:
        open(path, "w").close()
        return "written"
    except OSError as error:
        return type(error).__name__
found = [sys.prefix, tried(sys.prefix + "/x"), tried("/tmp/x"), sorted(os.listdir("/tmp"))]
print(json.dumps(found))
"""


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount")
def test_a_python_below_tmp_is_forked_too():
    with tempfile.TemporaryDirectory(dir="/tmp") as folder:
        os.chmod(folder, 0o755)
        below = f"{folder}/.venv"
        os.mkdir(below)
        program = f"TRIED = {TRIED!r}\n{IN_A_SANDBOX}"
        said = subprocess.run(
            ["unshare", "--mount", "sh", "-ec", BELOW_TMP, "-", sys.prefix, below, program],
            env=os.environ | {"PYTHONPATH": str(ROOT / "src")},
            capture_output=True,
            text=True,
            check=False,
        )
    assert said.returncode == 0, said.stderr
    prefix, own_python, own_tmp, seen = json.loads(said.stdout)
    assert (prefix, own_python, own_tmp) == (below, "OSError", "written")
    assert seen == sorted({Path(folder).name, "x"})


def test_the_reason_is_told_where_sandboxes_start_slowly(monkeypatch, caplog):
    monkeypatch.setattr(bubblewrap, "_zygote_command", lambda *_: (["/bin/false"], []))
    assert bubblewrap._start_zygote() is None
    (told,) = caplog.messages
    assert told.startswith("Each sandbox starts on its own")


def test_nobody_else_can_ask_the_parent(zygote):
    assert zygote.folder.stat().st_mode & 0o777 == 0o700
    assert DEFAULT.scratch_bytes == sum(scratch_folders(DEFAULT).values())


def test_all_end_with_the_parent(zygote, monkeypatch):
    monkeypatch.setattr(bubblewrap, "zygote_address", lambda: zygote.address)
    with Sandbox({}) as sandbox:
        inside = sandbox.family()
        zygote.lifeline.close()  # as the end of the process that started it does
        psutil.wait_procs(inside, timeout=60)
        assert not any(process.is_running() and process.status() != "zombie" for process in inside)
