"""New passwords, where accounts are the course's own: in the hub that `./kireji up` starts."""

from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.hub import accounts


def has_account(desk: Desk, name: str) -> bool:
    """Whether the desk can give this person a new password."""
    file = _file(desk)
    return file.exists() and name in accounts.load_accounts(file)


def renew(desk: Desk, person: Person, name: str) -> str:
    """A new password for `name`; the old one stops working. It is in no log."""
    if not has_account(desk, name):
        raise NoSuchPageError(f"{name} has no account with a password of this course.")
    word = accounts.renew_password(name, _file(desk))
    assert word is not None
    desk.record("gave a new password", name, person)
    return word


def _file(desk: Desk):
    return desk.course.hub / "accounts.json"
