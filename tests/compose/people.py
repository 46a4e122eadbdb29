"""What people do at the door of a deployment: sign up, approve, log in; in a browser, or as one
would by HTTP."""

import re
import time

import requests
from playwright.sync_api import Page, expect

from tests.compose.stack import MAX_WAIT_SECONDS, Stack
from tests.support.running_course import xsrf

PASSWORD = "correct-horse-battery"


def sign_up(page: Page, stack: Stack, name: str) -> None:
    """From the log-in page, as a newcomer."""
    page.goto(f"{stack.address}/hub/login")
    page.get_by_role("link", name="Sign up").click()
    page.locator("input[name=username]").fill(name)
    page.locator("input[name=signup_password]").fill(PASSWORD)
    page.locator("input[name=signup_password_confirmation]").fill(PASSWORD)
    page.get_by_role("button", name=re.compile("create", re.IGNORECASE)).click()
    expect(page.get_by_role("status")).to_contain_text("Your account is made")


def log_in(page: Page, stack: Stack, name: str, password: str = PASSWORD) -> None:
    page.goto(f"{stack.address}/hub/login")
    page.get_by_label("Username").fill(name)
    page.get_by_label("Password", exact=False).first.fill(password)
    page.get_by_role("button", name="Sign in").click()


def session(stack: Stack, name: str, password: str = PASSWORD) -> requests.Session:
    """Somebody logged in, with the hub's cookies."""
    session = requests.Session()
    session.get(f"{stack.address}/hub/login")
    session.post(
        f"{stack.address}/hub/login",
        params={"next": "/hub/home"},
        data={"username": name, "password": password, "_xsrf": session.cookies["_xsrf"]},
    )
    return session


def is_in(session: requests.Session, stack: Stack) -> bool:
    """Whether the hub has let this person in."""
    return session.get(f"{stack.address}/hub/home").url.endswith("/hub/home")


def open_server(session: requests.Session, stack: Stack, name: str) -> None:
    """Wait for the person's own server; the session has that server's cookies too."""
    deadline = time.monotonic() + MAX_WAIT_SECONDS
    session.get(f"{stack.address}/hub/spawn")
    while (
        not (page := session.get(f"{stack.address}/user/{name}/lab")).ok
        or f"/user/{name}/lab" not in page.url
    ):
        assert time.monotonic() < deadline, stack.logs("hub")
        time.sleep(0.5)


def make_account(stack: Stack, name: str) -> None:
    """Sign up and be approved, by HTTP."""
    with requests.Session() as newcomer:
        newcomer.get(f"{stack.address}/hub/signup")
        newcomer.post(
            f"{stack.address}/hub/signup",
            data={
                "username": name,
                "signup_password": PASSWORD,
                "signup_password_confirmation": PASSWORD,
                "_xsrf": newcomer.cookies["_xsrf"],
            },
        ).raise_for_status()
    with session(stack, "instructor", stack.first_password()) as instructor:
        instructor.get(f"{stack.address}/hub/authorize")
        instructor.post(
            f"{stack.address}/hub/authorize/{name}", data={"_xsrf": xsrf(instructor, "/hub/")}
        ).raise_for_status()
