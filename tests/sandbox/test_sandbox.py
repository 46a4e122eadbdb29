"""The sandbox with a real kernel behind a real wall: what runs, what is there, and what is left afterwards."""

import os
import subprocess
import time

import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook

from kireji import paths
from kireji.sandbox.cells import CellsLost
from kireji.sandbox.channel import CallFailed, SandboxLost
from kireji.sandbox.limits import Limits
from kireji.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")

CODE = """
import os, socket, subprocess, time, torch
attempts = []
def double(x):
    print("noise")
    return 2 * x
def change(x):
    x += 1
    return x
def attempt(number):
    attempts.append(number)
    return len(attempts)
def can_read(path):
    return os.path.exists(path)
def listing(path):
    return os.listdir(path)
def connect(port):
    socket.create_connection(("127.0.0.1", port), timeout=1)
def speak(data):
    import gc
    for thing in gc.get_objects():
        if isinstance(thing, socket.socket) and thing.family == socket.AF_UNIX:
            thing.sendall(bytes(data))
    return 1
class Model(torch.nn.Linear):
    pass
"""


@pytest.fixture(scope="module")
def box():
    notebook = new_notebook(cells=[new_code_cell(CODE)])
    with Sandbox({"weights.safetensors": b"content"}) as sandbox:
        sandbox.run(notebook, 1)
        assert notebook.cells[0].outputs == []
        yield sandbox.connect()


def call(box, name, *args, **options):
    return box.ask("call", target=name, method="", args=list(args), kwargs={}, **options)["result"]


def test_a_function_is_called_with_tensors(box):
    assert torch.equal(call(box, "double", torch.ones(2, 3)), torch.full((2, 3), 2.0))


def test_a_change_in_place_is_reported(box):
    reply = box.ask("call", target="change", method="", args=[torch.zeros(2)], kwargs={})
    assert reply["changed"] == [0] and torch.equal(reply["inputs"][0], torch.ones(2))


def test_a_module_is_made_loaded_and_asked_for_gradients(box):
    model = box.ask("make", target="Model", args=[2, 1], kwargs={})
    box.ask("load", target=model, state={"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])})
    assert box.ask("state", target=model)["weight"].tolist() == [[1, 2]]
    gradients = box.ask("gradients", target=model, method="", args=[torch.tensor([[5.0, 7.0]])], kwargs={}, of=0,
                        wrt="parameters", cotangent=None)
    assert gradients["weight"].tolist() == [[5, 7]] and gradients["bias"].tolist() == [1]


def test_an_error_in_the_students_code_is_told_with_its_line(box):
    with pytest.raises(CallFailed) as raised:
        call(box, "double", "text", 3)
    assert raised.value.type_name == "TypeError"


def test_only_what_is_listed_is_there(box):
    for path in (paths.ROOT / "pyproject.toml", paths.GRADERS, paths.SOURCE, paths.SECRET, paths.HELD_OUT, "/etc/passwd"):
        assert os.path.exists(path) or path == paths.SECRET
        assert call(box, "can_read", str(path)) is False
    assert set(call(box, "listing", "/sandbox/work")) == {"weights.safetensors"}
    assert len([name for name in call(box, "listing", "/proc") if name.isdigit()]) <= 4


def test_this_machines_ports_cannot_be_reached(box):
    import socket

    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        socket.create_connection(("127.0.0.1", port), timeout=1).close()     # from here it can
        with pytest.raises(CallFailed):
            call(box, "connect", port)


def run(code: str, limits: Limits = Limits(), then: str = "double") -> object:
    notebook = new_notebook(cells=[new_code_cell(CODE), new_code_cell(code)])
    with Sandbox({}, limits) as sandbox:
        sandbox.run(notebook, 2)
        return call(sandbox.connect(), then, 1)


def test_a_process_left_behind_dies_with_the_sandbox():
    mark = f"6{time.time_ns() % 10**9}"
    run(f"subprocess.Popen(['sleep', '{mark}'], start_new_session=True)")
    left = subprocess.run(["pgrep", "-f", f"sleep {mark}"], capture_output=True, text=True)
    assert left.stdout == ""


def test_a_reply_nobody_asked_for_ends_the_conversation():
    notebook = new_notebook(cells=[new_code_cell(CODE)])
    with Sandbox({}) as sandbox:
        sandbox.run(notebook, 1)
        channel = sandbox.connect()
        with pytest.raises(SandboxLost, match="had not been asked|could not be read"):
            call(channel, "speak", list(b"\0" * 7 + b"\x05" + b"\0\0\0\x01\xc0"))
            call(channel, "double", 1)
        with pytest.raises(SandboxLost):
            call(channel, "double", 1)


def test_memory_is_limited():
    with pytest.raises(CallFailed):
        notebook = new_notebook(cells=[new_code_cell("def grab(n):\n    return len(bytearray(n * 2**30))")])
        with Sandbox({}, Limits(address_space=4 * 2**30)) as sandbox:
            sandbox.run(notebook, 1)
            call(sandbox.connect(), "grab", 5)


def test_a_cell_that_ends_python_is_named():
    with pytest.raises(CellsLost) as lost:
        run("os._exit(3)")
    assert lost.value.index == 1


def test_output_is_cut():
    notebook = new_notebook(cells=[new_code_cell("for _ in range(300):\n    print('x' * 1000)")])
    with Sandbox({}, Limits(cell_characters=10_000)) as sandbox:
        sandbox.run(notebook, 1)
    kept = sum(len(output.get("text", "")) for output in notebook.cells[0].outputs)
    assert 9_000 < kept < 11_000 and "was dropped" in notebook.cells[0].outputs[-1].text
