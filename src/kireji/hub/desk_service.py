"""The desk as the hub knows it: its address, its process, and who may open it.

A service's name cannot have a slash, so the desk has a name of its own and the proxy is given the
route below the course's address.
"""

from __future__ import annotations

import os
import sys
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from kireji.course.layout import COURSE_ID, SETTING, Course
from kireji.hub.course_service import INSTRUCTORS, URL_PREFIX
from kireji.hub.parent_death_signal import PARENT_DEATH_SIGNAL

if TYPE_CHECKING:
    from jupyterhub.handlers import BaseHandler
    from jupyterhub.user import User

NAME = f"{COURSE_ID}-desk"
PREFIX = f"{URL_PREFIX}desk/"
CLIENT_ID = f"service-{NAME}"  # its OAuth client, and the name of its cookie
CALLBACK = f"{PREFIX}oauth_callback"
ACCESS = f"access:services!service={NAME}"
ASSISTANTS = f"{COURSE_ID}-assistants"  # the group of those who read and grade


def oauth() -> dict[str, object]:
    """What the desk's entry in JupyterHub.services says in both hubs."""
    return {
        "name": NAME,
        "oauth_client_id": CLIENT_ID,
        "oauth_redirect_uri": CALLBACK,
        "oauth_no_confirm": True,  # it is ours: no user needs to authorise it
        "display": False,  # the hub would link to an address without the desk
    }


def service(course: Course, port: int) -> dict[str, object]:
    """The entry of a desk that the hub starts, on `port` of this machine."""
    return oauth() | {
        "command": [
            *PARENT_DEATH_SIGNAL,
            *(sys.executable, "-P", "-m", "kireji.desk", "--port", str(port)),
        ],
        "cwd": str(course.root),
        "environment": {
            "PATH": os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]),
            "HOME": os.environ["HOME"],
            "OMP_NUM_THREADS": "1",
            SETTING: str(course.root),
        },
    }


def route(address: str, subdomain_host: str) -> dict[str, str]:
    """The proxy's way to the desk at `address`, for Proxy.extra_routes. It is longer than that of
    the course service, and so is found first."""
    host = urlsplit(subdomain_host).hostname or "" if subdomain_host else ""
    return {f"{host}{PREFIX}": address}


def role() -> dict[str, object]:
    """Who may open the desk. What each of them may do there is decided by the desk."""
    return {"name": "desk", "groups": [INSTRUCTORS, ASSISTANTS], "scopes": ["self", ACCESS]}


def may_open(user: User | None) -> bool:
    """Whether `user`, a user of the hub, works at the desk."""
    return user is not None and any(
        group.name in (INSTRUCTORS, ASSISTANTS) for group in user.groups
    )


def landing_page(handler: BaseHandler) -> str:
    """Where the hub sends a person who has just logged in: instructors and assistants to the desk;
    "" is JupyterHub's own choice."""
    return PREFIX if may_open(handler.current_user) else ""
