"""Judges several submissions at a time, each in a process of its own; what they say is kept for the one who records it."""

import multiprocessing
import os
import traceback
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from datetime import datetime
from pathlib import Path

from kireji import gradebook, paths
from kireji.data.secret import read_or_make_secret
from kireji.errors import KirejiError

from .aside import take_in
from .assignment import load
from .kept import judge_or_recall

KILLED = ("The process that judged {name} was killed, most likely because the machine's memory ran out. "
          "Run the command again with --workers 1.")
DEFECT = ("Kireji failed while {doing} ({error}). That is a mistake of Kireji's and not the student's: the others are graded, "
          "and {log} has the details to report.")
LOG = paths.VAR / "grading.log"


def judge_ahead(folders: list[Path], workers: int | None = None, trusted: bool = False) -> Iterator[tuple[Path, str]]:
    """Judge the submissions in `folders` (COURSE/submitted/STUDENT/ASSIGNMENT) and keep what comes out.

    Yields each folder when it is done, with the reason if it could not be judged, else "". As many at a time as there
    are processors, unless told otherwise. Where a judging process is killed, the others go on.
    """
    workers = max(1, min(workers or os.cpu_count() or 1, len(folders)))
    if workers == 1:
        yield from ((folder, _judge(folder, trusted)) for folder in folders)
        return
    left = yield from _judge_together(folders, workers, trusted)
    for folder in left:     # a killed process takes its pool along; which folder it was shows when each has its own
        alone = yield from _judge_together([folder], 1, trusted)
        if alone:
            yield folder, KILLED.format(name=f"{folder.parent.name}'s {folder.name}")


def _judge_together(folders: list[Path], workers: int, trusted: bool) -> Iterator[tuple[Path, str]]:
    """Returns the folders that are still to be judged because a process was killed."""
    # Spawned, not forked: torch and the threads of an event loop do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_judge, folder, trusted): folder for folder in folders}
        try:
            for future in as_completed(running):
                try:
                    reason = future.result()
                except BrokenProcessPool:
                    continue
                yield running.pop(future), reason
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise
    return list(running.values())


def _judge(folder: Path, trusted: bool) -> str:
    doing = f"judging {folder.parent.name}'s {folder.name}"
    try:
        judge_or_recall(take_in(folder), load(folder.name), read_or_make_secret(paths.SECRET), trusted)
    except KirejiError as error:
        return str(error)
    except OSError as error:
        return str(gradebook.explain(doing, str(error)) or f"The machine refused something while {doing}: {error}.")
    except Exception as error:      # one submission that finds a mistake of ours must not stop a class
        LOG.parent.mkdir(exist_ok=True)
        with LOG.open("a") as log:
            log.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {doing}\n{traceback.format_exc()}\n")
        return DEFECT.format(doing=doing, error=type(error).__name__, log=LOG.relative_to(paths.ROOT))
    return ""
