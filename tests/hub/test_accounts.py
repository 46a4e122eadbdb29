"""Accounts: generated once, kept privately, and the only way in (with kireji.hub.embedded.authenticator)."""

import asyncio
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from tornado import web

from kireji.hub import accounts
from kireji.hub.embedded import authenticator, failed_sign_ins


def test_the_course_has_an_instructor_and_two_students(tmp_path: Path) -> None:
    people = accounts.load_accounts(tmp_path / "accounts.json")
    assert {name: account.role for name, account in people.items()} == {
        "instructor": "instructor",
        "alice": "student",
        "bob": "student",
    }
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


@pytest.mark.parametrize(
    ("name", "password", "admitted"),
    [
        ("alice", "right", "alice"),
        ("alice", "wrong", None),
        ("alice", "", None),
        ("mallory", "right", None),
        ("alice", "schlüssel", None),
    ],
)
def test_only_the_right_password_lets_in(
    monkeypatch, name: str, password: str, admitted: str | None
) -> None:
    monkeypatch.setattr(
        authenticator,
        "load_accounts",
        lambda: {"alice": accounts.Account("alice", "student", "right")},
    )
    assert log_in(authenticator.AccountsAuthenticator(), Browser(), name, password) == admitted


class Browser:
    """As much of a handler as a log-in asks for: headers, an address, a cookie."""

    def __init__(self, **headers: str) -> None:
        self.request = SimpleNamespace(
            headers={name.replace("_", "-"): text for name, text in headers.items()},
            remote_ip="10.0.0.1",
        )
        self.hub = SimpleNamespace(base_url="/hub/")
        self.cookie = None

    def get_secure_cookie(self, name: str, max_age_days: int) -> bytes | None:
        return self.cookie

    def set_secure_cookie(self, name: str, text: str, **options) -> None:
        assert options["httponly"] and options["path"] == "/hub/"
        self.cookie = text.encode()


def log_in(
    door: authenticator.AccountsAuthenticator, browser: Browser, name: str, password: str
) -> str | None:
    return asyncio.run(door.authenticate(browser, {"username": name, "password": password}))


@pytest.fixture
def locked(monkeypatch) -> authenticator.AccountsAuthenticator:
    """A log-in that has heard many wrong passwords for alice from one address."""
    monkeypatch.setattr(
        authenticator,
        "load_accounts",
        lambda: {name: accounts.Account(name, "student", "right") for name in ("alice", "bob")},
    )
    door = authenticator.AccountsAuthenticator()
    for _ in range(failed_sign_ins.FREE):
        assert log_in(door, Browser(), "alice", "wrong") is None
    return door


def refused(
    door: authenticator.AccountsAuthenticator, browser: Browser, password: str = "right"
) -> bool:
    try:
        return log_in(door, browser, "alice", password) is None
    except web.HTTPError as error:
        assert error.status_code == 429 and "Wait 5 seconds" in error.get_message()
        assert error.headers == {"Retry-After": "5"}
        return True


def test_after_many_wrong_ones_even_the_right_one_waits(locked) -> None:
    assert refused(locked, Browser())
    assert log_in(locked, Browser(), "bob", "right") == "bob"


@pytest.mark.parametrize(
    "headers",
    [
        {"X_Forwarded_For": "1.2.3.4,10.0.0.1"},
        {"X_Real_Ip": "1.2.3.4"},
        {"X_Forwarded_For": "1.2.3.4, 5.6.7.8, 10.0.0.1"},
    ],
)
def test_a_claimed_address_does_not_help(locked, headers) -> None:
    assert refused(locked, Browser(**headers))


def test_the_owner_is_let_in_elsewhere_and_from_a_browser_that_was_let_in_before(
    locked, monkeypatch
) -> None:
    elsewhere = Browser(X_Forwarded_For="10.0.0.1,192.0.2.7")
    assert log_in(locked, elsewhere, "alice", "right") == "alice"
    known = Browser()
    known.cookie = elsewhere.cookie
    assert log_in(locked, known, "alice", "right") == "alice"
    stranger = Browser()
    log_in(locked, stranger, "bob", "right")
    assert refused(locked, stranger)  # bob's browser is not alice's


def test_a_known_browser_waits_too(locked) -> None:
    known = Browser(X_Forwarded_For="192.0.2.7")
    log_in(locked, known, "alice", "right")
    for _ in range(failed_sign_ins.FREE):
        log_in(locked, known, "alice", "wrong")
    assert refused(locked, known)
