"""A submission that looks for the hidden tests, the expected values, secrets and other people's
work."""

import os

import pytest

from tests.support.clone import COURSE, ROOT

from .conftest import kernel, wins_in_one_process

pytestmark = pytest.mark.needs("bubblewrap")

LOOK = """
import gc, glob, inspect, os, sys
def history(word):
    return sum(word in line for line in In)
def frames(word):
    frame, found = sys._getframe(), 0
    while frame:
        found += word in frame.f_globals or word in frame.f_locals or word in frame.f_code.co_filename
        frame = frame.f_back
    return found
def objects(word):
    return sum(isinstance(thing, str) and word in thing for thing in gc.get_objects()) + sum(
        word in name for name in sys.modules)
def readable(paths):
    return [path for path in paths if os.path.exists(path)]
def found(names):
    skip = ("/proc", "/sys", "/usr", "/dev")
    return [os.path.join(folder, name) for folder, folders, files in os.walk("/")
            if not folder.startswith(skip) and "packages" not in folder and "/lib/python" not in folder
            for name in (*folders, *files) if name in names][:20]
def in_proc(kind, word):
    count = 0
    for path in glob.glob("/proc/[0-9]*/" + kind):
        try:
            with open(path, "rb") as file:
                count += word.encode() in file.read()
        except OSError:
            pass
    return count
"""
# Things that exist here, and that a submission would like to have.
THINGS = [str(path) for path in (COURSE.graders, COURSE.source, ROOT / "src", ROOT / "tests")]


def test_reading_wins_in_one_process():
    assert wins_in_one_process(
        {
            "In": (
                "import re\ndef double(x):\n    numbers = re.search(r'expected ="
                " torch.tensor\\((.*)\\)', In[-1])[1]\n    import torch\n    return"
                " torch.tensor(eval(numbers))"
            ),
            "frames": (
                "import sys\ndef double(x):\n    return sys._getframe(1).f_globals['expected']"
            ),
            "objects": (
                "import gc\ndef double(x):\n    return next(thing['expected'] for thing in"
                " gc.get_objects()\n        if type(thing) is dict and 'expected' in thing and"
                " 'double' in thing)"
            ),
        }
    ) == {"In": True, "frames": True, "objects": True}


@pytest.fixture(scope="module")
def word(tmp_path_factory):
    """A secret in this very process's environment, as a token might be."""
    name = "KIREJI_LURE"
    os.environ[name] = "lure-7c1f"
    yield os.environ[name]
    del os.environ[name]


def test_without_the_wall_it_is_all_there(word):
    with kernel(LOOK, walled=False) as ask:
        assert ask("readable", THINGS) == THINGS
        assert ask("in_proc", "cmdline", "pytest") > 0
        assert ask("in_proc", "status", "Name:") > 20


def test_behind_it_there_is_nothing_to_read(word):
    with kernel(LOOK) as ask:
        assert ask("readable", [*THINGS, str(COURSE.secret_file), str(COURSE.held_out)]) == []
        names = [
            "graders",
            "source",
            "gradebook.db",
            "held_out",
            "secret",
            "submitted",
            "exchange",
            "judge.py",
            "inbound",
        ]
        assert ask("found", names) == []
        assert ask("in_proc", "environ", word) == ask("in_proc", "cmdline", "pytest") == 0
        assert ask("in_proc", "status", "Name:") <= 4  # the wall's own and the kernel
        assert (
            ask("history", "expect")
            == ask("frames", "kireji/grading")
            == ask("objects", "kireji.grading")
            == ask("frames", "kireji/testing")
            == ask("objects", "kireji.testing")
            == 0
        )
