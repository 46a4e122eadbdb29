"""The systems that the grading benchmark compares. Each runs in a process of its own: `python -m
benchmarks.grading_systems SYSTEM COURSE OUT`.

SYSTEM is nbgrader, otter, ours-N (N workers), again (what ours has graded already), growth-N or
floor. OUT gets a line of JSON for each submission.
"""

import functools
import json
import os
import sys
import tempfile
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from traitlets.config import Config

from kireji import paths

MIB = 2**20


def work_of(course: Path) -> list[tuple[str, str]]:
    return sorted(
        (folder.name, folder.parent.name)
        for folder in course.glob("submitted/*/*")
        if folder.is_dir()
    )


def write(out: Path, **line: Any) -> None:
    with out.open("a") as file:
        file.write(json.dumps(line) + "\n")


def nbgrader(course: Path, out: Path) -> None:
    """nbgrader as it comes, one submission after the other, its checks in the autograder test
    cells."""
    from nbgrader.apps import NbGraderAPI

    config = Config()
    config.CourseDirectory.root = str(course)
    config.Exchange.root = str(course / "exchange")
    config.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
    api = NbGraderAPI(config=config)
    generate(api, course)
    for name, student in work_of(course):
        started = time.monotonic()
        result = api.autograde(name, student, force=True)
        seconds = time.monotonic() - started
        with api.gradebook as book:
            score = book.find_submission(name, student).score
        write(
            out, name=name, student=student, seconds=seconds, graded=result["success"], score=score
        )


def otter(course: Path, out: Path) -> None:
    """otter-grader without containers, one submission after the other. Runs in an environment that
    has it."""
    from .grading_otter import grade

    started = time.monotonic()
    for name, student, points in grade(course, work_of(course)):
        seconds, started = time.monotonic() - started, time.monotonic()
        write(
            out,
            name=name,
            student=student,
            seconds=seconds,
            graded=points is not None,
            score=points or 0.0,
        )


def generate(api: Any, course: Path) -> None:
    for name in sorted({name for name, _ in work_of(course)}):
        result = api.generate_assignment(name)
        if not result["success"]:
            raise SystemExit(
                f"generating {name} failed: {result.get('log') or result.get('error')}"
            )


def our_course(root: Path) -> Any:
    from kireji.grading import cache
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

    cache.FOLDER = root / "judgements"

    def move(config: Config) -> None:
        config.CourseDirectory.root = str(root)
        config.Exchange.root = str(root / "exchange")

    return NbgraderCourse(changes=move)


class Measured(Executor):
    """ForkserverExecutor, whose calls also write down what they took."""

    def __init__(self, count: int, out: Path) -> None:
        self.count, self.out = count, out

    @functools.cached_property
    def forks(self) -> Executor:
        """Started when there is something to judge."""
        from kireji.batch.executors.forkserver import ForkserverExecutor

        return ForkserverExecutor(self.count)

    def submit(self, call: Callable, /, *arguments: Any, **named: Any) -> Future:
        return self.forks.submit(measured, call, str(self.out), *arguments, **named)

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        self.forks.shutdown(wait, cancel_futures=cancel_futures)


def measured(call: Callable, out: str, task: Any) -> Any:
    """`call(task)` in a judge's process; processor seconds by what they were for, on both sides of
    the wall."""
    from kireji.grading import judge as judging

    used = {"start": 0.0, "cells": 0.0, "tests": 0.0}
    seen, memory = [time.process_time(), 0.0], [0.0]
    started = time.monotonic()

    def inside(box: Any) -> float:
        total = share = 0.0
        for process in [psutil.Process(), *box.family()]:
            with suppress(psutil.Error):
                share += process.memory_full_info().pss / MIB
                total += sum(process.cpu_times()[:2]) if process.pid != os.getpid() else 0.0
        memory[0] = max(memory[0], share)
        return total

    class Box(judging.Sandbox):
        def mark(self, name: str) -> None:
            now = [time.process_time(), inside(self)]
            used[name] += now[0] - seen[0] + max(0.0, now[1] - seen[1])
            seen[:] = now

        def __enter__(self) -> "Box":
            seen[1] = 0.0
            super().__enter__()
            self.mark("start")
            return self

        def run(self, *arguments: Any) -> Any:
            try:
                return super().run(*arguments)
            finally:
                self.mark("cells")

        def __exit__(self, *exception: object) -> None:
            self.mark("tests")
            super().__exit__(*exception)

    judging.Sandbox = Box
    answer = call(task)
    used["start"] += time.process_time() - seen[0]  # and the end
    report = (
        json.loads(answer.judgement)["report"]
        if answer.judgement
        else {"seconds": {}, "score": None}
    )
    sure = bool(answer.judgement) and not any(
        test["status"] in ("timeout", "error")
        for cell in report.get("cells", ())
        for test in cell["tests"]
    )
    write(
        Path(out),
        sure=sure,
        reason=answer.reason,
        name=task.assignment,
        student=task.name.split("'")[0],
        seconds=time.monotonic() - started,
        cpu=used,
        memory=memory[0],
        phases=report["seconds"],
        graded=bool(answer.judgement),
        score=report["score"],
    )
    return answer


