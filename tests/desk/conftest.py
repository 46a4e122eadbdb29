"""A small class, its desk, and people who open it."""

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import pytest
from jupyterhub.services.auth import HubOAuth
from starlette.testclient import TestClient

from kireji.desk.app import make_app
from kireji.hub import desk_service, monitoring
from kireji.hub.course_service import INSTRUCTORS, STUDENTS
from tests.desk.small_class import SmallClass

GROUPS = {
    "ines": [INSTRUCTORS],
    "theo": [desk_service.ASSISTANTS],
    "alice": [STUDENTS],
    "nemo": [],
}


class FakeHub(HubOAuth):
    """JupyterHub's own client, with a hub behind it that knows GROUPS: a token is `token-NAME`, a
    code `code-NAME`."""

    def __init__(self) -> None:
        super().__init__(
            api_token="the desk's key",
            base_url=desk_service.PREFIX,
            oauth_client_id=desk_service.CLIENT_ID,
            oauth_redirect_uri=desk_service.CALLBACK,
        )

    def token_for_code(self, code, *, code_verifier=None, sync=True):
        assert code_verifier and not sync

        async def token() -> str:
            return f"token-{code.removeprefix('code-')}"

        return token()

    def user_for_token(self, token, use_cache=True, session_id="", *, sync=True):
        async def model() -> dict | None:
            if token in (self.api_token, "token-prometheus"):
                scopes = [monitoring.SCOPE] if token == "token-prometheus" else []
                return {"kind": "service", "name": "a service", "scopes": scopes}
            name = token.removeprefix("token-")
            if not token.startswith("token-") or name not in GROUPS:
                return None
            scopes = [] if name in ("alice", "nemo") else [desk_service.ACCESS]
            return {"kind": "user", "name": name, "groups": GROUPS[name], "scopes": scopes}

        return model()


@pytest.fixture(scope="session")
def class_once(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """nbgrader takes seconds to make a gradebook."""
    root = tmp_path_factory.mktemp("class") / "course"
    SmallClass(root)
    return root


@pytest.fixture
def small_class(class_once: Path, tmp_path: Path) -> SmallClass:
    """A class of its own for each test."""
    shutil.copytree(class_once, tmp_path / "course")
    found = SmallClass.__new__(SmallClass)
    found.open(tmp_path / "course")
    return found


@pytest.fixture
def open_desk(small_class: SmallClass) -> Iterator[Callable[..., TestClient]]:
    """Open the desk as somebody: signed in by OAuth, as a browser is."""
    app = make_app(small_class.course, small_class.config, FakeHub())
    opened: list[TestClient] = []

    def open_desk(name: str = "") -> TestClient:
        client = TestClient(app, base_url="https://desk.test", raise_server_exceptions=False)
        opened.append(client)
        if name:
            sign_in(client, name)
        return client

    yield open_desk
    for client in opened:
        client.close()


def sign_in(client: TestClient, name: str, wanted: str = desk_service.PREFIX) -> None:
    """Go to the hub and come back with a code of `name`."""
    to_hub = client.get(wanted, follow_redirects=False)
    state = parse_qs(urlsplit(to_hub.headers["location"]).query)["state"][0]
    back = client.get(
        desk_service.CALLBACK,
        params={"code": f"code-{name}", "state": state},
        follow_redirects=False,
    )
    assert back.status_code == 302, back.text


@pytest.fixture
def instructor(open_desk: Callable[..., TestClient]) -> TestClient:
    return open_desk("ines")


@pytest.fixture
def assistant(open_desk: Callable[..., TestClient]) -> TestClient:
    return open_desk("theo")
