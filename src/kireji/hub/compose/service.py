"""The course service as the hub knows it: its address, its key, and who may do what."""

import sys
from functools import cache

from kireji.course import settings
from kireji.course.layout import COURSE_ID, Course
from kireji.course.roster import Person, RosterError, load
from kireji.hub.course_service import INSTRUCTORS, STUDENTS, URL_PREFIX

NAME, PREFIX, PORT = COURSE_ID, URL_PREFIX, 8888
DESK_PORT = 8889
DESK_ADDRESS = f"http://desk:{DESK_PORT}"


def instructors(course: Course) -> list[str]:
    """The instructors' account names, from the setting KIREJI_INSTRUCTORS and the roster.

    Without the setting "instructor", where accounts are made here: elsewhere anybody might bear
    that name."""
    unset = ["instructor"] if settings.value("accounts") == "signup" else []
    named = settings.value("instructors") or unset
    return list(
        dict.fromkeys(
            [*named, *(person.name for person in roster(course) if person.role == "instructor")]
        )
    )


def assistants(course: Course) -> list[str]:
    """The account names of those who read and grade, from the roster."""
    return [person.name for person in roster(course) if person.role == "assistant"]


@cache
def roster(course: Course) -> list[Person]:
    """The class, as it was when this process began. Empty if the roster is bad; the log says
    why."""
    try:
        return load(course.roster) if course.roster.exists() else []
    except RosterError as problem:
        print(problem, file=sys.stderr, flush=True)
        return []


def service(token: str) -> dict:
    """The entry in JupyterHub.services of a service that has a container of its own."""
    return {
        "name": NAME,
        "url": f"http://course:{PORT}",
        "api_token": token,
        "oauth_no_confirm": True,
        "display": True,
        "oauth_client_id": f"service-{NAME}",
        "oauth_redirect_uri": f"{PREFIX}oauth_callback",
    }


def culler() -> list[dict]:
    """The service that ends servers that were not used for KIREJI_IDLE_MINUTES; none for 0."""
    minutes = settings.value("idle_minutes")
    command = [
        sys.executable,
        "-P",
        "-m",
        "jupyterhub_idle_culler",
        f"--timeout={minutes * 60}",
        f"--cull-every={min(minutes * 30, 300)}",
    ]
    return [{"name": "culler", "command": command}] if minutes else []


def roles() -> list[dict]:
    """Who may do what beyond JupyterHub's defaults. An instructor approves accounts, and sees to
    students' servers."""
    return [
        {
            "name": "instructors",
            "groups": [INSTRUCTORS],
            "scopes": [
                "self",
                f"access:services!service={NAME}",
                "admin-ui",
                "admin:users",
                "admin:servers",
            ],
        },
        # nbgrader asks the hub which courses a person is in, and enrols whom the instructor adds in
        # the formgrader.
        {
            "name": "course",
            "services": [NAME],
            "scopes": [
                "list:groups",
                f"groups!group={STUDENTS}",
                "read:users:name",
                "read:users:groups",
            ],
        },
        {
            "name": "culler",
            "services": [service["name"] for service in culler()],
            "scopes": ["list:users", "read:users:activity", "read:servers", "delete:servers"],
        },
        {
            "name": "server",
            "scopes": ["users:activity!user", "access:servers!server", "read:users!user"],
        },
    ]
