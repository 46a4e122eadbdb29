"""A submission that fills the process which judges it: it ends within its limit, 0 with the reason,
and what ran before keeps its score."""

import json
import os
import subprocess
import sys
import threading
import time

import nbformat
import pytest
from nbformat.v4 import new_code_cell

from kireji.grading.judge import judge
from kireji.grading.judge_limits import own_memory
from kireji.grading.rebuild import MAX_CELLS, read_cells, rebuild
from kireji.grading.submission import Submission
from kireji.sandbox.limits import MIB, Limits

# a judge without a limit reads 450 MiB, which takes minutes on a busy machine
pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(900)]

SECRET = b"s" * 32
ENVIRONMENT = os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)}
RIGHT = "def double(x):\n    return 2 * x"
# Parts of one message that never ends, written into the kernel's own connection.
PARTS = """
import os, socket, struct, select
def find(number):
    for name in os.listdir("/proc/self/fd"):
        try:
            found = socket.socket(fileno=os.dup(int(name)))
            if str(found.getsockname()).strip(chr(39)).endswith(f"k-{number}"):
                found.getpeername()
                return found
        except OSError:
            pass
iopub = find(2)
part = b"\\x03" + struct.pack(">Q", 15 * 2**20) + bytes(15 * 2**20)
for _ in range(MIB // 15):
    left = memoryview(part)
    while left:
        select.select([], [iopub], [])
        try:
            left = left[iopub.send(left, socket.MSG_DONTWAIT):]
        except BlockingIOError:
            pass
import time
time.sleep(5)
def share():
    return 20.0
"""


class Peak(threading.Thread):
    """The most memory that this process grows by while the context lasts."""

    def __enter__(self):
        self.before, self.most, self.over = own_memory(), 0, threading.Event()
        self.start()
        return self

    def __exit__(self, *exception):
        self.over.set()
        self.join()

    def run(self):
        while not self.over.wait(0.02):
            self.most = max(self.most, own_memory() - self.before)


def judged(toy, submit, limit, **answers):
    with Peak() as peak:
        report = judge(
            Submission(submit(**answers)), toy, SECRET, Limits(judge_memory=limit * MIB)
        ).report
    return report, peak.most // MIB


def test_one_message_in_many_parts(toy, submit):
    report, peak = judged(
        toy, submit, 200, double_solution=RIGHT, share_solution=PARTS.replace("MIB", "900")
    )
    assert report.score == 4 and "200 MiB of the grader's memory" in " ".join(report.notices)
    assert peak < 600


def test_without_the_limit_the_judge_grows(toy, submit):
    _, peak = judged(toy, submit, 10_000, share_solution=PARTS.replace("MIB", "450"))
    assert peak > 400


def test_large_replies_that_are_kept(toy, submit, monkeypatch):
    """Each reply is under its limit; a hidden test keeps them."""
    keeping = []
    plain = toy.graders / "test_double.py"
    assert plain.is_file()
    from kireji.sandbox.channel import Channel

    ask = Channel.ask

    def keep(self, do, *arguments, **named):
        answer = ask(self, do, *arguments, **named)
        keeping.append(answer)
        return answer

    monkeypatch.setattr(Channel, "ask", keep)
    large = "def double(x):\n    import torch\n    return torch.ones(8 * 2**20)"
    report, peak = judged(toy, submit, 150, double_solution=large)
    keeping.clear()
    assert report.cells[0].score == 0 and peak < 700


def test_endless_computing_of_the_judge(toy, submit, monkeypatch):
    def never_ends(*arguments, **named):
        while True:
            sum(range(1000))

    monkeypatch.setattr("kireji.testing.expect.close", never_ends)
    started = time.monotonic()
    report = judge(
        Submission(submit()), toy, SECRET, Limits(judge_processor_seconds=3)
    ).report.as_dict()
    assert time.monotonic() - started < 60
    said = json.dumps(report)
    assert "3 seconds of the grader's computing" in said and report["score"] < 6


@pytest.mark.parametrize(
    "text",
    [
        b'{"cells": [' + b"[]," * 2_000_000 + b"[]]}",
        b'{"cells": [' + b'{"a":{}},' * 1_000_000 + b"{}]}",
        b'{"cells": [' + b"0," * 3_000_000 + b"0]}",
        b'{"cells": [' + b'"",' * 3_000_000 + b'""]}',
        b'{"cells": ["' + b'\\"' * 3_000_000 + b"[" * 2_000_000,
    ],
)
def test_a_notebook_of_tiny_objects(text):
    started = time.monotonic()
    with Peak() as peak, pytest.raises(ValueError, match="values|JSON"):
        read_cells(text)
    assert peak.most < 100 * MIB and time.monotonic() - started < 20


# In a process of its own: memory that earlier tests gave back would hide the growth.
GROWTH = """
import json
from kireji.grading.judge_limits import own_memory
before = own_memory()
objects = json.loads(b"[" + b"{}," * 3_000_000 + b"{}]")
print(len(objects), own_memory() - before)
"""


def test_without_the_count_tiny_objects_take_much():
    ran = subprocess.run(
        [sys.executable, "-c", GROWTH], check=True, capture_output=True, text=True, env=ENVIRONMENT
    )
    count, growth = map(int, ran.stdout.split())
    assert count == 3_000_001 and growth > 150 * MIB


def test_an_honest_notebook_with_large_outputs_is_read(toy, submit):
    notebook = nbformat.reads(submit().decode(), as_version=4)
    picture = nbformat.v4.new_output("display_data", {"image/png": "iVBORw0KGgo" * 1_500_000})
    text = nbformat.v4.new_output("stream", text="[0.25, 0.5, {}]\n" * 300_000)
    notebook.cells.append(new_code_cell("1", outputs=[picture, text]))
    rebuilt, notices = rebuild(toy, nbformat.writes(notebook).encode())
    assert not notices and len(rebuilt.cells) == len(notebook.cells)


def test_too_many_cells_are_said(toy, submit):
    notebook = nbformat.reads(submit().decode(), as_version=4)
    notebook.cells += [new_code_cell("1") for _ in range(MAX_CELLS)]
    rebuilt, notices = rebuild(toy, nbformat.writes(notebook).encode())
    assert len(rebuilt.cells) == MAX_CELLS and f"{MAX_CELLS:,}" in " ".join(notices)
