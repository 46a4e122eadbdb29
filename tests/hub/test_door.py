"""The door forwards a request to a student's server for its owner alone."""

import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import websocket

from tests.hub.fake_hub import COOKIES, SECRET, WIDE, World, said

LAB = "/user/alice/lab"
SECONDS = 60


@pytest.fixture
def world(tmp_path: Path) -> Iterator[World]:
    world = World(tmp_path)
    yield world
    world.close()


def log_in(world: World, name: str, hub_session: str = "") -> requests.Session:
    """Go the way through OAuth, as a browser does; the fake hub's log-in page is this function."""
    session = world.session()
    session.cookies.set("jupyterhub-session-id", hub_session or None)
    asked = session.get(world.address + LAB, allow_redirects=False, timeout=SECONDS)
    assert asked.status_code == 302
    where = urlsplit(asked.headers["Location"])
    assert where.path == "/hub/api/oauth2/authorize"
    question = {key: values[0] for key, values in parse_qs(where.query).items()}
    assert question["client_id"] == "service-door"
    assert question["code_challenge_method"] == "S256"
    world.hub.codes["code"] = world.hub.add(f"token of {name}", name)
    back = f"{world.address}{question['redirect_uri']}"
    answer = session.get(
        back,
        params={"code": "code", "state": question["state"]},
        allow_redirects=False,
        timeout=SECONDS,
    )
    assert (answer.status_code, answer.headers["Location"]) == (302, LAB)
    return session


def test_without_a_door_everybody_gets_the_page(world: World) -> None:
    """The attack works where the wall is taken away."""
    answer = requests.get(f"http://127.0.0.1:{world.open_port}{LAB}", timeout=SECONDS)
    assert SECRET in answer.text
    assert {name for name in WIDE if name in answer.headers} == set(WIDE)


def test_the_owner_gets_the_page(world: World) -> None:
    answer = log_in(world, "alice").get(world.address + LAB, timeout=SECONDS)
    assert answer.status_code == 200 and said(answer.text)["secret"] == SECRET


