"""Accounts: generated once, kept privately, and the only way in (with kireji.hub.authenticator)."""

import asyncio
import stat
from pathlib import Path

import pytest

from kireji.hub import accounts, authenticator


def test_the_course_has_an_instructor_and_two_students(tmp_path: Path) -> None:
    people = accounts.load_accounts(tmp_path / "accounts.json")
    assert {name: account.role for name, account in people.items()} == {
        "instructor": "instructor", "alice": "student", "bob": "student"}
    assert accounts.names("student", tmp_path / "accounts.json") == ["alice", "bob"]


def test_passwords_are_the_same_at_the_next_start(tmp_path: Path) -> None:
    path = tmp_path / "hub" / "accounts.json"
    assert accounts.load_accounts(path) == accounts.load_accounts(path)


def test_every_password_is_its_own(tmp_path: Path) -> None:
    one, other = (accounts.load_accounts(tmp_path / name) for name in ("one.json", "other.json"))
    passwords = [account.password for account in (*one.values(), *other.values())]
    assert len(set(passwords)) == len(passwords) == 6
    assert all(len(password) == 19 for password in passwords)


def test_nobody_else_on_this_machine_can_read_them(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    accounts.load_accounts(path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_accounts_that_were_added_stay(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    path.write_text('{"carol": {"role": "student", "password": "chosen-by-her"}}')
    people = accounts.load_accounts(path)
    assert people["carol"].password == "chosen-by-her"
    assert set(people) == {"alice", "bob", "carol", "instructor"}


@pytest.mark.parametrize(("name", "password", "admitted"), [
    ("alice", "right", "alice"),
    ("alice", "wrong", None),
    ("alice", "", None),
    ("mallory", "right", None),
    ("alice", "schlüssel", None),
])
def test_only_the_right_password_lets_in(monkeypatch, name: str, password: str, admitted: str | None) -> None:
    monkeypatch.setattr(authenticator, "load_accounts", lambda: {"alice": accounts.Account("alice", "student", "right")})
    attempt = authenticator.AccountsAuthenticator().authenticate(None, {"username": name, "password": password})
    assert asyncio.run(attempt) == admitted
