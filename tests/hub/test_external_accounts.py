"""Which account belongs to which person, where another place gives the names."""

from pathlib import Path
from typing import Any

import pytest
from tornado.web import HTTPError

from kireji.hub.compose.external_accounts import Persons, account_name

KELVIN = "dr.\N{KELVIN SIGN}ay"  # whose small letters are "dr.kay"


@pytest.mark.parametrize(
    ("given", "name"),
    [
        ("alice", "alice"),
        ("Alice", "alice"),
        ("Alice.B@Uni.Example", "alice.b@uni.example"),
        (12345, "12345"),
    ],
)
def test_a_name_that_fits_is_taken_in_small_letters(given: Any, name: str) -> None:
    assert account_name({}, "preferred_username", given) == name


@pytest.mark.parametrize(
    "given",
    [
        KELVIN,
        "Jane Doe",
        "müller",
        "..",
        "a/b",
        "a+b",
        "",
        None,
        True,
        ["alice"],
        {"a": 1},
        "x" * 65,
        "a\n",
        "100%s",
    ],
)
def test_another_is_refused_in_a_sentence(given: Any) -> None:
    with pytest.raises(HTTPError) as refusal:
        account_name({}, "preferred_username", given)
    assert refusal.value.status_code == 403
    assert "your instructor" in refusal.value.get_message()


@pytest.mark.parametrize("said", [{}, *({"email_verified": it} for it in (False, None, 1, "no"))])
def test_an_address_that_is_not_verified_is_refused(
    said: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(HTTPError, match="does not say that it verified"):
        account_name(said, "email", "kay@uni.example")
    monkeypatch.setenv("KIREJI_UNVERIFIED_EMAIL", "yes")
    assert account_name(said, "email", "kay@uni.example") == "kay@uni.example"


def test_a_verified_address_and_other_names_are_taken() -> None:
    assert account_name({"email_verified": "true"}, "email", "k@uni.example") == "k@uni.example"
    assert account_name({"email_verified": True}, "email", "kay@uni.example") == "kay@uni.example"
    assert account_name({"email_verified": False}, "preferred_username", "kay") == "kay"


def test_whoever_comes_first_keeps_the_name(tmp_path: Path) -> None:
    persons = Persons("oauth", tmp_path / "persons.json")
    for _ in range(2):
        persons.check("alice", {"sub": "1"})
    with pytest.raises(HTTPError, match="belongs to another person"):
        persons.check("alice", {"sub": "2"})
    persons.check("alice", {})  # a place that tells names only
    # another place counts in its own way
    Persons("lti13", persons.path).check("alice", {"sub": "2"})
    persons.forget("alice")
    persons.check("alice", {"sub": "2"})
    assert persons.path.stat().st_mode & 0o777 == 0o600