@pytest.mark.parametrize("method", ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"])
@pytest.mark.parametrize("who", ["bob", "instructor", None])
def test_no_other_visitor_gets_a_byte(world: World, who: str | None, method: str) -> None:
    session = log_in(world, who) if who else world.session()
    answer = session.request(
        method, world.address + LAB, headers={"Accept": "application/json"}, timeout=SECONDS
    )
    assert answer.status_code == 403
    assert SECRET not in answer.text and "X-Own" not in answer.headers


@pytest.mark.parametrize("name", ["Alice", "alice2", "alic", "alice/", ""])
def test_a_similar_name_is_not_the_owner(world: World, name: str) -> None:
    token = world.hub.add("t", name, ["access:servers!user=alice"])
    answer = requests.get(
        world.address + LAB, headers={"Authorization": f"token {token}"}, timeout=SECONDS
    )
    assert answer.status_code == 403


def test_a_visitor_reads_one_sentence_and_finds_the_way_home(world: World) -> None:
    answer = log_in(world, "bob").get(
        world.address + LAB, headers={"Accept": "text/html"}, timeout=SECONDS
    )
    assert answer.status_code == 403
    assert "only alice can open it" in answer.text and 'href="/hub/home"' in answer.text
    assert answer.headers["Cache-Control"] == "no-store"
    assert "default-src 'none'" in answer.headers["Content-Security-Policy"]


def test_the_hub_itself_stays_open_to_everybody(world: World) -> None:
    assert "the hub" in requests.get(f"{world.address}/hub/login", timeout=SECONDS).text


@pytest.mark.parametrize("token", ["forged", ""])
def test_a_cookie_that_the_door_did_not_sign_is_worthless(world: World, token: str) -> None:
    world.hub.add("forged", "alice")
    answer = requests.get(
        world.address + LAB,
        cookies={"service-door": token},
        headers={"Accept": "application/json"},
        timeout=SECONDS,
    )
    assert answer.status_code == 403


class TestTokens:
    """Programs send a token of their owner's in a header."""

    @pytest.mark.parametrize("scheme", ["token", "Bearer"])
    def test_of_the_owner_is_let_in(self, world: World, scheme: str) -> None:
        world.hub.add("hers", "alice")
        answer = requests.get(
            world.address + LAB, headers={"Authorization": f"{scheme} hers"}, timeout=SECONDS
        )
        assert said(answer.text)["secret"] == SECRET

    @pytest.mark.parametrize(
        ("name", "scopes"),
        [
            ("bob", None),
            ("bob", ["access:servers!server=alice/", "access:servers"]),  # shared with bob
            ("instructor", ["admin:servers", "access:servers"]),
            ("alice", ["read:users!user=alice"]),
        ],
    )
    def test_of_somebody_else_or_for_something_else_is_not(
        self, world: World, name: str, scopes: list[str] | None
    ) -> None:
        world.hub.add("other", name, scopes)
        answer = requests.get(
            world.address + LAB, headers={"Authorization": "token other"}, timeout=SECONDS
        )
        assert answer.status_code == 403 and SECRET not in answer.text

    def test_in_an_address_is_ignored(self, world: World) -> None:
        """A link must not carry alice's identity into the browser of another person."""
        world.hub.add("hers", "alice")
        session = log_in(world, "instructor")
        answer = session.get(world.address + LAB, params={"token": "hers"}, timeout=SECONDS)
        assert answer.status_code == 403 and SECRET not in answer.text


class TestHeaders:
    """What passes, in both directions."""

    @pytest.fixture
    def answer(self, world: World) -> requests.Response:
        session = log_in(world, "alice")
        for name in ("jupyterhub-session-id", "jupyterhub-hub-login", "service-kireji", "own"):
            session.cookies.set(name, "1")
        session.cookies.set("jupyterhub-user-alice", "1")
        return session.get(world.address + LAB, timeout=SECONDS)

    def test_the_server_sees_its_own_cookies_only(self, answer: requests.Response) -> None:
        names = {
            pair.partition("=")[0].strip()
            for pair in said(answer.text)["headers"]["Cookie"].split(";")
        }
        assert names == {"own", "jupyterhub-user-alice"}

    def test_cookies_hold_below_the_servers_own_path(self, answer: requests.Response) -> None:
        assert answer.raw.headers.getlist("Set-Cookie") == [
            COOKIES[0],
            "whole_host=2; Path=/user/alice/",
            "other_server=3; HttpOnly; Path=/user/alice/",
            "all_hosts=4; Path=/user/alice/",
            "jupyterhub-user-alice=8; HttpOnly; Path=/user/alice/",
        ]

    def test_nothing_is_said_about_the_whole_host(self, answer: requests.Response) -> None:
        assert {name for name in WIDE if name in answer.headers} == {"X-Own", "Cache-Control"}
        assert answer.headers["Cache-Control"] == "private, no-cache"

    def test_a_service_worker_is_refused(self, world: World) -> None:
        answer = log_in(world, "alice").get(
            f"{world.address}/user/alice/worker.js",
            headers={"Service-Worker": "script"},
            timeout=SECONDS,
        )
        assert answer.status_code == 403 and SECRET not in answer.text


class TestWebsockets:
    """A websocket is checked when it is opened, and now and then after that."""

    def open(
        self, world: World, session: requests.Session, path: str = "ws"
    ) -> websocket.WebSocket:
        cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in session.cookies)
        return websocket.create_connection(
            f"ws://127.0.0.1:{world.port}/user/alice/{path}",
            cookie=cookies,
            origin=world.address,
            timeout=SECONDS,
            subprotocols=["one", "two"],
        )

    def test_the_owner_talks_to_the_server(self, world: World) -> None:
        with closing(self.open(world, log_in(world, "alice"))) as connection:
            assert connection.getsubprotocol() == "two"
            assert connection.recv() == SECRET
            connection.send("text")
            assert connection.recv() == "text"
            connection.send_binary(b"\x00\xff")
            assert connection.recv() == b"\x00\xff"

    @pytest.mark.parametrize("who", ["bob", "instructor", None])
    def test_no_other_visitor_is_connected(self, world: World, who: str | None) -> None:
        session = log_in(world, who) if who else world.session()
        with pytest.raises(websocket.WebSocketBadStatusException) as refused:
            self.open(world, session)
        assert refused.value.status_code == 403
        assert SECRET.encode() not in (refused.value.resp_body or b"")

    def test_ends_soon_after_the_owner_logs_out(self, world: World, monkeypatch) -> None:
        monkeypatch.setattr("kireji.hub.door.handler.FRESH_SECONDS", 0.2)
        session = log_in(world, "alice")
        with closing(self.open(world, session)) as connection:
            assert connection.recv() == SECRET
            world.do(lambda: (world.hub.people.clear(), world.identity.cache.clear()))
            assert connection.recv() == ""  # closed
            connection.shutdown()


