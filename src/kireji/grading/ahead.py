"""Judges several submissions at a time, each in a process of its own; what they say is kept for the one who records it."""

import multiprocessing
import os
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor, as_completed
from pathlib import Path

from kireji import paths
from kireji.data.secret import read_or_make_secret
from kireji.errors import KirejiError

from .aside import take_in
from .assignment import load
from .kept import judge_or_recall


def judge_ahead(folders: list[Path], workers: int | None = None, trusted: bool = False) -> Iterator[tuple[Path, str]]:
    """Judge the submissions in `folders` (COURSE/submitted/STUDENT/ASSIGNMENT) and keep what comes out.

    Yields each folder when it is done, with the reason if it could not be judged, else "". As many at a time as there
    are processors, unless told otherwise.
    """
    workers = max(1, min(workers or os.cpu_count() or 1, len(folders)))
    if workers == 1:
        yield from ((folder, _judge(folder, trusted)) for folder in folders)
        return
    # Spawned, not forked: torch and the threads of an event loop do not survive a fork.
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {pool.submit(_judge, folder, trusted): folder for folder in folders}
        try:
            for future in as_completed(running):
                yield running[future], future.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


def _judge(folder: Path, trusted: bool) -> str:
    try:
        judge_or_recall(take_in(folder), load(folder.name), read_or_make_secret(paths.SECRET), trusted)
    except KirejiError as error:
        return str(error)
    return ""
