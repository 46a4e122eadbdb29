"""A small run of the load benchmark against a hub of its own: it counts what arrived, and stays on
this machine."""

from io import StringIO

import pytest
from rich.console import Console

from benchmarks.load import drive, own_course, table
from benchmarks.load_machine import size
from benchmarks.load_people import LoadError, Student, loopback_only

pytestmark = pytest.mark.timeout(600)


class Forgetful(Student):
    """Says at the second time that it handed in, and has not."""

    def submit(self, assignment):
        if self.handed_in:
            self.handed_in += 1
        else:
            super().submit(assignment)


@pytest.mark.needs("bubblewrap")
def test_two_students_at_once_and_a_lost_submission_is_noticed():
    said = []
    with own_course(2) as (students, instructor, machine):
        students[1].__class__ = Forgetful
        figures = drive(
            students,
            instructor,
            "tiny",
            rounds=2,
            machine=machine,
            look=0.5,
            training=None,
            tell=said.append,
        )
    assert figures.lost == [students[1].name]
    assert figures.handed_in == 4 and figures.rate > 0
    assert len(figures.start) == len(figures.first_cell) == 2 and len(figures.submit) == 4
    assert 0 < figures.uses["idle"].memory < figures.uses["with a kernel"].memory
    assert figures.holds("idle") >= figures.holds("with a kernel") > 0
    assert said[:2] == ["signing in", "starting their servers"]
    printed = StringIO()
    Console(width=200, file=printed).print(table(figures))
    assert (
        "per second, 1 lost" in printed.getvalue()
        and "processors; memory for" in printed.getvalue()
    )


@pytest.mark.parametrize(
    "address",
    ["http://192.0.2.1:8000", "http://example.org", "http://127.0.0.1.example.org", "nonsense"],
)
def test_the_load_never_leaves_this_machine(address):
    with pytest.raises(LoadError, match="not on this machine"):
        Student(address, "alice", "x")
    assert loopback_only("http://127.0.0.1:8000/") == "http://127.0.0.1:8000"


def test_sizes_as_the_engine_prints_them():
    assert [size(text) for text in ("0B", "12.5KiB ", "151.2MiB", "1.5GiB")] == [
        0,
        12800,
        151.2 * 2**20,
        1.5 * 2**30,
    ]
