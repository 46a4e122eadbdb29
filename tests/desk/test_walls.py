"""Every address of the desk: who may open it, what its headers say, and that no form can be
forged."""

from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from starlette.testclient import TestClient

from kireji.desk.doorkeeper import HEADERS
from kireji.hub.desk_service import PREFIX
from kireji.reading import code_of
from tests.desk.small_class import SmallClass
from tests.desk.written_answers import write_all

Open = Callable[..., TestClient]
PUBLIC = {PREFIX + path for path in ("oauth_callback", "health", "ready", "static/colours.css")}
METRICS = f"{PREFIX}metrics"  # has a key of its own: see test_metrics
VALUES = {
    "name": "toy",
    "student": "alice",
    "task": "essay",
    "form": "canvas",
    "number": "1",
    "diagnosis": "squares",
    "answer": code_of("essay", "alice"),
}


def flat(routes: Iterable[Any]) -> Iterator[Any]:
    """The routes, those of routers that were included among them."""
    for route in routes:
        if hasattr(route, "effective_candidates"):
            yield from flat(route.effective_candidates())
        else:
            yield route


def addresses(client: TestClient) -> Iterator[tuple[str, str, str]]:
    """(method, address, path of the route) of all routes that are not open to everybody."""
    for route in flat(client.app.app.routes):
        path = getattr(route, "path", "")
        if path in PUBLIC | {METRICS} or not hasattr(route, "methods"):
            continue
        for method in route.methods - {"HEAD"}:
            yield method, path.format(**VALUES), path


def test_the_walk_finds_the_pages(open_desk: Open) -> None:
    found = {path for _, _, path in addresses(open_desk())}
    assert {PREFIX, f"{PREFIX}assignments/{{name}}", f"{PREFIX}api/openapi.json"} <= found


@pytest.mark.parametrize("name", ["alice", "nemo"])
def test_nobody_else_opens_any_address(open_desk: Open, name: str) -> None:
    client = open_desk(name)
    for method, address, _ in addresses(client):
        for headers in ({}, {"Authorization": f"token token-{name}"}):
            answer = client.request(method, address, headers=headers, follow_redirects=False)
            assert answer.status_code == 403, (method, address)
            assert "for the instructors" in answer.text


def test_a_stranger_opens_no_address(open_desk: Open) -> None:
    client = open_desk()
    for method, address, _ in addresses(client):
        answer = client.request(method, address, follow_redirects=False)
        assert answer.status_code in (302, 401), (method, address)
        if answer.status_code == 302:
            assert answer.headers["location"].startswith("/hub/api/oauth2/authorize?")


def test_every_answer_has_the_policy(open_desk: Open) -> None:
    stranger, instructor = open_desk(), open_desk("ines")
    for client in (stranger, instructor):
        for address in (PREFIX, f"{PREFIX}nothing", f"{PREFIX}static/desk.css", *PUBLIC):
            answer = client.get(address, follow_redirects=False)
            for name, value in HEADERS.items():
                assert answer.headers[name] == value, (address, name)


def test_no_page_has_inline_script_or_style(
    instructor: TestClient, small_class: SmallClass
) -> None:
    write_all(small_class)
    for method, address, _ in addresses(instructor):
        if method != "GET":
            continue
        answer = instructor.get(address)
        if "html" not in answer.headers["content-type"]:
            continue
        text = answer.text
        assert "<style" not in text, address
        assert " style=" not in text, address
        assert "<script>" not in text, address
        assert " onclick" not in text, address


def test_a_form_without_its_token_changes_nothing(instructor: TestClient) -> None:
    changing = [one for one in addresses(instructor) if one[0] != "GET"]
    assert {method for method, _, _ in changing} == {"POST", "PUT"}
    for method, address, _ in changing:
        for data in ({}, {"csrf": "0" * 64}):
            answer = instructor.request(method, address, data=data)
            assert answer.status_code == 403, address
            assert "out of date" in answer.text


def test_a_form_from_another_site_is_refused(instructor: TestClient) -> None:
    from tests.desk.forms import post

    answer = post(instructor, "sign-out", headers={"Sec-Fetch-Site": "cross-site"})
    assert answer.status_code == 403


def test_an_error_has_one_sentence_and_a_way_home(
    instructor: TestClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer = instructor.get(f"{PREFIX}assignments/none")
    assert answer.status_code == 404
    assert "The course has no assignment" in answer.text
    assert f'href="{PREFIX}"' in answer.text

    def fail(*arguments: object) -> None:
        raise RuntimeError("a secret of the code")

    monkeypatch.setattr("kireji.desk.overview.rows", fail)
    answer = instructor.get(PREFIX)
    assert answer.status_code == 500
    assert "Something went wrong" in answer.text
    assert "secret" not in answer.text
    assert "Traceback" not in answer.text
