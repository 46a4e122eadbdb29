"""The systems that the grading benchmark compares. Each runs in a process of its own: `python -m
benchmarks.grading_systems SYSTEM COURSE OUT`.

SYSTEM is nbgrader, otter, ours-N (N workers), again (what ours has graded already), growth-N or
floor. OUT gets a line of JSON for each submission.
"""

import functools
import json
import os
import sys
import time
from collections.abc import Callable
from concurrent.futures import Executor, Future
from contextlib import suppress
from dataclasses import dataclass
from io import StringIO
from pathlib import Path
from typing import Any

import psutil
from rich.console import Console
from traitlets.config import Config

from kireji.course.layout import Course, find_course
from kireji.installation import clone

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


@dataclass(frozen=True)
class MeasuredCourse(Course):
    """The course in the clone, whose judgements are kept in a folder of the benchmark's."""

    kept: Path

    @property
    def judgements(self) -> Path:
        return self.kept / "judgements"


def our_course(root: Path) -> Any:
    from kireji.nbgrader_plugins.nbgrader_course import NbgraderCourse

    def move(config: Config) -> None:
        config.CourseDirectory.root = str(root)
        config.Exchange.root = str(root / "exchange")

    return NbgraderCourse(MeasuredCourse(find_course().root, root), changes=move)


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
    list(judge_ahead(graded.course, folders[:1]))
    started = time.monotonic()
    list(judge_ahead(graded.course, folders))
    recalled = (time.monotonic() - started) / len(work)
    started = time.monotonic()
    from kireji.batch.grade_class import grade_many

    list(grade_many(graded, work))
    write(out, again=(time.monotonic() - started) / len(work), recalled=recalled)


def main(system: str, course: str, out: str) -> None:
    sys.path.insert(0, str(clone()))
    from benchmarks.grading_floor import floor

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
