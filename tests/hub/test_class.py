"""The class of the compose deployment: a roster that lies in a folder that the services see."""

import pytest

from kireji.course.layout import Course
from kireji.hub.compose import service, sign_in


@pytest.fixture
def course(tmp_path):
    return Course(tmp_path)


@pytest.fixture
def given(course):
    def given(text):
        course.roster.parent.mkdir(exist_ok=True)
        course.roster.write_text(text)
        service.roster.cache_clear()

    yield given
    service.roster.cache_clear()


def test_instructors_are_those_of_the_setting_and_of_the_roster(course, given, monkeypatch):
    monkeypatch.setenv("KIREJI_INSTRUCTORS", "kay, lee")
    given("name,role\ncarol,student\nlee,instructor\nmoe,instructor\n")
    assert service.instructors(course) == ["kay", "lee", "moe"]
    assert [person.name for person in service.roster(course)] == ["carol", "lee", "moe"]


def test_a_bad_roster_stops_nobody_and_the_log_says_why(course, given, capsys):
    given("name,role\nCarol,student\n")
    assert service.roster(course) == [] and service.instructors(course) == ["instructor"]
    assert "line 2: 'Carol' cannot be an account's name" in capsys.readouterr().err


def test_whoever_is_in_the_class_is_allowed_where_only_some_are(course, given, monkeypatch):
    from traitlets.config import Config

    given("name,role\ncarol,student\n")
    monkeypatch.setenv("KIREJI_ALLOWED", "dan")
    c = Config()
    sign_in.configure(c, course)
    assert (
        c.Authenticator.allowed_users == {"dan", "instructor", "carol"}
        and c.Authenticator.allow_all is False
    )
