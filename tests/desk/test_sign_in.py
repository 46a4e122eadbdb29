"""Who gets in, by the hub's word, and how a browser is remembered."""

from collections.abc import Callable

from starlette.testclient import TestClient

from kireji.hub.desk_service import CALLBACK, CLIENT_ID, PREFIX
from tests.desk.conftest import sign_in

Open = Callable[..., TestClient]


def test_a_stranger_is_sent_to_the_hub(open_desk: Open) -> None:
    answer = open_desk().get(PREFIX, follow_redirects=False)
    assert answer.status_code == 302
    assert answer.headers["location"].startswith("/hub/api/oauth2/authorize?")
    assert "code_challenge=" in answer.headers["location"]


def test_one_comes_back_to_the_page_one_wanted(open_desk: Open) -> None:
    client = open_desk()
    sign_in(client, "ines", f"{PREFIX}assignments/toy?state=late")
    assert client.get(PREFIX).status_code == 200


def test_the_cookie_is_signed_and_out_of_reach_of_scripts(open_desk: Open) -> None:
    client = open_desk()
    to_hub = client.get(PREFIX, follow_redirects=False)
    state = to_hub.headers["location"].split("state=")[1].split("&")[0]
    back = client.get(
        CALLBACK,
        params={"code": "code-ines", "state": state},
        follow_redirects=False,
        headers={"X-Forwarded-Proto": "https"},
    )
    (kept,) = (c for c in back.headers.get_list("set-cookie") if c.startswith(f"{CLIENT_ID}="))
    for attribute in ("HttpOnly", "SameSite=lax", "Secure", f"Path={PREFIX}"):
        assert attribute in kept
    client.cookies.clear()
    client.cookies.set(CLIENT_ID, "token-ines")  # not signed
    assert client.get(PREFIX, follow_redirects=False).status_code == 302


def test_a_code_from_another_browser_is_refused(open_desk: Open) -> None:
    attacker, victim = open_desk(), open_desk()
    to_hub = attacker.get(PREFIX, follow_redirects=False)
    state = to_hub.headers["location"].split("state=")[1].split("&")[0]
    answer = victim.get(CALLBACK, params={"code": "code-ines", "state": state})
    assert answer.status_code == 400
    assert "began in another window" in answer.text
    assert victim.get(PREFIX, follow_redirects=False).status_code == 302


def test_a_hub_token_opens_the_desk(open_desk: Open) -> None:
    client = open_desk()
    for header in ("token token-ines", "Bearer token-theo"):
        assert client.get(PREFIX, headers={"Authorization": header}).status_code == 200
    for header, status in (
        ("token nonsense", 401),
        ("Basic dXNlcg==", 401),
        ("token token-alice", 403),
    ):
        answer = client.get(PREFIX, headers={"Authorization": header}, follow_redirects=False)
        assert answer.status_code == status, header


def test_signing_out_forgets_the_browser(instructor: TestClient) -> None:
    from tests.desk.forms import post

    answer = post(instructor, "sign-out", follow_redirects=False)
    assert (answer.status_code, answer.headers["location"]) == (303, "/hub/logout")
    assert instructor.get(PREFIX, follow_redirects=False).status_code == 302
