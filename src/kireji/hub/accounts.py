"""Who may log in to the embedded hub. Passwords are kept as hashes.

A new account gets a generated password. It is readable by the course's own account alone, in a file
of its own, until the person has logged in: so `./kireji up` can show it.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from kireji.course.layout import Course
from kireji.files.atomic import write_whole
from kireji.hub import password_hash

FIRST_PASSWORDS = "first-passwords.json"  # in the same folder
DEMO = {"instructor": "instructor", "alice": "student", "bob": "student"}  # name: role
SYLLABLES = [consonant + vowel for consonant in "bdfghjkmnprstvyz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Account:
    """One person: `role` is "instructor" or "student", `hashed` a hash of the password."""

    name: str
    role: str
    hashed: str


@dataclass(frozen=True)
class NewAccount:
    """A new account's person, with the password to hand over."""

    name: str
    role: str
    password: str


def file_of(course: Course) -> Path:
    """Where the accounts of a course are kept."""
    return course.hub / "accounts.json"


def new_password() -> str:
    """Eight syllables, about 50 bits: easy to read off a terminal, hopeless to guess."""
    pairs = [secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _ in range(4)]
    return "-".join(pairs)


def load_accounts(path: Path) -> dict[str, Account]:
    """Return the accounts by name, and make those of the demo course that are not there yet.

    Replaces the passwords that version 0.1.0 kept in clear by hashes."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    words = {name: entry.pop("password") for name, entry in kept.items() if "password" in entry}
    for name, role in DEMO.items():
        if name not in kept:
            kept[name], words[name] = {"role": role}, new_password()
    if words:
        _save(kept, words, path)
    return {name: Account(name, entry["role"], entry["hash"]) for name, entry in kept.items()}


def first_passwords(path: Path) -> dict[str, str]:
    """Return {name: password} of those who have not logged in yet."""
    file = path.with_name(FIRST_PASSWORDS)
    return json.loads(file.read_text()) if file.exists() else {}


def forget_first_password(name: str, path: Path) -> None:
    """Keep the password of this person as a hash alone."""
    words = first_passwords(path)
    if words.pop(name, None) is not None:
        _save_first_passwords(words, path)


def names(role: str, path: Path) -> list[str]:
    """Return the names of everybody with this role."""
    return sorted(account.name for account in load_accounts(path).values() if account.role == role)


def admit(roles: dict[str, str], path: Path) -> tuple[list[NewAccount], list[str]]:
    """Make an account for each name of `roles` (name: role) that has none, and give the others that
    role.

    Returns the new accounts, and the names of those who had another role. No one is removed."""
    people = load_accounts(path)
    new = [
        NewAccount(name, role, new_password()) for name, role in roles.items() if name not in people
    ]
    changed = [name for name, role in roles.items() if name in people and people[name].role != role]
    if new or changed:
        kept = json.loads(path.read_text())
        for name in changed:
            kept[name]["role"] = roles[name]
        kept |= {account.name: {"role": account.role} for account in new}
        _save(kept, {account.name: account.password for account in new}, path)
    return new, changed


def renew_password(name: str, path: Path) -> str | None:
    """Give this person a new password and return it; None if there is no such account."""
    if name not in load_accounts(path):
        return None
    password = new_password()
    _save(json.loads(path.read_text()), {name: password}, path)
    return password


def _save(kept: dict[str, dict[str, str]], words: dict[str, str], path: Path) -> None:
    """Write the accounts, with hashes of these new passwords; `words` is {name: password}."""
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    # first, so that a password is never lost
    _save_first_passwords(first_passwords(path) | words, path)
    for name, word in words.items():
        kept[name]["hash"] = password_hash.make(word)
    write_whole(path, json.dumps(kept, indent=2) + "\n", mode=0o600)


def _save_first_passwords(words: dict[str, str], path: Path) -> None:
    file = path.with_name(FIRST_PASSWORDS)
    write_whole(file, json.dumps(words, indent=2) + "\n", mode=0o600)
