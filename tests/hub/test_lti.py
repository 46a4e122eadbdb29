"""People come from a learning platform by LTI 1.3: a right launch lets in, every wrong one ends in
a sentence."""

import html
import os
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from kireji.course.layout import SETTING, Course
from kireji.hub.embedded.lifecycle import free_ports
from tests.hub.learning_platform import AUTHORIZE, CLIENT, ISSUER, Platform, arrive, begin, new_key

MAX_WAIT_SECONDS = 120  # seconds for the hub to start on a busy machine
# The hub as hub_config/compose has it, but for the engine and the proxy: the tests ask it directly,
# and no server is started.
CONFIG = """
import sys
from jupyterhub.proxy import Proxy
from kireji.course.layout import find_course
from kireji.hub import course_service
from kireji.hub.compose import service, sign_in

class NoProxy(Proxy):
    should_start = False
    async def get_all_routes(self): return {}
    async def add_route(self, *_): pass
    async def delete_route(self, *_): pass

c.JupyterHub.proxy_class = NoProxy
c.JupyterHub.hub_bind_url = "http://127.0.0.1:PORT"
c.JupyterHub.spawner_class = "simple"
course = find_course()
sign_in.configure(c, course)
c.JupyterHub.load_groups = {
    course_service.INSTRUCTORS: {"users": service.instructors(course)},
    course_service.STUDENTS: {"users": []},
}
"""


@pytest.fixture(scope="module")
def platform() -> Iterator[Platform]:
    with Platform().serving() as platform:
        yield platform


