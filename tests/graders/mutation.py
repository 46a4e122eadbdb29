"""How many mutants of an assignment's solution lose points: `python -m tests.graders.mutation
ASSIGNMENT [TASK]... [--most N]`

Each mutant (tests/graders/mutants.py) is graded by the hidden tests of its own task, up to the
first lost point. One that keeps all points is asked those of the assignment's probes
(ASSIGNMENT/probes.py) that call what it changed, and so is the solution. Where all answers agree,
the mutant does not change behaviour. Where only those of `probe_open_...` differ, it changes what
the task leaves open: the size of a picture, say. Else the other tasks' hidden tests have their
turn. `--most` takes N mutants of each task, evenly spread over its code. The table
var/mutation/ASSIGNMENT.tsv is written as the run goes; what stands in it is not asked again, but
for survivors. Delete it to begin afresh."""

import argparse
import functools
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import torch

from kireji.course.assignment import Assignment
from kireji.demo.checkpoint import trained_checkpoints
from kireji.sandbox.channel import CallError, SandboxLostError
from kireji.testing.report import TestReport
from tests.graders.bench import as_code, grade, serving
from tests.graders.mutants import Mutant, mutants_of, mutated
from tests.graders.outcomes import (
    CAUGHT,
    CRASHED,
    LEFT_OPEN,
    SAME,
    SURVIVED,
    Outcome,
    Table,
    summary,
    table_of,
)
from tests.support.clone import COURSE

# of everything that one mutant is asked: it may loop for ever. Time on the wall says nothing on a
# busy machine.
PROCESSOR_SECONDS = 60
CALL_SECONDS = 3600
OPEN_PROBE = "probe_open_"
HERE = Path(__file__).parent
# Notes which cells' functions are called. Flag 1 tells a function from the cell itself, which runs
# its text once.
NOTING = """
import sys
called = set()
def note(frame, event, argument):
    code = frame.f_code
    if event == "call" and code.co_flags & 1 and code.co_filename.startswith("<cell "):
        called.add(frame.f_code.co_filename[6:-1])
sys.setprofile(note)
"""


class Course:
    """One assignment, what is graded of it, and what its solution answers to the probes.

    tasks: whose hidden tests are asked; all, unless told. Those that need more than the answers get
    the trained checkpoint in `work`."""

    def __init__(self, assignment: Assignment, work: Path, tasks: Iterable[str] = ()) -> None:
        self.assignment, self.work = assignment, work
        self.files = [f"test_{task}.py" for task in tasks] or sorted(
            path.name for path in assignment.graders.glob("test_*.py")
        )
        self.answers_alone = {
            file: not self.lost(None, [file], answers_only=True) for file in self.files
        }
        if not all(self.answers_alone.values()):
            for checkpoint in trained_checkpoints(COURSE, assignment).iterdir():
                (work / checkpoint.name).write_bytes(checkpoint.read_bytes())

    @functools.cached_property
    def solution(self) -> dict[str, Any]:
        """Of the solution: "answers" to all probes, and "cells": {probe: the cells whose functions
        it calls}."""
        return self.asked(None, "ask_and_note", before=NOTING)

    def concerned(self, mutant: Mutant) -> list[str]:
        """The probes that call what the mutant changed; all, where none does."""
        return [
            name for name, cells in self.solution["cells"].items() if mutant.cell in cells
        ] or list(self.solution["cells"])

    @functools.cached_property
    def answered_alone(self) -> set[str]:
        """The probes that are answered alike where only the notebook's answers have run."""
        alone = self.asked(None, "ask", answers_only=True)
        return {
            name
            for name in self.solution["cells"]
            if not difference(those_of([name], self.solution["answers"]), alone)
        }

    def code(self, mutant: Mutant | None, answers_only: bool = False) -> str:
        """The notebook as it is graded; or its imports and answers alone, which takes half the
        time."""
        notebook = mutated(self.assignment, mutant)
        if answers_only:
            notebook.cells = [
                cell
                for cell in notebook.cells
                if cell.id == "imports" or cell.metadata.get("nbgrader", {}).get("solution")
            ]
        return (
            f"import signal\nsignal.setitimer(signal.ITIMER_PROF, {PROCESSOR_SECONDS})\n"
            + as_code(notebook, self.work)
        )

    def outcome(self, mutant: Mutant) -> Outcome:
        """Graded by its own task's tests, probed if it lost nothing, and graded by all others if it
        answered otherwise."""
        own = [f"test_{mutant.task}.py"]
        caught = self.caught(mutant, own)
        if caught:
            return caught
        names = self.concerned(mutant)
        given = self.asked(mutant, "ask", names, answers_only=self.answered_alone.issuperset(names))
        told_apart = difference(those_of(names, self.solution["answers"]), given)
        if not told_apart or told_apart.startswith(OPEN_PROBE):
            return Outcome(mutant, LEFT_OPEN if told_apart else SAME, told_apart)
        return self.caught(mutant, [file for file in self.files if file not in own]) or Outcome(
            mutant, SURVIVED, told_apart
        )

    def caught(self, mutant: Mutant, files: list[str]) -> Outcome | None:
        """The outcome of a mutant that loses points to the hidden tests of `files`."""
        for file in files:
            lost = self.lost(mutant, [file], self.answers_alone[file])
            if lost:
                crashed = "Your code raised" in lost[0].message or lost[0].status == "missing"
                return Outcome(mutant, CRASHED if crashed else CAUGHT, lost[0].name)
        return None

    def lost(
        self, mutant: Mutant | None, files: Iterable[str], answers_only: bool = False
    ) -> list[TestReport]:
        """The first hidden test of `files` that gave the mutant less than all, if there is one."""
        try:
            cells = grade(
                self.assignment.name,
                self.code(mutant, answers_only),
                *files,
                digest="mutation",
                call_seconds=CALL_SECONDS,
                until_lost=True,
                work=self.work,
            )
        except EOFError:
            return [
                TestReport(
                    "the notebook", "", "timeout", 0.0, 1.0, "It did not run to its end.", []
                )
            ]
        return [test for tests in cells.values() for test in tests if test.fraction < 1]

    def asked(
        self,
        mutant: Mutant | None,
        what: str,
        *arguments: Any,
        before: str = "",
        answers_only: bool = False,
    ) -> dict[str, Any]:
        """What a function of probing.py answers where the mutant has run."""
        text = "\n".join(
            (HERE / file).read_text()
            for file in ("probing.py", f"{self.assignment.name}/probes.py")
        )
        code = (
            f"{before}{self.code(mutant, answers_only)}\nexec(compile({text!r}, '<probes>',"
            " 'exec'), globals())"
        )
        try:
            with serving(code) as channel:
                return channel.ask(
                    "call",
                    seconds=CALL_SECONDS,
                    target=what,
                    method="",
                    args=list(arguments),
                    kwargs={},
                )["result"]
        except (EOFError, CallError, SandboxLostError) as error:
            return {"all": type(error).__name__}


