"""A submission that asks for input: it is refused in its cell at once, and the next cell runs.

No prompt ever reaches the terminal of the instructor who grades it."""

import time
from queue import Empty

import pytest
from jupyter_client.manager import start_new_kernel
from nbformat.v4 import new_code_cell, new_notebook

from kireji.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")

SAYS = "not possible while a notebook is graded"
NO_DEBUGGER = "No debugger is opened"
RAISES = {
    "input": "input('PROMPT')",
    "input in a function": "def ask():\n    return input('PROMPT')\nask()",
    "getpass": "import getpass\ngetpass.getpass('PROMPT')",
    "getpass imported": "from getpass import getpass\ngetpass('PROMPT')",
    "input imported": "from builtins import input as ask\nask('PROMPT')",
    "a terminal in the cell": "import IPython\nIPython.embed()",
    "code.interact": "import code\ncode.interact()",
    "in a loop": "while True:\n    try:\n        n = int(input('PROMPT'))\n    except Exception:\n        pass",
}
GOES_ON = {
    "breakpoint": "breakpoint()\nprint('went on')",
    "pdb.set_trace": "import pdb\npdb.set_trace()\nprint('went on')",
    "set_trace imported": "from pdb import set_trace\nset_trace()\nprint('went on')",
    "Pdb": "import pdb\npdb.Pdb().set_trace()\nprint('went on')",
    "IPython's": "from IPython.core.debugger import set_trace\nset_trace()\nprint('went on')",
    "pdb.run": "import pdb\npdb.run('a = 1; b = 2')\nprint('went on')",
    "%debug statement": "%debug a = 1\nprint('went on')",
}
READS_NOTHING = {
    "a shell command": '!read answer; echo "went on $answer"',
    "a program": "!python3 -c \"import getpass; getpass.getpass('PROMPT')\" ; echo went on",
    "the terminal": "!cat /dev/tty ; echo went on",
    "os.system": "import os\nos.system('read answer; echo went on')\nprint('went on')",
    "sys.stdin": "import sys\nprint('went on', sys.stdin.read())",
    "a command that is kept": "said = !read answer; echo went on\nprint(said)",
}
AFTER = "print(6 * 7)"
CELLS = [*RAISES.values(), *GOES_ON.values(), *READS_NOTHING.values()]
CELLS += ["%pdb on\nprint('went on')", "1 / 0", "import pdb\npdb.pm()", "%debug"]
ENOUGH_SECONDS = 60  # for all cells together on a busy machine; one that waits takes 300


@pytest.fixture(scope="module")
def ran():
    """What each cell put out, by its source, and the seconds that all took."""
    cells = [new_code_cell(source) for cell in CELLS for source in (cell, AFTER)]
    with Sandbox({}) as sandbox:
        started = time.monotonic()
        assert sandbox.run(new_notebook(cells=cells), len(cells)) is None
        seconds = time.monotonic() - started
    assert [said(cell.outputs) for cell in cells[1::2]] == ["42\n"] * len(CELLS)
    return {cell.source: cell.outputs for cell in cells[::2]}, seconds


def said(outputs):
    return "".join(output.get("text", "") + output.get("evalue", "") for output in outputs)


@pytest.mark.parametrize("way", RAISES)
def test_a_question_raises_at_once(ran, way):
    outputs = ran[0][RAISES[way]]
    assert outputs[-1].output_type == "error" and SAYS in said(outputs)


@pytest.mark.parametrize("way", GOES_ON)
def test_a_debugger_is_not_opened(ran, way):
    outputs = ran[0][GOES_ON[way]]
    assert "went on" in said(outputs) and NO_DEBUGGER in said(outputs)


@pytest.mark.parametrize("way", READS_NOTHING)
def test_a_command_reads_an_empty_input(ran, way):
    assert "went on" in said(ran[0][READS_NOTHING[way]])


def test_an_error_opens_no_debugger(ran):
    outputs = ran[0]["1 / 0"]
    assert [output.ename for output in outputs if output.output_type == "error"] == [
        "ZeroDivisionError"
    ]
    assert NO_DEBUGGER in said(outputs) and NO_DEBUGGER in said(ran[0]["%debug"])


def test_nothing_waits(ran):
    assert ran[1] < ENOUGH_SECONDS


def test_a_function_that_asks_fails_its_own_test_at_once(graded):
    report = graded(
        double_solution="def double(x):\n    return x * int(input('PROMPT'))",
        share_solution="def share():\n    breakpoint()\n    return 20.0",
    )
    assert report.points("double") == 0 and SAYS in report.messages("double")
    assert report.points("share") == 2


def test_without_the_refusal_the_prompt_is_sent_and_the_cell_waits():
    manager, client = start_new_kernel(kernel_name="python3")
    try:
        client.execute("input('PROMPT')", allow_stdin=True)
        assert client.get_stdin_msg(timeout=30)["content"]["prompt"] == "PROMPT"
        client.execute("1")
        with pytest.raises(Empty):  # it waits for the answer
            while client.get_shell_msg(timeout=2)["msg_type"] != "execute_reply":
                pass
    finally:
        client.stop_channels()
        manager.shutdown_kernel(now=True)
