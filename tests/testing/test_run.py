"""How hidden tests are run: under our own plug-ins and options, whatever the environment says."""

import os
from pathlib import Path

from kireji.testing.run import collect

HIDDEN_TEST = """
from kireji.testing import graded

@graded("double")
def test_double(student):
    "It doubles."
"""


def test_options_of_the_environment_reach_no_hidden_test(tmp_path: Path, monkeypatch) -> None:
    (tmp_path / "test_double.py").write_text(HIDDEN_TEST)
    given = {"PYTEST_ADDOPTS": "--no-such-option", "PYTEST_PLUGINS": "no.such.plugin"}
    for name, value in given.items():
        monkeypatch.setenv(name, value)
    assert [test.name for test in collect(tmp_path)] == ["test_double"]
    assert given.items() <= os.environ.items()