def those_of(names: Iterable[str], answers: dict[str, Any]) -> dict[str, Any]:
    """The answers to some probes."""
    return {
        question: answer for question, answer in answers.items() if question.split()[0] in names
    }


def difference(right: dict[str, Any], given: dict[str, Any]) -> str:
    """The first question that is answered otherwise, of what the task asks for if there is one; ""
    where none is."""
    differ = [name for name in right if not alike(right[name], given.get(name))]
    return min(differ, key=lambda name: name.startswith(OPEN_PROBE), default="")


def alike(one: Any, other: Any) -> bool:
    """Equal up to rounding, shapes and types included."""
    if isinstance(one, torch.Tensor) and isinstance(other, torch.Tensor):
        return (
            one.shape == other.shape
            and one.dtype == other.dtype
            and torch.allclose(one.double(), other.double(), rtol=1e-4, atol=1e-5, equal_nan=True)
        )
    if isinstance(one, (list, tuple)) and isinstance(other, (list, tuple)):
        return len(one) == len(other) and all(map(alike, one, other))
    return type(one) is type(other) and (one == other or one != one and other != other)


def chosen(mutants: list[Mutant], tasks: Iterable[str], most: int | None) -> list[Mutant]:
    """Those of `tasks` (of all, if there are none), at most so many of each task, evenly spread."""
    by_task: dict[str, list[Mutant]] = {}
    for mutant in mutants:
        if not tasks or mutant.task in tasks:
            by_task.setdefault(mutant.task, []).append(mutant)
    return [
        those[at * len(those) // count]
        for those in by_task.values()
        for count in [min(len(those), most or len(those))]
        for at in range(count)
    ]


def run(name: str, tasks: Iterable[str] = (), most: int | None = None) -> list[Outcome]:
    """The outcomes of an assignment's mutants, of all or of some tasks. AssertionError if the
    solution itself loses points."""
    with tempfile.TemporaryDirectory() as work:
        course = Course(COURSE.assignment(name), Path(work))
        mutants = chosen(mutants_of(course.assignment), tasks, most)
        lost = course.lost(None, sorted({f"test_{mutant.task}.py" for mutant in mutants}))
        assert not lost, f"the solution itself loses points: {lost}"
        assert "all" not in course.solution, course.solution
        assert not difference(course.solution["answers"], course.asked(None, "ask")), (
            "the probes do not always get the same answer"
        )
        table, outcomes = Table(table_of(name)), []
        for number, mutant in enumerate(mutants, start=1):
            outcome = table.known(mutant)
            if outcome is None:
                outcome = course.outcome(mutant)
                table.add(outcome)
            outcomes.append(outcome)
            print(
                f"\r{number}/{len(mutants)} {mutant.task:24} survived"
                f" {sum(each.what == SURVIVED for each in outcomes)} ",
                end="",
                file=sys.stderr,
                flush=True,
            )
        print(file=sys.stderr)
        return outcomes


if __name__ == "__main__":
    parser = argparse.ArgumentParser(
        prog="python -m tests.graders.mutation", description=__doc__.partition(":")[0] + "."
    )
    parser.add_argument("assignment")
    parser.add_argument("tasks", nargs="*", metavar="task")
    parser.add_argument("--most", type=int, help="mutants of each task; all unless told")
    asked = parser.parse_args()
    print(summary(run(asked.assignment, asked.tasks, asked.most)))
    print(table_of(asked.assignment))
