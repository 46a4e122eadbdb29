"""The sandbox with a real kernel behind a real wall: what runs, what is there, and what is left
afterwards."""

import os

import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook

from kireji.sandbox.cells import CellsLostError
from kireji.sandbox.channel import CallError
from kireji.sandbox.limits import Limits
from kireji.sandbox.sandbox import Sandbox
from tests.support.clone import COURSE, ROOT

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
    reply = box.ask(
        "call", target="change", method="", args=[torch.zeros(2)], kwargs={}, inputs=True
    )
    assert torch.equal(reply["inputs"][0], torch.ones(2))


def test_a_module_is_made_loaded_and_asked_for_gradients(box):
    model = box.ask("make", target="Model", args=[2, 1], kwargs={})
    box.ask(
        "load",
        target=model,
        state={"weight": torch.tensor([[1.0, 2.0]]), "bias": torch.tensor([3.0])},
    )
    assert box.ask("state", target=model)["weight"].tolist() == [[1, 2]]
    gradients = box.ask(
        "gradients",
        target=model,
        method="",
        args=[torch.tensor([[5.0, 7.0]])],
        kwargs={},
        of=0,
        wrt="parameters",
        cotangent=None,
    )
    assert gradients["weight"].tolist() == [[5, 7]] and gradients["bias"].tolist() == [1]


def test_an_error_in_the_students_code_is_told_with_its_line(box):
    with pytest.raises(CallError) as raised:
        call(box, "double", "text", 3)
    assert raised.value.type_name == "TypeError"


def test_only_what_is_listed_is_there(box):
    for path in (
        ROOT / "pyproject.toml",
        COURSE.graders,
        COURSE.source,
        COURSE.secret_file,
        COURSE.held_out,
        "/etc/passwd",
    ):
        assert os.path.exists(path) or path == COURSE.secret_file
        assert call(box, "can_read", str(path)) is False
    assert set(call(box, "listing", "/sandbox/work")) == {"weights.safetensors"}
    assert len([name for name in call(box, "listing", "/proc") if name.isdigit()]) <= 4


DEFAULT_LIMITS = Limits()


def run(code: str, limits: Limits = DEFAULT_LIMITS, then: str = "double") -> object:
    notebook = new_notebook(cells=[new_code_cell(CODE), new_code_cell(code)])
    with Sandbox({}, limits) as sandbox:
        sandbox.run(notebook, 2)
        return call(sandbox.connect(), then, 1)


def test_a_cell_that_ends_python_is_named():
    with pytest.raises(CellsLostError) as lost:
        run("os._exit(3)")
    assert lost.value.index == 1
