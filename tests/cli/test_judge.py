"""`./kireji judge`: what it says of a folder before it grades anything."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from kireji.cli.main import kireji
from tests.support.clone import COURSE


@pytest.mark.parametrize("unremarkable", [None, "timestamp.txt"])
def test_an_empty_folder_is_one_sentence_and_a_failure(
    tmp_path: Path, unremarkable: str | None
) -> None:
    if unremarkable:
        (tmp_path / unremarkable).touch()
    name = COURSE.assignment_names()[0]
    said = CliRunner().invoke(kireji, ["judge", name, str(tmp_path)])
    assert said.exit_code == 1 and said.stdout == ""
    assert said.stderr == (
        f"There is nothing to grade in {tmp_path}: expected is {name}.ipynb, and the files handed"
        " in with it.\n"
    )
