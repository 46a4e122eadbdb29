"""Who may log in. Passwords are generated once and kept, readable by the owner alone, so that the
next start shows them again.

They are kept in clear: `up` must be able to print them, and a hash beside its own clear text
protects nothing.
"""

import json
import secrets
from dataclasses import dataclass
from pathlib import Path

from kireji.files.atomic import write_whole
from kireji.paths import HUB

ACCOUNTS = HUB / "accounts.json"
DEMO = {"instructor": "instructor", "alice": "student", "bob": "student"}  # name: role
SYLLABLES = [consonant + vowel for consonant in "bdfghjkmnprstvyz" for vowel in "aeiou"]


@dataclass(frozen=True)
class Account:
    """One person: `role` is "instructor" or "student"."""

    name: str
    role: str
    password: str


def new_password() -> str:
    """Eight syllables, about 50 bits: easy to read off a terminal, hopeless to guess."""
    pairs = [secrets.choice(SYLLABLES) + secrets.choice(SYLLABLES) for _ in range(4)]
    return "-".join(pairs)


def load_accounts(path: Path = ACCOUNTS) -> dict[str, Account]:
    """The accounts by name, making those of the demo course that are not there yet."""
    kept = json.loads(path.read_text()) if path.exists() else {}
    missing = {
        name: {"role": role, "password": new_password()}
        for name, role in DEMO.items()
        if name not in kept
    }
    if missing:
        kept |= missing
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, json.dumps(kept, indent=2) + "\n", mode=0o600)
    return {name: Account(name, entry["role"], entry["password"]) for name, entry in kept.items()}


def names(role: str, path: Path = ACCOUNTS) -> list[str]:
    """The names of everybody with this role."""
    return sorted(account.name for account in load_accounts(path).values() if account.role == role)


def admit(roles: dict[str, str], path: Path = ACCOUNTS) -> tuple[list[Account], list[str]]:
    """Make an account for each name of `roles` (name: role) that has none, and give the others that
    role.

    Returns the new accounts, and the names of those whose role was another. Nobody is removed."""
    people = load_accounts(path)
    new = [
        Account(name, role, new_password()) for name, role in roles.items() if name not in people
    ]
    changed = [name for name, role in roles.items() if name in people and people[name].role != role]
    if new or changed:
        kept = json.loads(path.read_text())
        for name in changed:
            kept[name]["role"] = roles[name]
        kept |= {
            account.name: {"role": account.role, "password": account.password} for account in new
        }
        write_whole(path, json.dumps(kept, indent=2) + "\n", mode=0o600)
    return new, changed
