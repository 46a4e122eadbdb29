"""A student's server attacks the browser of a visitor: only its owner gets any byte."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
import requests
from playwright.sync_api import Browser, BrowserContext, Page

from tests.attacks.without_door import WithoutDoor
from tests.browser.conftest import chromium, context, log_in, picture  # noqa: F401
from tests.support.live_course import LiveCourse

pytestmark = [pytest.mark.timeout(600), pytest.mark.needs("browser", "bubblewrap")]

SECRET = "a byte of alice's server"
PAGE = f"""<!doctype html><title>{SECRET}</title><p id=loot></p><script>
(async () => {{
  let loot = "";
  for (const page of ["/hub/home", "/services/kireji/formgrader/manage_assignments"])
    loot += (await (await fetch(page, {{mode: "no-cors"}})).text());
  document.getElementById("loot").textContent = loot;
  document.title = "done";
}})();
</script>"""
WORKER = "self.addEventListener('fetch', event => event.respondWith(new Response('worker')));"
CONFIG = f"""
import tornado.web, tornado.websocket
from jupyter_server.serverapp import ServerApp

class Evil(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", "text/html")
        self.add_header("Set-Cookie", "tossed=1; Path=/")
        self.add_header("Set-Cookie", "jupyterhub-session-id=tossed; Path=/")
        self.finish({PAGE!r})

class Worker(tornado.web.RequestHandler):
    def get(self):
        self.set_header("Content-Type", "text/javascript")
        self.set_header("Service-Worker-Allowed", "/")
        self.finish({WORKER!r})

class Socket(tornado.websocket.WebSocketHandler):
    def check_origin(self, origin):
        return True
    def open(self):
        self.write_message({SECRET!r})

usual = ServerApp.init_webapp
def init_webapp(self):
    usual(self)
    base = self.base_url.rstrip("/")
    pages = [("/evil", Evil), ("/worker.js", Worker), ("/socket", Socket)]
    self.web_app.add_handlers(".*$", [(base + path, handler) for path, handler in pages])
ServerApp.init_webapp = init_webapp
"""
LISTEN = """address => new Promise(resolve => {
  const socket = new WebSocket(address.replace("http", "ws") + "/user/alice/socket");
  socket.onmessage = event => resolve(event.data);
  socket.onclose = () => resolve("closed");
})"""
INSTALL = """scope => navigator.serviceWorker.register("/user/alice/worker.js", {scope})
  .then(() => "installed", error => String(error))"""


@pytest.fixture(scope="module")
def course(tmp_path_factory: pytest.TempPathFactory, chromium: Browser) -> Iterator[LiveCourse]:
    """A course in which alice's server runs, with pages that ask no one who they are."""
    course = LiveCourse(tmp_path_factory.mktemp("course"))
    course.release_something()
    settings = course.root / "var" / "homes" / "alice" / ".jupyter"
    settings.mkdir(parents=True)
    (settings / "jupyter_server_config.py").write_text(CONFIG)
    course.start()
    course.open_server("alice").close()
    yield course
    course.stop()


@pytest.fixture(scope="module")
def without_door(course: LiveCourse) -> Iterator[WithoutDoor]:
    """The same course as it was before there was a door."""
    proxy = WithoutDoor(course, "alice")
    yield proxy
    proxy.close()


@pytest.fixture(scope="module")
def visitor(
    course: LiveCourse,
    without_door: WithoutDoor,
    context: Callable[..., BrowserContext],
) -> Callable[[str, bool], Page]:
    """A page of somebody who has just logged in, with a door or without one."""

    def visitor(name: str, door: bool) -> Page:
        page = context().new_page()
        address = course.address if door else without_door.address
        page.goto(f"{address}/hub/login?next=%2Fhub%2Fhome")
        page.get_by_label("Username").fill(name)
        page.get_by_label("Password", exact=False).first.fill(course.password(name))
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/hub/home")
        return page

    return visitor


def address_of(page: Page) -> str:
    """Return scheme, host and port."""
    return page.evaluate("location.origin")


@pytest.mark.parametrize(("who", "loot"), [("instructor", "manage_assignments"), ("bob", "bob")])
def test_without_a_door_her_page_reads_with_their_cookies(
    visitor: Callable[[str, bool], Page], who: str, loot: str
) -> None:
    """The attack works where the wall is taken away."""
    page = visitor(who, False)
    address = address_of(page)
    page.goto(f"{address}/services/kireji/formgrader")  # as somebody who has worked there
    page.goto(f"{address}/user/alice/evil")
    page.wait_for_function("document.title == 'done'")
    assert loot in page.locator("#loot").text_content()


@pytest.mark.parametrize("who", ["instructor", "bob"])
def test_a_visitor_reads_one_sentence_and_goes_home(
    visitor: Callable[[str, bool], Page], picture: Callable, who: str
) -> None:
    page = visitor(who, True)
    answer = page.goto(f"{address_of(page)}/user/alice/evil")
    assert answer.status == 403 and SECRET not in answer.text()
    assert "only alice can open it" in page.inner_text("main")
    picture(page, "door_refuses")
    page.get_by_role("link", name="Go to your home page").click()
    page.wait_for_url("**/hub/home")


@pytest.mark.parametrize("who", ["instructor", "bob"])
@pytest.mark.parametrize(("door", "heard"), [(False, SECRET), (True, "closed")])
def test_a_websocket_is_for_its_owner(
    visitor: Callable[[str, bool], Page], who: str, door: bool, heard: str
) -> None:
    page = visitor(who, door)
    assert page.evaluate(LISTEN, address_of(page)) == heard


def test_the_owner_is_served(visitor: Callable[[str, bool], Page]) -> None:
    page = visitor("alice", True)
    assert page.goto(f"{address_of(page)}/user/alice/evil").ok
    assert page.evaluate(LISTEN, address_of(page)) == SECRET


@pytest.mark.parametrize("door", [False, True])
def test_no_service_worker_answers_in_place_of_the_door(
    visitor: Callable[[str, bool], Page], door: bool
) -> None:
    """It would stay in the browser, also for the next person who logs in there."""
    page = visitor("alice", door)
    page.goto(f"{address_of(page)}/user/alice/evil")
    for scope in ("/user/alice/", "/"):
        assert (page.evaluate(INSTALL, scope) == "installed") is not door
    page.goto(f"{address_of(page)}/user/alice/anything")
    assert (page.inner_text("body") == "worker") is not door


@pytest.mark.parametrize("door", [False, True])
def test_no_cookie_of_hers_holds_for_the_whole_host(
    visitor: Callable[[str, bool], Page], door: bool
) -> None:
    page = visitor("alice", door)
    page.goto(f"{address_of(page)}/user/alice/evil")
    cookies = {cookie["name"]: cookie for cookie in page.context.cookies()}
    assert (cookies["tossed"]["path"] == "/") is not door
    assert (cookies["jupyterhub-session-id"]["value"] == "tossed") is not door


def test_the_page_that_a_browser_has_kept_is_for_its_owner(
    course: LiveCourse, visitor: Callable[[str, bool], Page]
) -> None:
    """Bob uses the browser in which alice was logged in before."""
    page = visitor("alice", True)
    assert page.goto(f"{course.address}/user/alice/evil").ok
    page.goto(f"{course.address}/hub/logout")
    page.goto(f"{course.address}/hub/login?next=%2Fhub%2Fhome")
    page.get_by_label("Username").fill("bob")
    page.get_by_label("Password", exact=False).first.fill(course.password("bob"))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/hub/home")
    assert page.goto(f"{course.address}/user/alice/evil").status == 403


def test_the_servers_own_port_says_nothing_of_it(course: LiveCourse) -> None:
    """A browser on this machine can ask every port, and sends the hub's cookies to all of them."""
    (port,) = os.listdir(course.root / "var" / "hub" / "servers")
    answer = requests.get(f"http://127.0.0.1:{port}/user/alice/evil", timeout=60)
    assert answer.status_code == 403 and SECRET not in answer.text
    assert "Set-Cookie" not in answer.headers


def test_the_sockets_are_closed_to_other_accounts(course: LiveCourse) -> None:
    folder: Path = course.root / "var" / "hub" / "servers"
    assert folder.stat().st_mode & 0o077 == 0
