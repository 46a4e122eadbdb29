"""Removes a person's data from the course: home, submissions, grades, feedback, account."""

import json
import sqlite3
import urllib.error
import urllib.request
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import quote

from kireji.course.layout import COURSE_ID, Course
from kireji.errors import KirejiError
from kireji.exchange.folders import student_folders
from kireji.files.atomic import write_whole
from kireji.files.removal import remove
from kireji.hub import accounts, departure
from kireji.nbgrader_plugins import gradebook
from kireji.reading.readings import Readings
from kireji.report_index.index import open_index
from kireji.runs.queue import forget as forget_in_runs

HUB_SECONDS = 700.0  # a server that is starting is waited for
NOT_IN_HUB = "DELETE FROM {} WHERE {} = ?"


@dataclass(frozen=True)
class Person:
    """What the course has of somebody: folders, and whether the gradebook names them."""

    name: str
    folders: list[Path]
    in_gradebook: bool
    has_account: bool

    @property
    def is_known(self) -> bool:
        return bool(self.folders) or self.in_gradebook or self.has_account


def find(course: Course, name: str) -> Person:
    """What there is of `name`. KirejiError for what is no name of a person, or an instructor's."""
    try:
        own = student_folders(course.exchange, COURSE_ID, name)
    except ValueError:
        raise KirejiError(f"{name!r} cannot be the name of an account.") from None
    account = _accounts(course).get(name)
    if account and account["role"] == "instructor":
        raise KirejiError(f"{name} is an instructor. Take the role away first: ./kireji roster")
    folders = [
        own.inbound,
        own.feedback,
        *(folder / name for folder in (course.submitted, course.autograded, course.feedback)),
        *(course.var / place / name for place in ("homes", "attempts", "refused")),
        *(course.hub / place / name for place in ("accounts", "ended", "exchange", "former")),
    ]
    found = [folder for folder in folders if folder.exists() or folder.is_symlink()]
    books = [course.gradebook, *gradebook.copies(course.gradebook)]
    return Person(
        name, found, any(_in_gradebook(book, name) for book in books), account is not None
    )


def end_account(course: Course, person: Person, hub: str | None) -> None:
    """Remove the account of `person`, with sessions, tokens and server. `hub` is the address of the
    hub; None where it does not run."""
    if hub:
        _ask_hub(course, hub, person.name)
    else:
        _remove_from_database(course.hub / "jupyterhub.sqlite", person.name)
    known = _accounts(course)
    if known.pop(person.name, None):
        write_whole(accounts.file_of(course), json.dumps(known, indent=2) + "\n", mode=0o600)
        accounts.forget_first_password(person.name, accounts.file_of(course))


def remove_data(course: Course, person: Person, tell: Callable[[str], None]) -> None:
    """Remove everything else of `person`, after the account: a server could write to the home."""
    for folder in person.folders:
        remove(folder)
    for book in [course.gradebook, *gradebook.copies(course.gradebook)]:
        if _in_gradebook(book, person.name):
            _remove_from_gradebook(book, person.name, tell)
    _drop_times(course, person.name)
    open_index(course).forget(person.name)
    Readings(course).forget(person.name)
    forget_in_runs(course, person.name)
    # Kept by content or for all: worked out again when they are needed.
    for shared in ("judgements", "copies"):
        remove(course.var / shared)


def _accounts(course: Course) -> dict[str, dict[str, str]]:
    path = accounts.file_of(course)
    return json.loads(path.read_text()) if path.exists() else {}


def _in_gradebook(book: Path, name: str) -> bool:
    if not book.exists():
        return False
    with closing(sqlite3.connect(f"file:{quote(str(book))}?mode=ro", uri=True)) as database:
        try:
            found = database.execute("SELECT 1 FROM student WHERE id = ?", (name,))
            return found.fetchone() is not None
        except sqlite3.DatabaseError:
            return False  # no gradebook yet, or a damaged copy


def _remove_from_gradebook(book: Path, name: str, tell: Callable[[str], None]) -> None:
    from nbgrader.api import Gradebook  # here: it takes seconds to import

    gradebook.wait_until_free(book, tell)
    with Gradebook(f"sqlite:///{book}", COURSE_ID) as opened:
        opened.remove_student(name)


def _drop_times(course: Course, name: str) -> None:
    """What the last restore recorded of this person's submissions."""
    if course.restored_times.exists():
        times = json.loads(course.restored_times.read_text())
        kept = {path: pair for path, pair in times.items() if not path.startswith(f"{name}/")}
        write_whole(course.restored_times, json.dumps(kept))


def _ask_hub(course: Course, hub: str, name: str) -> None:
    """Have the running hub end the account. KirejiError if it does not."""
    request = urllib.request.Request(
        f"{hub}/hub{departure.ADDRESS}{quote(name, safe='@')}",
        method="DELETE",
        headers={"Authorization": f"token {departure.key_file(course).read_text()}"},
    )
    try:
        urllib.request.urlopen(request, timeout=HUB_SECONDS).close()
    except urllib.error.HTTPError as error:
        with error:
            said = json.loads(error.read() or b"{}").get("message") or error.reason
        raise KirejiError(f"The hub did not end the account: {said} Nothing was removed.") from None
    except OSError as error:
        raise KirejiError(f"The hub does not answer ({error}). Nothing was removed.") from None


def _remove_from_database(database: Path, name: str) -> None:
    """Where the hub does not run: the account in its database, with tokens and groups."""
    if not database.exists():
        return
    with closing(sqlite3.connect(database)) as hub, hub:
        hub.execute("PRAGMA foreign_keys = ON")
        tables = {table for (table,) in hub.execute("SELECT name FROM sqlite_master")}
        for table, column in (("users", "name"), ("users_info", "username")):
            if table in tables:
                hub.execute(NOT_IN_HUB.format(table, column), (name,))