@pytest.fixture(scope="module")
def hub(platform: Platform, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Where a hub answers that has been told of the platform by its settings, and of nothing
    else."""
    folder, port = tmp_path_factory.mktemp("hub"), free_ports(1)[0]
    (folder / "config.py").write_text(CONFIG.replace("PORT", str(port)))
    Course(folder).hub.mkdir(parents=True)
    settings = {
        SETTING: str(folder),
        "KIREJI_ACCOUNTS": "lti13",
        "KIREJI_INSTRUCTORS": "kay@uni.example",
        "KIREJI_LTI_ISSUER": ISSUER,
        "KIREJI_ALLOWED": "alice@uni.example",
        "KIREJI_LTI_CLIENT_ID": CLIENT,
        "KIREJI_LTI_AUTHORIZE_URL": AUTHORIZE,
        "KIREJI_LTI_JWKS_URL": platform.keys_url,
    }
    with (
        (folder / "log").open("w") as log,
        subprocess.Popen(
            [sys.executable, "-P", "-m", "jupyterhub", "--config", "config.py"],
            cwd=folder,
            env=os.environ | settings,
            stdout=log,
            stderr=log,
        ) as running,
    ):
        try:
            address = f"http://127.0.0.1:{port}"
            wait_for(f"{address}/hub/login", running, folder / "log")
            yield address
        finally:
            running.terminate()


def wait_for(url: str, running: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    while True:
        try:
            return requests.get(url, timeout=10).raise_for_status()
        except requests.RequestException:
            assert running.poll() is None and time.monotonic() < deadline, log.read_text()[-3000:]
            time.sleep(0.2)


@pytest.fixture
def browser() -> Iterator[requests.Session]:
    with requests.Session() as browser:
        yield browser


def name_of(browser: requests.Session, hub: str) -> str | None:
    """Who the hub takes this browser for."""
    page = browser.get(f"{hub}/hub/home")
    found = re.search(r'user:\s*"([^"]+)"', page.text)
    return found[1] if found and page.url.endswith("/hub/home") else None


def launch(
    browser: requests.Session, hub: str, platform: Platform, **changes: Any
) -> requests.Response:
    asked = begin(browser, hub)
    return arrive(
        browser, hub, platform.sign(platform.claims(asked["nonce"], **changes)), asked["state"]
    )


def sentence(page: requests.Response) -> str:
    """What a page says, without its markup."""
    return html.unescape(re.sub(r"<[^>]+>|\s+", " ", page.text))


def test_a_launch_lets_in(hub: str, platform: Platform, browser: requests.Session) -> None:
    assert launch(browser, hub, platform, email="Alice@uni.example").status_code == 302
    assert name_of(browser, hub) == "alice@uni.example"


def test_who_is_an_instructor_is_the_courses_to_say(
    hub: str, platform: Platform, browser: requests.Session
) -> None:
    # as an instructor by the platform's roles; Alice is a student here
    launch(browser, hub, platform)
    assert (
        browser.get(f"{hub}/hub/", allow_redirects=False)
        .headers["Location"]
        .startswith("/hub/spawn")
    )
    groups = (
        browser.get(f"{hub}/hub/api/user", headers={"Referer": f"{hub}/hub/home"})
        .json()
        .get("groups")
    )
    assert groups == []


Forge = Callable[[Platform, dict], str]
WRONG: dict[str, tuple[Forge, str]] = {
    "another issuer": (lambda at, said: at.sign(said | {"iss": "https://other.example"}), "issuer"),
    "another audience": (lambda at, said: at.sign(said | {"aud": "another-tool"}), "Audience"),
    "two audiences without azp": (
        lambda at, said: at.sign(said | {"aud": [CLIENT, "another-tool"]}),
        "azp",
    ),
    "expired": (
        lambda at, said: at.sign(said | {"exp": said["iat"] - 1000, "iat": said["iat"] - 2000}),
        "expired",
    ),
    "issued long ago": (
        lambda at, said: at.sign(said | {"iat": said["iat"] - 100_000}),
        "issued too long ago",
    ),
    "not issued yet": (
        lambda at, said: at.sign(said | {"iat": said["iat"] + 100_000}),
        "not yet valid",
    ),
    "a nonce of another launch": (
        lambda at, said: at.sign(said | {"nonce": "0" * 64}),
        "nonce mismatch",
    ),
    "another key": (lambda at, said: at.sign(said, key=new_key()), "Signature verification failed"),
    "no signature": (lambda at, said: at.sign(said, key="", algorithm="none"), "alg"),
    "no version": (
        lambda at, said: at.sign(
            {name: value for name, value in said.items() if not name.endswith("version")}
        ),
        "version",
    ),
    "no token": (lambda at, said: "x.y.z", "not accepted"),
}


@pytest.mark.parametrize("what", WRONG)
def test_a_wrong_launch_does_not(
    hub: str, platform: Platform, browser: requests.Session, what: str
) -> None:
    forge, named = WRONG[what]
    asked = begin(browser, hub)
    page = arrive(browser, hub, forge(platform, platform.claims(asked["nonce"])), asked["state"])
    assert page.status_code in (400, 401), page.text
    assert named in sentence(page) and "Open the course in your learning platform" in sentence(page)
    assert name_of(browser, hub) is None


def test_a_launch_is_good_for_once_and_for_the_browser_that_began_it(
    hub: str, platform: Platform, browser: requests.Session
) -> None:
    asked = begin(browser, hub)
    token = platform.sign(platform.claims(asked["nonce"]))
    with requests.Session() as thief:
        assert arrive(thief, hub, token, asked["state"]).status_code == 400
        other = begin(thief, hub)
        assert arrive(thief, hub, token, other["state"]).status_code == 400
        assert name_of(thief, hub) is None
    assert arrive(browser, hub, token, asked["state"]).status_code == 302
    assert arrive(browser, hub, token, asked["state"]).status_code == 400


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"email": None}, "does not say who you are"),
        ({"email": "stranger@uni.example", "sub": "18"}, "not among those of this class"),
        ({"email": "alice@uni.example", "sub": "18"}, "belongs to another person"),
        ({"email": "\N{KELVIN SIGN}ay@uni.example", "sub": "18"}, "cannot be an account's name"),
        ({"email": "kay@uni.example", "email_verified": None, "sub": "18"}, "it verified"),
        ({"email": "<script>alert(1)</script>", "sub": "18"}, "cannot be an account's name"),
    ],
)
def test_a_right_launch_of_somebody_who_may_not_come_in(
    hub: str, platform: Platform, browser: requests.Session, changes: dict, named: str
) -> None:
    with requests.Session() as alice:
        launch(alice, hub, platform)  # she has her account
    page = launch(browser, hub, platform, **changes)
    assert page.status_code == 403 and named in sentence(page)
    assert "<script>alert" not in page.text
    assert name_of(browser, hub) is None


def test_nobody_can_begin_at_the_hubs_own_page(hub: str, browser: requests.Session) -> None:
    assert "follow the link that leads here" in sentence(browser.get(f"{hub}/hub/login"))