def ours(course: Path, out: Path, workers: int) -> None:
    """Collected work into the gradebook, by the way that `./kireji grade` takes."""
    graded = timed(our_course(course), out)
    generate(graded.api, course)
    from kireji.batch.grade_class import grade_many

    for name, student, reason in grade_many(
        graded, work_of(course), workers, open_executor=lambda count: Measured(workers, out)
    ):
        if reason:
            raise SystemExit(f"{student}'s {name}: {reason}")


def timed(graded: Any, out: Path) -> Any:
    """The course, which also writes down what each recording took."""
    record = graded.grade

    def grade(*arguments: Any) -> None:
        started, used = time.monotonic(), time.process_time()
        record(*arguments)
        write(out, recording=time.monotonic() - started, cpu=time.process_time() - used)

    graded.grade = grade
    return graded


def growth(course: Path, out: Path, workers: int) -> None:
    """`./kireji grade` itself: of everything, of nothing new, and of everything again."""
    from kireji.cli.grade import grade_all

    from .grading_growth import stages

    graded = our_course(course)
    generate(graded.api, course)
    (name,) = {name for name, _ in work_of(course)}

    def grade(again: bool) -> None:
        # The figures of a submission are of its first time.
        there = timed(our_course(course), Path(os.devnull) if again else out)
        grade_all(
            there, [name], None, again, workers, Console(file=StringIO()), Measured(workers, out)
        )

    write(out, **stages(graded, name, len(work_of(course)), grade))


def again(course: Path, out: Path) -> None:
    """What is graded already, once more; and how much of that is asking what is kept."""
    from kireji.batch.judge_pool import judge_ahead

    graded = our_course(course)
    # What ended in an error or out of time is never kept, for a second look might go better: it is
    # judged again, and left out here.
    kept = {
        (line["name"], line["student"])
        for line in map(json.loads, (out.parent / "ours-1.jsonl").open())
        if line.get("sure")
    }
    work = [one for one in work_of(course) if one in kept]
    folders = [graded.submitted(*one) for one in work]
    list(judge_ahead(folders[:1]))
    started = time.monotonic()
    list(judge_ahead(folders))
    recalled = (time.monotonic() - started) / len(work)
    started = time.monotonic()
    from kireji.batch.grade_class import grade_many

    list(grade_many(graded, work))
    write(out, again=(time.monotonic() - started) / len(work), recalled=recalled)


def floor(course: Path, out: Path) -> None:
    """The same cells and the same tests in one warm process without a wall, each submission in a
    fork of it."""
    from kireji.batch.executors.forkserver import ForkserverExecutor

    with ForkserverExecutor(1) as forks:
        for name, student in work_of(course):
            forks.submit(bare, str(course), name, student, str(out)).result()


def bare(course: str, name: str, student: str, out: str) -> None:
    """One submission of the floor. Its crashing ones end here, as they would."""
    from kireji.course.assignment import load
    from kireji.grading.rebuild import rebuild
    from kireji.grading.submission import read_submission

    from .in_kernel import run

    started, used = time.monotonic(), time.process_time()
    submission = read_submission(Path(course) / "submitted" / student / name, name)
    notebook, _ = rebuild(load(name), submission.notebook)
    os.environ.update(
        {
            "ATTENTION_LAB_GRADING": "1",
            "ATTENTION_LAB_DATA": str(paths.LAB_DATA),
            "MPLBACKEND": "agg",
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for file, content in submission.files.items():
            Path(file).write_bytes(content)
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        shell = InteractiveShell.instance()
        with capture_output():
            for cell in notebook.cells:
                if cell.cell_type == "code" and "os._exit" not in cell.source:
                    # for which it takes a kernel
                    shell.run_cell(cell.source.replace("%matplotlib inline", ""))
            reports = run(shell.user_ns, name).reports.values()
    passed = sum(report.fraction * report.weight for _, report in reports) / sum(
        report.weight for _, report in reports
    )
    write(
        Path(out),
        name=name,
        student=student,
        passed=passed,
        seconds=time.monotonic() - started,
        cpu=time.process_time() - used,
    )


def main(system: str, course: str, out: str) -> None:
    sys.path.insert(0, str(paths.ROOT))
    name, _, workers = system.partition("-")
    {
        "nbgrader": nbgrader,
        "otter": otter,
        "again": again,
        "floor": floor,
        "ours": ours,
        "growth": growth,
    }[name](Path(course), Path(out), *filter(None, [int(workers or 0)]))


if __name__ == "__main__":
    from benchmarks import grading_systems  # what is forked finds its functions under this name

    grading_systems.main(*sys.argv[1:])
