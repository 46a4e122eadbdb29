"""A submission that takes more than its share: one budget each of time, memory, processes, disk and
output, and a reason.

Small limits stand in for the real ones; every attack is bounded, and goes through where the limit
is not in its way.
"""

import pytest
from nbformat.v4 import new_code_cell, new_notebook

from kireji.sandbox.cells import CellsLostError
from kireji.sandbox.limits import MIB, Limits
from kireji.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")

# Each ends by itself, in seconds, with what it took given back.
MEMORY = """
import os, time
children = []
for _ in range(4):
    children.append(os.fork())
    if children[-1] == 0:
        block = bytearray(os.urandom(1)) * (150 * 2**20)
        time.sleep(15)
        os._exit(0)
for child in children:
    os.waitpid(child, 0)
"""
PROCESSES = """
import threading, time
try:
    for _ in range(200):
        threading.Thread(target=time.sleep, args=(15,), daemon=True).start()
except RuntimeError:
    pass
time.sleep(6)
"""
FILES = "import os, time\nfor n in range(3000):\n    open(f'/tmp/{n}', 'w').close()\ntime.sleep(6)"
OUTPUT = "import sys\nfor n in range(60):\n    print('x' * 2**18, flush=True)"
TIMES = "for n in range(400):\n    print(n, flush=True)"
MESSAGE = "import time\nprint('x' * (6 * 2**20))\ntime.sleep(6)"
COMPUTING = (
    "import time\nend = time.time() + 250\nwhile time.time() < end and time.process_time() < 14:\n "
    "   pass"
)
ATTACKS = {
    "memory": (MEMORY, Limits(memory=450 * MIB), "ran out of memory"),
    "processes": (PROCESSES, Limits(processes=60), "too many processes"),
    "files": (FILES, Limits(scratch_files=1000), "filled the disk"),
    "output": (OUTPUT, Limits(output_bytes=4 * MIB), "put out too much"),
    "how often": (TIMES, Limits(outputs=100), "put out too much"),
    "one message": (MESSAGE, Limits(message_bytes=4 * MIB), "showed more than 4 MiB at once"),
    "computing": (COMPUTING, Limits(processor_seconds=6), "ran out of time"),
}


def run(limits: Limits, *codes: str) -> tuple[list, list[str]]:
    """The notebook's cells after they ran, and the sandbox's remarks."""
    notebook = new_notebook(cells=[new_code_cell(code) for code in codes])
    with Sandbox({}, limits) as sandbox:
        sandbox.run(notebook, len(codes))
        return notebook.cells, sandbox.remarks()


def test_each_goes_through_where_the_limit_is_not_in_its_way():
    run(Limits(cells_seconds=280), *(code for code, _, _ in ATTACKS.values()))


@pytest.mark.parametrize("name", ATTACKS)
def test_the_reason_says_which_budget_was_used_up(name):
    code, limits, reason = ATTACKS[name]
    with pytest.raises(CellsLostError, match=reason) as lost:
        run(limits, "before = 1", code)
    assert lost.value.index == 1


def test_a_full_disk_is_an_error_in_the_cell_and_a_remark():
    fill = (
        "block = b'x' * 2**20\nwith open('/tmp/big', 'wb') as file:\n    for _ in range(140):\n    "
        "    file.write(block)"
    )
    cells, remarks = run(Limits(), fill)
    assert "No space left" in cells[0].outputs[0].evalue
    assert remarks == ["The disk was full: the folder /tmp has room for 128 MiB."]


def test_there_is_no_other_place_to_write_to():
    code = """
import os
writable = []
for folder, folders, files in os.walk("/"):
    folders[:] = [name for name in folders if (folder, name) not in [("/", "proc"), ("/", "usr")]
                  and "site-packages" not in name]
    try:
        with open(os.path.join(folder, "probe"), "w"):
            writable.append(folder)
    except OSError:
        pass
print(sorted({"/".join(name.split("/")[:3]) for name in writable}))
"""
    cells, _ = run(Limits(), code)
    assert eval(cells[0].outputs[0].text) == ["/dev/shm", "/sandbox/home", "/sandbox/work", "/tmp"]


def test_more_memory_than_there_is_is_an_error_in_the_cell():
    cells, _ = run(Limits(), "x = bytearray(100 * 2**30)", "print('still here')")
    assert cells[0].outputs[0].ename == "MemoryError" and cells[1].outputs[0].text == "still here\n"


def test_many_outputs_and_long_ones_are_cut():
    figures = "from IPython.display import display\nfor n in range(60):\n    display(n)"
    cells, _ = run(
        Limits(cell_outputs=20, cell_characters=10_000),
        figures,
        "for _ in range(300):\n    print('x' * 1000)",
    )
    assert len(cells[0].outputs) == 21 and "was dropped" in cells[0].outputs[-1].text
    kept = sum(len(output.text) for output in cells[1].outputs)
    assert 9_000 < kept < 11_000 and "was dropped" in cells[1].outputs[-1].text


@pytest.mark.parametrize(
    ("endless", "reason"),
    [
        ("while True: pass", "ran out in the cell 'share_solution'"),
        (
            "import signal\nsignal.signal(signal.SIGINT, signal.SIG_IGN)\nwhile True: pass",
            "could not be stopped",
        ),
        (
            "while True:\n    try:\n        while True: pass\n    except BaseException: pass",
            "ran out",
        ),
        ("import os, signal\nos.kill(os.getpid(), signal.SIGSTOP)", "could not be stopped"),
    ],
    ids=["endless", "deaf", "swallowing", "stopped"],
)
def test_a_cell_that_never_ends_keeps_what_ran_before(graded, endless, reason):
    report = graded(
        double_solution="def double(x):\n    return 2 * x",
        share_solution=endless,
        limits={"cells_seconds": 5},
    )
    assert report.points("double") == 4 and report.points("share") == 0 and reason in report.notices


def test_many_cells_share_one_budget():
    cells, _ = run(Limits(cells_seconds=12), *["import time\ntime.sleep(2.5)"] * 6)
    assert cells[-1].outputs[0].ename == "OutOfTime" and cells[0].outputs == []
