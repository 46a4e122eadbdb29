"""Accounts: generated once, kept privately, and the only way in (with
kireji.hub.embedded.authenticator)."""

import asyncio
import json
import stat
from pathlib import Path
from types import SimpleNamespace

import pytest
from tornado import web

from kireji.course.layout import Course
from kireji.hub import accounts, password_hash
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
    passwords = []
    for name in ("one", "other"):
        accounts.load_accounts(tmp_path / name / "accounts.json")
        passwords += accounts.first_passwords(tmp_path / name / "accounts.json").values()
    assert len(set(passwords)) == len(passwords) == 6
    assert all(len(password) == 19 for password in passwords)


def test_no_password_is_kept_in_clear_after_the_first_log_in(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    accounts.load_accounts(path)
    word = accounts.first_passwords(path)["alice"]
    assert word not in path.read_text()
    accounts.forget_first_password("alice", path)
    assert not any(word in file.read_text() for file in tmp_path.iterdir())
    assert set(accounts.first_passwords(path)) == {"bob", "instructor"}
    assert password_hash.matches(word, accounts.load_accounts(path)["alice"].hashed)


def test_equal_passwords_have_different_hashes() -> None:
    assert password_hash.make("same") != password_hash.make("same")


def test_nobody_else_on_this_machine_can_read_them(tmp_path: Path) -> None:
    accounts.load_accounts(tmp_path / "accounts.json")
    modes = {file.name: stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {"accounts.json": 0o600, "first-passwords.json": 0o600}


def test_accounts_of_version_0_1_0_keep_their_passwords(tmp_path: Path) -> None:
    """They were kept in clear."""
    path = tmp_path / "accounts.json"
    path.write_text('{"carol": {"role": "student", "password": "chosen-by-her"}}')
    people = accounts.load_accounts(path)
    assert password_hash.matches("chosen-by-her", people["carol"].hashed)
    assert people["carol"].role == "student"
    assert set(people) == {"alice", "bob", "carol", "instructor"}
    assert "chosen-by-her" not in path.read_text()
    assert accounts.first_passwords(path)["carol"] == "chosen-by-her"  # shown until she logs in
    assert accounts.load_accounts(path) == people


def test_a_lost_password_is_replaced(tmp_path: Path) -> None:
    path = tmp_path / "accounts.json"
    accounts.load_accounts(path)
    old = accounts.first_passwords(path)["bob"]
    new = accounts.renew_password("bob", path)
    hashed = accounts.load_accounts(path)["bob"].hashed
    assert password_hash.matches(new, hashed) and not password_hash.matches(old, hashed)
    assert accounts.first_passwords(path)["bob"] == new
    assert accounts.renew_password("mallory", path) is None


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    """One in which alice and bob have the password "right"."""
    monkeypatch.setattr(password_hash, "COST", 2)  # a real one takes long on a busy machine
    right = password_hash.make("right")
    people = {name: {"role": "student", "hash": right} for name in ("alice", "bob")}
    course = Course(tmp_path)
    course.hub.mkdir(parents=True)
    accounts.file_of(course).write_text(json.dumps(people))
    return course


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
    course: Course, name: str, password: str, admitted: str | None
) -> None:
    assert log_in(door_of(course), Browser(), name, password) == admitted


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


def door_of(course: Course) -> authenticator.AccountsAuthenticator:
    return authenticator.AccountsAuthenticator(course=course)


def log_in(
    door: authenticator.AccountsAuthenticator, browser: Browser, name: str, password: str
) -> str | None:
    return asyncio.run(door.authenticate(browser, {"username": name, "password": password}))


@pytest.fixture
def locked(course: Course) -> authenticator.AccountsAuthenticator:
    """A log-in that was given many wrong passwords for alice from one address."""
    door = door_of(course)
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
