"""Ends what a person may do here, at once: sessions, tokens, and servers, the one that is starting
included. And removes an account, for `kireji forget`."""

import asyncio
import secrets
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from jupyterhub import orm
from jupyterhub.apihandlers.base import APIHandler
from jupyterhub.scopes import needs_scope
from jupyterhub.utils import maybe_future
from tornado.web import HTTPError

from kireji.course.layout import Course
from kireji.files.atomic import write_whole
from kireji.hub.course_service import INSTRUCTORS

SERVICE = "forget"  # as which the command asks the hub
ADDRESS = "/api/departures/"  # below the hub's own

STEP_SECONDS = 0.5
PATIENCE_SECONDS = 600.0  # for a server that is starting or stopping
_stopping: set[asyncio.Task] = set()  # kept here, or Python may drop a task that runs


async def end_access(handler: Any, name: str) -> None:
    """Log `name` out everywhere and stop their servers. `handler` is one of the hub's.

    A new cookie id makes all cookies of the person void; the tokens are those of scripts, of
    browsers and of servers."""
    user = handler.find_user(name)
    if user is None:
        return
    user.orm_user.cookie_id = orm.new_token()
    for token in list(user.orm_user.api_tokens):
        handler.db.delete(token)
    handler.db.commit()
    for server in list(user.spawners):
        if user.spawners[server].pending:
            task = asyncio.ensure_future(_stop_later(handler, user, server))
            _stopping.add(task)
            task.add_done_callback(_stopping.discard)
        elif user.spawners[server].active:
            await handler.stop_single_user(user, server)


async def _stop_later(handler: Any, user: Any, server: str) -> None:
    """Stop a server when what it is doing now is done."""
    deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
    spawner = user.spawners[server]
    while spawner.pending and asyncio.get_running_loop().time() < deadline:
        await asyncio.sleep(STEP_SECONDS)
    if spawner.active and not spawner.pending:
        await handler.stop_single_user(user, server)


class Departure(APIHandler):
    """`DELETE /hub/api/departures/NAME`: the account of NAME and all that it may do. Files stay."""

    @needs_scope("admin:users")
    async def delete(self, name: str) -> None:
        user = self.find_user(name)
        if user and INSTRUCTORS in {group.name for group in user.groups}:
            raise HTTPError(409, f"{name} is an instructor. Take the role away first.")
        await end_access(self, name)
        deadline = asyncio.get_running_loop().time() + PATIENCE_SECONDS
        while user and any(server.active or server.pending for server in user.spawners.values()):
            if asyncio.get_running_loop().time() > deadline:
                raise HTTPError(409, f"The server of {name} does not stop. Nothing was removed.")
            await asyncio.sleep(STEP_SECONDS)
        await maybe_future(self.authenticator.delete_user(user or SimpleNamespace(name=name)))
        if user:
            await user.delete_spawners()
            self.users.delete(user)
        if forget := getattr(self.authenticator, "forget", None):
            forget(name)
        self.log.info("The account of %s was removed: kireji forget", name)
        self.set_status(204)


def handlers() -> list[tuple[str, type]]:
    """For an authenticator's get_handlers."""
    return [(f"{ADDRESS}([^/]*)", Departure)]


def key_file(course: Course) -> Path:
    """The command's key to the hub, for the service's own account only."""
    return course.hub / "forget-key"


def service(course: Course) -> dict[str, str]:
    """The entry in JupyterHub.services of the command; its key is made at the first start."""
    key = key_file(course)
    if not key.exists():
        write_whole(key, secrets.token_hex(32), mode=0o600)
    return {"name": SERVICE, "api_token": key.read_text()}


def role() -> dict[str, Any]:
    """What the command may do in the hub."""
    return {"name": SERVICE, "services": [SERVICE], "scopes": ["admin:users", "delete:servers"]}
