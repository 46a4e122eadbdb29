"""Who is in the class: a CSV file with the columns `name` and `role`, and `first_name`,
`last_name`, `mail` if they are known.

`name` is the account's; `role` is student, instructor or assistant. An assistant reads and grades.
A roster is taken in whole or not at all, and as often as one likes. Standard library only: the
hub's image has little else.
"""

import csv
import io
import re
from dataclasses import dataclass
from pathlib import Path

from kireji.errors import KirejiError

NEEDED, MORE = ("name", "role"), ("first_name", "last_name", "mail")
ROLES = ("student", "instructor", "assistant")
# An account's name names folders, containers and addresses; a + would end it in the name of a
# submission.
NAME = re.compile(r"[a-z0-9][a-z0-9._@-]{0,63}")
SPELLED = "up to 64 small letters, digits, and . _ - @ inside"
MAIL = re.compile(r"[^@\s]+@[^@\s]+")
TOO_LONG = 200  # letters in a field


class RosterError(KirejiError):
    """What is wrong with a roster, line by line."""


@dataclass(frozen=True)
class Person:
    """One row."""

    name: str
    role: str
    first_name: str = ""
    last_name: str = ""
    mail: str = ""


def load(path: Path) -> list[Person]:
    """The roster in a file. RosterError if it cannot be read or has a bad row."""
    try:
        # some spreadsheets begin a file with a mark
        return read(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RosterError(f"The roster {path} cannot be read: {error.strerror}.") from None
    except UnicodeDecodeError:
        raise RosterError(
            f"The roster {path} is not text in UTF-8. Save it as CSV in UTF-8."
        ) from None


def read(text: str) -> list[Person]:
    """The people of a roster, in its order. RosterError names every bad row by its line
    number."""
    head = text.split("\n", 1)[0]
    rows = csv.reader(
        io.StringIO(text, newline=""),
        delimiter=";" if head.count(";") > head.count(",") else ",",
        strict=True,
    )
    people, bad = [], []
    lines: dict[str, int] = {}
    try:
        columns = [column.strip().lower() for column in next(rows, [])]
        _check_columns(columns)
        for row in rows:
            if not any(field.strip() for field in row):
                continue
            fields = [field.strip() for field in row]
            person = dict(zip(columns, fields, strict=False))
            problem = _problem(person, len(row), len(columns))
            if not problem and person["name"] in lines:
                problem = f"{person['name']} is in line {lines[person['name']]} already"
            if problem:
                bad.append(f"line {rows.line_num}: {problem}")
            else:
                people.append(Person(**person))
                lines[person["name"]] = rows.line_num
    except csv.Error as error:
        bad.append(f"line {rows.line_num}: {error}")
    if bad or not people:
        raise RosterError(
            "\n".join(
                [
                    "The roster was not taken in, and nothing was changed:",
                    *(bad or ["it names no person"]),
                ]
            )
        )
    return people


def _check_columns(columns: list[str]) -> None:
    missing = [name for name in NEEDED if name not in columns]
    unknown = [name for name in columns if name not in NEEDED + MORE]
    twice = sorted({name for name in columns if columns.count(name) > 1})
    if missing or unknown or twice:
        what = (
            f"has no column {missing[0]!r}"
            if missing
            else f"has a column {unknown[0]!r}, which is not known"
            if unknown
            else f"has the column {twice[0]!r} twice"
        )
        raise RosterError(
            f"The roster was not taken in, and nothing was changed: its first line {what}. It must"
            f" name the columns: {', '.join(NEEDED)}, and if you like {', '.join(MORE)}."
        )


def _problem(person: dict[str, str], fields: int, columns: int) -> str:
    """What is wrong with a row; "" if nothing is."""
    if fields != columns:
        return f"{fields} fields, where the first line names {columns} columns"
    if not NAME.fullmatch(person["name"]):
        return f"{person['name'][:40]!r} cannot be an account's name: {SPELLED}"
    if person["role"] not in ROLES:
        return f"the role {person['role'][:40]!r} is none of {', '.join(ROLES)}"
    if person.get("mail") and not MAIL.fullmatch(person["mail"]):
        return f"{person['mail'][:40]!r} is no mail address"
    if any(len(field) > TOO_LONG or not field.isprintable() for field in person.values()):
        return f"a field is longer than {TOO_LONG} letters, or has one that cannot be printed"
    return ""
