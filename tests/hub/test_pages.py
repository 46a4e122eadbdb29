"""The hub's own pages render with what JupyterHub hands over to them."""

import re
from types import SimpleNamespace
from typing import Any, ClassVar

import pytest
from jinja2 import ChoiceLoader, Environment, FileSystemLoader, PrefixLoader
from jupyterhub import _data
from traitlets.config import Config

from kireji.hub import desk_service, pages

THEIRS = f"{_data.DATA_FILES_PATH}/templates"
NAMES = sorted(path.name for path in pages.TEMPLATES.glob("*.html"))
PARTS = {"fields.html", "page.html"}  # of other pages


class Spawner:
    active = False


class User:
    name = "alice"
    json_escaped_name = "alice"
    spawner = None
    groups: ClassVar = []


class Assistant(User):
    groups: ClassVar = [SimpleNamespace(name=desk_service.ASSISTANTS)]


def render(name: str, **given: Any) -> str:
    c = Config()
    pages.configure(c, "Attention & co", own_accounts=given.pop("own_accounts", False))
    loader = ChoiceLoader(
        [
            PrefixLoader({"templates": FileSystemLoader(THEIRS)}),
            *map(FileSystemLoader, c.JupyterHub.template_paths),
            FileSystemLoader(THEIRS),
        ]
    )
    environment = Environment(loader=loader, autoescape=True)
    known = {
        "base_url": "/hub/",
        "parsed_scopes": {},
        "services": [],
        "static_url": lambda path, **_: f"/hub/static/{path}",
        "default_server": Spawner(),
        "users": [],
        "former": set(),
        "waiting": 0,
        "user": User,
        "no_spawner_check": True,
    }
    reader = given.get("user", User)
    # JupyterHub calls what can be called.
    configured = {
        name: value(reader) if callable(value) else value
        for name, value in c.JupyterHub.template_vars.items()
    }
    return environment.get_template(name).render(known | configured | given)


@pytest.mark.parametrize("name", [name for name in NAMES if name not in PARTS])
def test_a_page_has_a_title_a_heading_and_one_main(name):
    page = render(name, status_code=404)
    assert "Attention &amp; co</title>" in page and 'lang="en"' in page
    assert len(re.findall("<main", page)) == 1
    assert len(re.findall("<h1", page)) == 1
    assert 'alt="JupyterHub logo"' not in page


def test_an_error_leads_home_and_hides_scopes():
    page = render("error.html", status_code=403, message="Action is not authorized with scopes")
    assert "You cannot open this page" in page and 'href="/hub/home"' in page
    assert "scopes" not in re.sub("<script.*?</script>", "", page, flags=re.DOTALL)


def test_an_error_keeps_the_hubs_own_sentence_as_text():
    page = render("error.html", status_code=409, message="Files of <b>alice</b> are kept.")
    assert "Files of &lt;b&gt;alice&lt;/b&gt; are kept." in page


def test_a_form_that_is_too_old_says_so():
    page = render("error.html", status_code=403, message="XSRF cookie does not match POST argument")
    assert "open for too long" in page and "XSRF cookie" not in page


def test_accounts_of_the_hub_have_a_link_to_the_password():
    page = render("home.html", own_accounts=True)
    assert 'href="/hub/change-password"' in page and "/hub/authorize" not in page
    page = render("home.html", own_accounts=False)
    assert "change-password" not in page


def test_all_that_wait_are_approved_by_one_button():
    assert "Approve all 12 that wait" in render("authorization-area.html", waiting=12)
    assert "Approve all" not in render("authorization-area.html", waiting=1)


def test_the_desk_is_linked_for_those_who_work_there():
    assert desk_service.PREFIX in render("home.html", user=Assistant)
    assert desk_service.PREFIX not in render("home.html")
