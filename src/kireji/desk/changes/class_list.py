"""The class: a roster taken in as `./kireji roster` does, or one person added."""

from dataclasses import dataclass

from kireji.course.roster import Person as Entry
from kireji.course.roster import RosterError, read
from kireji.desk.desk import Desk
from kireji.desk.people import Person
from kireji.hub import accounts
from kireji.nbgrader_plugins import enrol

MAX_BYTES = 2**20  # of a roster
COMPOSE = (
    "In the compose deployment the class comes from roster.csv in the folder that KIREJI_ROSTER"
    " names. Put it there, then: docker compose restart hub course desk"
)


@dataclass(frozen=True)
class Taken:
    """What a roster changed. new: the accounts that were made, with their passwords."""

    people: int
    new: list[accounts.NewAccount]
    changed: list[str]
    entered: list[str]


def is_elsewhere(desk: Desk) -> bool:
    """Whether the class is not the desk's to change: in the compose deployment."""
    return desk.course.roster.parent.is_dir()


def take_roster(desk: Desk, person: Person, content: bytes) -> Taken:
    """Take in an uploaded roster, whole or not at all. RosterError names every bad row."""
    if len(content) > MAX_BYTES:
        raise RosterError("The roster is larger than 1 MiB. Is it the right file?")
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise RosterError("The roster is not text in UTF-8. Save it as CSV in UTF-8.") from None
    return _take(desk, person, read(text))


def add_person(desk: Desk, person: Person, entry: Entry) -> Taken:
    """Add one person, by the rules of a roster of one row."""
    fields = [entry.name, entry.role, entry.first_name, entry.last_name, entry.mail]
    row = ",".join('"' + field.strip().replace('"', '""') + '"' for field in fields)
    return _take(desk, person, read(f"name,role,first_name,last_name,mail\n{row}\n"))


def _take(desk: Desk, person: Person, people: list[Entry]) -> Taken:
    if is_elsewhere(desk):
        raise RosterError(COMPOSE)
    if addresses := [entry.name for entry in people if "@" in entry.name]:
        raise RosterError(
            f"Accounts of this hub have no @ in their names ({', '.join(addresses[:3])}). Nothing"
            " was changed."
        )
    entered = enrol.enter(people, desk.db_url)
    new, changed = accounts.admit(
        {entry.name: entry.role for entry in people}, desk.course.hub / "accounts.json"
    )
    desk.record(
        "took in a roster",
        f"{len(people)} people",
        person,
        new=" ".join(account.name for account in new),
        other_role=" ".join(changed),
        gradebook=" ".join(entered),
    )
    return Taken(len(people), new, changed, entered)
