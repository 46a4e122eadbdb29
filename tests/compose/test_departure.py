"""Who leaves is out at once, and no other person gets what stays of them: withdraw, discard,
forget."""

from collections.abc import Iterator

import pytest
import requests

from kireji.course import settings
from tests.compose.keeping import keeper
from tests.compose.light import new_stack, start_hub
from tests.compose.people import is_in, make_account, open_server, session
from tests.compose.stack import Stack, docker, wait_until
from tests.support.running_course import xsrf

pytestmark = pytest.mark.needs("docker")


@pytest.fixture(scope="module")
def stack() -> Iterator[Stack]:
    stack = new_stack("leave")
    try:
        stack.compose("build", "proxy", "hub", "student", "course")
        start_hub(stack)
        yield stack
    finally:
        stack.remove()


@pytest.fixture
def instructor(stack: Stack) -> Iterator[requests.Session]:
    with session(stack, "instructor", stack.first_password()) as instructor:
        assert is_in(instructor, stack)
        yield instructor


def decide(stack: Stack, instructor: requests.Session, what: str, **fields: str):
    """Press one of the buttons at /hub/authorize."""
    instructor.get(f"{stack.address}/hub/authorize").raise_for_status()
    return instructor.post(
        f"{stack.address}/hub/{what}", data={"_xsrf": xsrf(instructor, "/hub/")} | fields
    )


def sign_up(stack: Stack, name: str, password: str) -> None:
    with requests.Session() as newcomer:
        newcomer.get(f"{stack.address}/hub/signup")
        newcomer.post(
            f"{stack.address}/hub/signup",
            data={
                "username": name,
                "signup_password": password,
                "signup_password_confirmation": password,
                "_xsrf": newcomer.cookies["_xsrf"],
            },
        ).raise_for_status()


def audited(stack: Stack) -> str:
    return keeper(stack, "audit", "--json").decode()


def test_withdrawing_ends_session_token_and_server_at_once(
    stack: Stack, instructor: requests.Session
) -> None:
    make_account(stack, "alice")
    with session(stack, "alice") as alice:
        open_server(alice, stack, "alice")
        (container,) = stack.students()
        (token,) = [
            variable.partition("=")[2]
            for variable in stack.inspect(container)["Config"]["Env"]
            if variable.startswith("JUPYTERHUB_API_TOKEN=")
        ]
        api = {"Authorization": f"token {token}"}
        assert requests.get(f"{stack.address}/hub/api/user", headers=api).json()["name"] == "alice"
        decide(stack, instructor, "authorize/alice").raise_for_status()
        assert requests.get(f"{stack.address}/hub/api/user", headers=api).status_code == 403
        assert not is_in(alice, stack)
        assert "/hub/login" in alice.get(f"{stack.address}/user/alice/lab").url
        wait_until(lambda: not stack.students(), lambda: stack.logs("hub"))
    with session(stack, "alice") as alice:
        assert not is_in(alice, stack)
    decide(stack, instructor, "authorize/alice").raise_for_status()  # let in again, files and all
    with session(stack, "alice") as alice:
        assert is_in(alice, stack)
    assert '"what": "withdrew an account", "whom": "alice"' in audited(stack)


def test_a_server_that_is_starting_is_ended_too(stack: Stack, instructor: requests.Session) -> None:
    make_account(stack, "bob")
    with session(stack, "bob") as bob:
        bob.get(f"{stack.address}/hub/spawn")
        decide(stack, instructor, "authorize/bob").raise_for_status()
        assert not is_in(bob, stack)
    wait_until(lambda: not stack.students(), lambda: stack.logs("hub"))
    assert "bob" in stack.inside("hub", "ls", "/srv/kireji/var/homes")


def test_who_signs_up_under_a_former_name_gets_no_files(
    stack: Stack, instructor: requests.Session
) -> None:
    (stack.volume("homes") / "bob" / "diary.txt").write_text("mine")
    decide(stack, instructor, "discard/bob").raise_for_status()
    sign_up(stack, "bob", "another-person-1")
    refused = decide(stack, instructor, "authorize/bob")
    assert refused.status_code == 409 and "files of a former account" in refused.text
    with session(stack, "bob", "another-person-1") as stranger:
        assert not is_in(stranger, stack)
    page = instructor.get(f"{stack.address}/hub/authorize").text
    assert "Approve, with the files of this name" in page
    # The instructor's word: it is the same person.
    decide(stack, instructor, "authorize/bob", with_files="yes").raise_for_status()
    with session(stack, "bob", "another-person-1") as same:
        assert is_in(same, stack)


def test_forgetting_removes_account_server_and_files_while_the_hub_runs(
    stack: Stack, instructor: requests.Session
) -> None:
    make_account(stack, "carol")
    with session(stack, "carol") as carol:
        open_server(carol, stack, "carol")
        inbound = stack.volume("exchange") / "kireji" / "inbound"
        assert (inbound / "carol").exists()
        said = keeper(stack, "forget", "carol", "--yes").decode()
        assert "Everything of carol is removed" in said
        assert not is_in(carol, stack)
    wait_until(lambda: not stack.students(), lambda: stack.logs("hub"))
    assert not (inbound / "carol").exists()
    assert not (stack.volume("homes") / "carol").exists()
    assert 'id="carol"' not in instructor.get(f"{stack.address}/hub/authorize").text
    make_account(stack, "carol")  # the name is free: an ordinary approval is enough
    with session(stack, "carol") as another:
        assert is_in(another, stack)
    assert '"what": "forgot a person", "whom": "carol"' in audited(stack)


def test_the_record_outlives_the_containers(stack: Stack) -> None:
    stack.compose("up", "-d", "--force-recreate", "hub")
    for what in ("signed up", "approved an account", "discarded an account", "made an account"):
        assert f'"what": "{what}"' in audited(stack)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("KIREJI_STUDENT_DISK", "2GB"),
        ("KIREJI_STUDENT_CPUS", "two"),
        ("KIREJI_IDLE_MINUTES", "1h"),
        ("KIREJI_STUDENT_INTERNET", "true"),
        ("KIREJI_STUDENT_NETWORKS", "10.213.0.0/33"),
    ],
)
def test_a_bad_setting_is_one_sentence_and_no_restart(stack: Stack, name: str, said: str) -> None:
    with pytest.raises(settings.SettingsError) as sentence:
        settings.load({name: said})
    with stack.settings_for_now("hub", **{name: said}):
        wait_until(lambda: str(sentence.value) in stack.compose("logs", "hub"))
        hub = stack.inspect(stack.container("hub"))
        assert hub["State"]["Running"] and hub["RestartCount"] == 0
        assert "Traceback" not in docker("logs", hub["Id"])
    start_hub(stack)
