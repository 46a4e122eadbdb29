"""The way into the compose deployment, by settings."""

import re
from types import SimpleNamespace

import pytest
from traitlets.config import Config

from kireji.errors import KirejiError
from kireji.hub.compose import service, sign_in
from kireji.hub.course_service import INSTRUCTORS
from tests.support.clone import COURSE

OAUTH = {
    "KIREJI_ACCOUNTS": "oauth",
    "KIREJI_OAUTH_CLIENT_ID": "kireji",
    "KIREJI_OAUTH_CLIENT_SECRET": "not-told",
    "KIREJI_OAUTH_AUTHORIZE_URL": "https://id.example/authorize",
    "KIREJI_OAUTH_TOKEN_URL": "https://id.example/token",
    "KIREJI_OAUTH_USERDATA_URL": "https://id.example/me",
    "KIREJI_OAUTH_CALLBACK_URL": "https://hub.example/hub/oauth_callback",
    "KIREJI_INSTRUCTORS": "dr.kay",
}
LTI = {
    "KIREJI_ACCOUNTS": "lti13",
    "KIREJI_INSTRUCTORS": "Dr.Kay@lms.example",
    "KIREJI_LTI_ISSUER": "https://lms.example",
    "KIREJI_LTI_CLIENT_ID": "one two",
    "KIREJI_LTI_AUTHORIZE_URL": "https://lms.example/authorize",
    "KIREJI_LTI_JWKS_URL": "https://lms.example/keys",
}


def configured(monkeypatch: pytest.MonkeyPatch, settings: dict[str, str]) -> Config:
    for name, value in settings.items():
        monkeypatch.setenv(name, value)
    c = Config()
    sign_in.configure(c, COURSE)
    return c


def test_people_sign_up_unless_told_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured(monkeypatch, {})
    assert c.JupyterHub.authenticator_class.__name__ == "ApprovedAuthenticator"
    assert c.Authenticator.allow_all


def test_only_named_accounts_and_the_instructors_if_some_are_named(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    c = configured(monkeypatch, {"KIREJI_ALLOWED": "alice, bob", "KIREJI_INSTRUCTORS": "dr.kay"})
    assert c.Authenticator.allowed_users == {"alice", "bob", "dr.kay"}
    assert not c.Authenticator.allow_all
    # nor those who were here before others were named
    assert not c.Authenticator.allow_existing_users


def test_oauth(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured(monkeypatch, OAUTH)
    authenticator = c.JupyterHub.authenticator_class(config=c)
    assert authenticator.authorize_url == OAUTH["KIREJI_OAUTH_AUTHORIZE_URL"]
    assert (authenticator.username_claim, authenticator.scope) == (
        "preferred_username",
        ["openid", "profile", "email"],
    )


def test_lti13(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured(monkeypatch, LTI)
    authenticator = c.JupyterHub.authenticator_class(config=c)
    assert authenticator.client_id == {"one", "two"}
    assert authenticator.jwks_endpoint == LTI["KIREJI_LTI_JWKS_URL"]
    assert service.instructors(COURSE) == ["dr.kay@lms.example"]  # as the hub spells accounts


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"KIREJI_ACCOUNTS": "ldap"}, "should be one of: signup, oauth, lti13"),
        (
            OAUTH | {"KIREJI_OAUTH_TOKEN_URL": ""},
            "also needs these settings: KIREJI_OAUTH_TOKEN_URL",
        ),
        # else anybody called instructor is one
        (OAUTH | {"KIREJI_INSTRUCTORS": ""}, "also needs these settings: KIREJI_INSTRUCTORS"),
        (
            {"KIREJI_ACCOUNTS": "lti13", "KIREJI_LTI_ISSUER": "x"},
            "KIREJI_LTI_CLIENT_ID, KIREJI_LTI_AUTHORIZE_URL, KIREJI_LTI_JWKS_URL",
        ),
    ],
)
def test_a_setting_that_is_missing_is_named(
    monkeypatch: pytest.MonkeyPatch, settings: dict, said: str
) -> None:
    with pytest.raises(KirejiError, match=re.escape(said)):
        configured(monkeypatch, settings)


@pytest.mark.parametrize(
    ("name", "fits"),
    [
        ("alice", True),
        ("a.b-c@uni.example", True),
        ("a+b", False),
        ("..", False),
        ("a/b", False),
        ("", False),
        (".ssh", False),
        ("x" * 65, False),
        ("a\nb", False),
    ],
)
def test_names_of_accounts_are_names_of_folders(
    monkeypatch: pytest.MonkeyPatch, name: str, fits: bool
) -> None:
    c = configured(monkeypatch, {})
    from jupyterhub.auth import DummyAuthenticator

    assert bool(DummyAuthenticator(config=c).validate_username(name)) == fits


def test_whoever_is_named_as_an_instructor_no_more_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    c = configured(monkeypatch, OAUTH)
    authenticator = c.JupyterHub.authenticator_class(config=c)
    people = [
        SimpleNamespace(
            name=name, groups=[SimpleNamespace(name=INSTRUCTORS), SimpleNamespace(name="another")]
        )
        for name in ("dr.kay", "dr.lee")
    ]
    for person in people:
        authenticator.add_user(person)
    assert [[group.name for group in person.groups] for person in people] == [
        [INSTRUCTORS, "another"],
        ["another"],
    ]


@pytest.mark.parametrize(("minutes", "services"), [("60", 1), ("0", 0)])
def test_idle_servers_are_ended_by_a_setting(
    monkeypatch: pytest.MonkeyPatch, minutes: str, services: int
) -> None:
    monkeypatch.setenv("KIREJI_IDLE_MINUTES", minutes)
    assert len(service.culler()) == services
    assert all("--timeout=3600" in one["command"] for one in service.culler())