class TestTheHubsAnswer:
    """The door asks the hub seldom, and believes its answer for a short time."""

    def test_is_kept_for_a_few_seconds(self, world: World) -> None:
        session = log_in(world, "alice")
        before = world.hub.asked
        for _ in range(5):
            assert session.get(world.address + LAB, timeout=SECONDS).ok
        assert world.hub.asked <= before + 1

    def test_is_forgotten_when_the_person_logs_out(self, world: World) -> None:
        session = log_in(world, "alice", hub_session="one")
        assert session.get(world.address + LAB, timeout=SECONDS).ok
        session.cookies.set("jupyterhub-session-id", None)  # what the hub's log-out page does ...
        world.do(world.hub.people.clear)  # ... and it revokes the token
        answer = session.get(world.address + LAB, allow_redirects=False, timeout=SECONDS)
        assert answer.status_code == 302 and SECRET not in answer.text

    def test_holds_while_the_hub_restarts(self, world: World) -> None:
        session = log_in(world, "alice")
        assert session.get(world.address + LAB, timeout=SECONDS).ok
        world.do(lambda: (setattr(world.hub, "away", True), world.identity.cache.clear()))
        assert session.get(world.address + LAB, timeout=SECONDS).ok
        stranger = requests.get(
            world.address + LAB, headers={"Authorization": "token t"}, timeout=SECONDS
        )
        assert stranger.status_code == 503 and SECRET not in stranger.text


def test_a_log_in_that_began_in_another_browser_ends_in_a_sentence(world: World) -> None:
    """A link cannot make a person visit under the name of the one who sent it."""
    world.hub.codes["code"] = world.hub.add("hers", "alice")
    attacker = requests.get(world.address + LAB, allow_redirects=False, timeout=SECONDS)
    state = parse_qs(urlsplit(attacker.headers["Location"]).query)["state"][0]
    victim = world.session()
    answer = victim.get(
        f"{world.address}/services/door/oauth_callback",
        params={"code": "code", "state": state},
        timeout=SECONDS,
    )
    assert answer.status_code == 403 and "was not completed" in answer.text
    assert "service-door" not in victim.cookies and "Traceback" not in answer.text


def test_a_large_download_passes_in_pieces(world: World) -> None:
    session = log_in(world, "alice")
    with session.get(
        f"{world.address}/user/alice/stream?pieces=120", stream=True, timeout=SECONDS
    ) as answer:
        assert sum(len(piece) for piece in answer.iter_content(2**16)) == 120 * 2**20


def test_a_download_that_breaks_off_is_not_taken_for_whole(world: World) -> None:
    session = log_in(world, "alice")
    with pytest.raises(requests.RequestException):
        session.get(f"{world.address}/user/alice/stream?pieces=3&ends=no", timeout=SECONDS)


def test_a_server_that_is_gone_is_answered_by_the_door(world: World) -> None:
    session = log_in(world, "alice")
    (world.folder / "4711").unlink()
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    route = {"target": f"http://127.0.0.1:{port}", "user": "alice"}
    world.do(lambda: world.proxy.add_route("/user/alice", route))
    assert session.get(world.address + LAB, timeout=SECONDS).status_code == 503
