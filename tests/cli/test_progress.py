"""What is shown while a class is graded."""

import io
from pathlib import Path
from types import SimpleNamespace

from rich.console import Console

from kireji.cli.progress import LAST, Round


def text(shown: Round) -> str:
    console = Console(width=120, record=True, file=io.StringIO())
    console.print(shown)
    return console.export_text()


def test_running_queued_and_done_are_told_apart():
    shown = Round(4)
    assert "0/4" in text(shown) and "0 running · 4 queued" in text(shown)
    place = SimpleNamespace(running=[Path("submitted/ada/ex1"), Path("submitted/ben/ex1")])
    shown.judging(place)
    assert "2 running · 2 queued" in text(shown)
    place.running.pop(0)
    shown.done("ex1", "ada", "94 / 100")
    said = text(shown)
    assert "1/4" in said and "1 running · 2 queued" in said
    assert [line.split()[:2] for line in said.splitlines()[1:]] == [
        ["done", "ada"],
        ["running", "ben"],
    ]
    assert "94 / 100" in said


def test_only_the_last_few_that_are_done_stay_in_sight():
    shown = Round(40)
    for number in range(30):
        shown.done("ex1", f"student{number}", "1 / 1")
    assert text(shown).count("done") == LAST and "student29" in text(shown)
