"""Many students at once: sign in, start a server, fetch, run a cell, submit. `python -m
benchmarks.load --students 20`

Starts a course of its own and ends it, or, with --address and --accounts, uses a hub that runs on
this machine, such as the compose deployment's; its students must be in the class and `--assignment`
released. What was handed in stays there.
"""

import json
import statistics
import sys
import threading
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path

import click
import psutil
from rich.console import Console
from rich.table import Table

from benchmarks.load_courses import given_course, own_course
from benchmarks.load_machine import MIB, ContainerMachine, Use
from benchmarks.load_people import Instructor, Kernel, LoadError, Student, loopback_only
from kireji.course.layout import find_course

MAX_STUDENTS = 200  # students; the load is bounded
LOOK_SECONDS = 10.0  # seconds for which memory and processors are looked at


@dataclass
class Figures:
    """What was measured. Times in seconds, a list with one entry for each student."""

    students: int
    log_in: list[float] = field(default_factory=list)
    start: list[float] = field(default_factory=list)
    fetch: list[float] = field(default_factory=list)
    first_cell: list[float] = field(default_factory=list)
    submit: list[float] = field(default_factory=list)
    submitting: float = 0.0  # in all rounds, from the first click to the last answer
    handed_in: int = 0
    lost: list[str] = field(default_factory=list)
    # all servers together: idle, with a kernel, training
    uses: dict[str, Use] = field(default_factory=dict)
    free: int = 0  # bytes of memory before the first server

    @property
    def rate(self) -> float:
        """Submissions per second."""
        return self.handed_in / self.submitting

    def holds(self, doing: str) -> int:
        """How many students who do this have room in the memory that was free. Processors they
        share: more of them train slower."""
        return int(self.free // max(1, self.uses[doing].memory / self.students))


def drive(
    students: list[Student],
    instructor: Instructor,
    assignment: str,
    rounds: int,
    machine,
    look: float,
    training: tuple[str, float] | None,
    tell: Callable[[str], None],
) -> Figures:
    """All students do each step at the same time. training: code, and the seconds for which it
    runs."""
    figures = Figures(len(students), free=psutil.virtual_memory().available)
    with ThreadPoolExecutor(len(students)) as pool:

        def everybody(
            what: str, step: Callable[[Student], object], times: list[float] | None = None
        ) -> list:
            tell(what)
            together = threading.Barrier(len(students))

            def one(student: Student) -> object:
                together.wait()
                began = time.monotonic()
                result = step(student)
                if times is not None:
                    times.append(time.monotonic() - began)
                return result

            return list(pool.map(one, students))

        everybody("signing in", Student.log_in, figures.log_in)
        everybody("starting their servers", Student.start_server, figures.start)
        figures.uses["idle"] = machine.use(look)
        everybody("fetching", lambda student: student.fetch(assignment), figures.fetch)
        kernels: list[Kernel] = everybody(
            "running a cell", lambda student: student.work(assignment), figures.first_cell
        )
        figures.uses["with a kernel"] = machine.use(look)
        for number in range(1, rounds + 1):
            began = time.monotonic()
            everybody(
                f"submitting, {number}", lambda student: student.submit(assignment), figures.submit
            )
            figures.submitting += time.monotonic() - began
        figures.handed_in = len(students) * rounds
        if training:
            figures.uses["training"] = train(kernels, *training, machine, tell)
        everybody("ending their kernels", lambda student: kernels[students.index(student)].end())
        tell("collecting")
        instructor.collect(assignment)
        figures.lost = [
            student.name
            for student in students
            if student.listed(assignment) != student.handed_in
            or not instructor.arrived(student, assignment)
        ]
        everybody("leaving", Student.stop_server)
    return figures


def train(
    kernels: list[Kernel], code: str, seconds: float, machine, tell: Callable[[str], None]
) -> Use:
    """Run `code` in all kernels at once; the most memory, and the processors on average."""
    tell("training")
    for kernel in kernels:
        kernel.send(code)
    looks = [machine.use(LOOK_SECONDS) for _ in range(max(1, int(seconds / LOOK_SECONDS)))]
    if not all(kernel.is_busy() for kernel in kernels):
        raise LoadError("a training ended before it was measured; give it less time")
    return Use(max(look.memory for look in looks), statistics.mean(look.cores for look in looks))


def training_code(assignment: str) -> str:
    """The solution's code, which trains as a student's notebook does."""
    notebook = json.loads((find_course().source / assignment / f"{assignment}.ipynb").read_text())
    cells = ["".join(cell["source"]) for cell in notebook["cells"] if cell["cell_type"] == "code"]
    return "\n\n".join(cells)


def table(figures: Figures) -> Table:
    """What a person reads."""
    rows = Table("measured", "", box=None, padding=(0, 2, 0, 0), show_header=False)
    steps = {
        "sign in": figures.log_in,
        "start a server": figures.start,
        "fetch": figures.fetch,
        "start a kernel and run a cell": figures.first_cell,
        "submit": figures.submit,
    }
    for name, times in steps.items():
        rows.add_row(
            f"seconds to {name}", f"{statistics.median(times):.1f} median, {max(times):.1f} worst"
        )
    rows.add_row(
        "submissions",
        f"{figures.handed_in}, {figures.rate:.1f} per second, {len(figures.lost)} lost",
    )
    for doing, use in figures.uses.items():
        each, cores = use.memory / figures.students / MIB, use.cores / figures.students
        rows.add_row(
            f"a student, {doing}",
            f"{each:.0f} MiB, {cores:.2f} processors; memory for {figures.holds(doing)}",
        )
    rows.add_row(
        "this machine",
        f"{psutil.cpu_count()} processors, {figures.free / MIB:.0f} MiB free before the first"
        " server",
    )
    return rows


@click.command()
@click.option(
    "--students",
    default=20,
    show_default=True,
    type=click.IntRange(1, MAX_STUDENTS),
    help="How many, all at once.",
)
@click.option(
    "--rounds",
    default=3,
    show_default=True,
    type=click.IntRange(1, 20),
    help="How often everybody submits.",
)
@click.option(
    "--train",
    "seconds",
    default=0,
    type=click.IntRange(0, 600),
    help="Also train the assignment's solution for so many seconds.",
)
@click.option(
    "--look",
    default=LOOK_SECONDS,
    show_default=True,
    help="Seconds for which an idle server is looked at.",
)
@click.option(
    "--address", help="A hub that runs on this machine, in place of one of the benchmark's own."
)
@click.option(
    "--accounts",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="CSV of name,role,password there.",
)
@click.option(
    "--project", default="kireji", show_default=True, help="The compose project of that hub."
)
@click.option(
    "--assignment", default="tiny", show_default=True, help="What is fetched and submitted there."
)
def main(
    students: int,
    rounds: int,
    seconds: int,
    look: float,
    address: str | None,
    accounts: Path | None,
    project: str,
    assignment: str,
) -> None:
    """Measure how many students this machine holds, and that not one submission is lost."""
    console = Console(highlight=False)
    began = time.monotonic()

    def tell(step: str) -> None:
        console.print(f"[dim]{time.monotonic() - began:6.1f} s  {step}[/]")

    training = (training_code(assignment), float(seconds)) if seconds else None
    try:
        if address:
            if accounts is None:
                raise LoadError("--address needs --accounts: who may sign in there")
            figures = drive(
                *given_course(loopback_only(address), accounts, students, project)[:2],
                assignment,
                rounds,
                ContainerMachine(project),
                look,
                training,
                tell,
            )
        else:
            with own_course(students) as (people, instructor, machine):
                figures = drive(people, instructor, "tiny", rounds, machine, look, training, tell)
    except LoadError as error:
        sys.exit(f"{error}.")
    console.print(table(figures))
    if figures.lost:
        sys.exit(f"Lost submissions of {', '.join(figures.lost)}.")


if __name__ == "__main__":
    main()
