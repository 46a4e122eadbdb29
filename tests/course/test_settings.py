"""Every environment variable has its type and its default in one place."""

import ast
import re
from pathlib import Path

import pytest

from kireji.course import settings
from kireji.course.settings import SettingsError, load
from tests.support.clone import ROOT
from tests.support.git_files import tree

# Made by docker-compose.yml or by `./kireji up`, and not to be set by a person.
INTERNAL = {
    "KIREJI_COURSE",
    "KIREJI_STUDENT_IMAGE",
    "KIREJI_SANDBOX_SOCKETS",
    "KIREJI_LOG",
    "KIREJI_CLONE",
    "KIREJI_HUB_PORT",
    "KIREJI_PROXY_PORT",
    "KIREJI_COURSE_PORT",
    "KIREJI_DESK_PORT",
}
# Read by Compose itself, before any of our code runs.
COMPOSE_ONLY = {
    "KIREJI_ADDRESS",
    "KIREJI_PORT",
    "KIREJI_TLS",
    "KIREJI_ROSTER",
    "KIREJI_SANDBOXES",
    "KIREJI_SANDBOX_MEMORY",
    "KIREJI_SANDBOX_CPUS",
    "KIREJI_COURSE_MEMORY",
    "KIREJI_DOCKER_SOCKET",
    "KIREJI_VERSION",
}


def test_nothing_set_gives_the_defaults() -> None:
    found = load({})
    assert (found.accounts, found.instructors, found.idle_minutes) == ("signup", [], 60)
    assert (found.student_disk, found.student_memory) == (4 * 2**30, 2 * 2**30)
    assert (found.student_internet, found.grade_on_submit) == (False, True)
    assert (found.sandbox_sockets, found.clone, found.port) == (None, None, None)
    assert load({"KIREJI_STUDENT_DISK": ""}) == found  # as Compose passes what is not set


@pytest.mark.parametrize(
    ("name", "said", "value"),
    [
        ("student_disk", "512m", 512 * 2**20),
        ("student_memory", "1.5G", 1536 * 2**20),
        ("student_cpus", "0.5", 0.5),
        ("student_internet", "Yes", True),
        ("instructors", "Dr.Kay, dr.lee", ["dr.kay", "dr.lee"]),
        ("student_networks", "10.214.0.0/29", "10.214.0.0/29"),
        ("idle_minutes", "0", 0),
    ],
)
def test_what_is_set_is_taken(name: str, said: str, value: object) -> None:
    assert getattr(load({settings.variable_of(name): said}), name) == value


BAD = {
    "KIREJI_STUDENT_DISK": ["2GB", "4", "two", "0G", "-1G", "1e3G"],
    "KIREJI_STUDENT_MEMORY": ["2GB", "lots"],
    "KIREJI_STUDENT_CPUS": ["two", "0", "-1", "nan", "inf"],
    "KIREJI_STUDENT_INTERNET": ["true", "1", "on"],
    "KIREJI_GRADE_ON_SUBMIT": ["true", "maybe"],
    "KIREJI_STUDENT_NETWORKS": ["10.0.0.0/33", "10.0.0.0/30", "10.0.0.1/16", "fd00::/64", "all"],
    "KIREJI_IDLE_MINUTES": ["1h", "-5", "1.5", "60m"],
    "KIREJI_ACCOUNTS": ["ldap", "SIGNUP"],
    "KIREJI_PORT": ["0", "65536", "http"],
    "KIREJI_SANDBOX_SOCKETS": ["run/sandboxes"],
    "KIREJI_USERNS_MODE": ["private"],
}


@pytest.mark.parametrize(
    ("variable", "said"), [(variable, said) for variable, many in BAD.items() for said in many]
)
def test_a_bad_setting_is_one_sentence(variable: str, said: str) -> None:
    with pytest.raises(SettingsError) as error:
        load({variable: said})
    assert re.fullmatch(rf"{variable} is '{re.escape(said)}' and should be .+\.", str(error.value))


def test_all_bad_settings_are_named_at_once() -> None:
    with pytest.raises(SettingsError) as error:
        load({variable: many[0] for variable, many in BAD.items()})
    assert [line.split()[0] for line in str(error.value).splitlines()] == [
        name for name in settings.defaults() if name in BAD
    ]


def test_each_setting_is_listed_with_its_default() -> None:
    listed = dict(
        re.findall(r"^#(KIREJI_\w+)=(.*)$", (ROOT / ".env.example").read_text(), re.MULTILINE)
    )
    ours = {
        name: default
        for name, default in settings.defaults().items()
        if name not in INTERNAL | COMPOSE_ONLY
    }
    listed["KIREJI_INSTRUCTORS"] = ""  # "instructor" with signup alone
    assert {name: listed[name] for name in listed if name not in COMPOSE_ONLY} == ours


def test_the_services_are_given_the_same_defaults() -> None:
    compose = (ROOT / "docker-compose.yml").read_text()
    given = dict(re.findall(r"\$\{(KIREJI_\w+):-([^}]*)\}", compose))
    ours = settings.defaults()
    assert set(given) == COMPOSE_ONLY | (set(ours) - INTERNAL)
    assert [name for name in set(given) & set(ours) if given[name] not in ("", ours[name])] == [
        "KIREJI_PORT"
    ]


def test_no_other_module_reads_a_setting() -> None:
    """A student's server cannot import this package; its variables are not settings."""
    apart = ("hub_config/student_server/", "src/kireji/exchange/student_server/")
    readers = [
        relative
        for path in tree()
        if path.suffix == ".py"
        and (relative := path.relative_to(ROOT).as_posix()).startswith(("src/", "hub_config/"))
        and not relative.startswith(apart)
        and any(_reads_a_setting(node) for node in ast.walk(ast.parse(path.read_text())))
    ]
    assert readers == []


def _reads_a_setting(node: ast.AST) -> bool:
    """environ["KIREJI_..."], environ.get("KIREJI_...") or getenv of it."""
    if isinstance(node, ast.Subscript):
        target, arguments = node.value, [node.slice]
    elif isinstance(node, ast.Call):
        target, arguments = node.func, node.args
    else:
        return False
    return any(word in ast.unparse(target) for word in ("environ", "getenv")) and any(
        isinstance(argument, ast.Constant) and str(argument.value).startswith("KIREJI_")
        for argument in arguments
    )


def test_a_reader_would_be_found(tmp_path: Path) -> None:
    for code in ('os.environ["KIREJI_X"]', 'os.environ.get("KIREJI_X", "")', 'getenv("KIREJI_X")'):
        assert any(_reads_a_setting(node) for node in ast.walk(ast.parse(code)))
