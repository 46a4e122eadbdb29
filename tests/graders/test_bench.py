"""The bench: code without a wall, for tests of the hidden tests."""

import psutil

from tests.graders.bench import serving


def answer() -> object:
    with serving("def double(x):\n    return 2 * x") as channel:
        return channel.ask("call", target="double", method="", args=[21], kwargs={})["result"]


def test_a_nursery_that_ended_is_started_again():
    assert answer() == 42
    for child in psutil.Process().children():
        if any(word.endswith("nursery.py") for word in child.cmdline()):
            child.kill()
            child.wait()
    assert answer() == 42
