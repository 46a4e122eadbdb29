"""The JSON API under `kireji/`, and the feedback pages."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from jupyter_server.base.handlers import APIHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from tornado import web

from . import actions, edits
from .attempts import attempts_at, seen_file, status_of
from .cards import cards
from .check_all import Checks
from .disk import DiskUse
from .errors import CourseError
from .phone_page import phone_page
from .places import places_from, read_json
from .preflight import preflight

# Trusted pages, shown in a frame of their own origin: no script, no form, no other host.
FRAME_POLICY = "sandbox allow-popups allow-popups-to-escape-sandbox; frame-ancestors 'self'"
PAGE_POLICY = "default-src 'none'; img-src data:; style-src 'unsafe-inline'"
THEMES = ("light", "dark")
NAME = r"([\w.-]+)"


class CourseHandler(APIHandler):
    """What the handlers share. `course`: what the extension keeps while the server runs."""

    def initialize(self, course: "Course") -> None:
        super().initialize()
        self.course = course
        self.places = course.places

    def write_error(self, status_code: int, **kwargs: Any) -> None:
        """Answer with the sentence for the student, or as the server does."""
        error = kwargs.get("exc_info", (None, None))[1]
        if isinstance(error, CourseError):
            self.set_status(409)
            self.finish(json.dumps({"message": str(error)}))
        else:
            super().write_error(status_code, **kwargs)

    def log_exception(self, kind: Any, value: Any, trace: Any) -> None:
        """Keep the log free of traces of what a student did."""
        if isinstance(value, CourseError):
            self.log.warning("%s", value)
        else:
            super().log_exception(kind, value, trace)


class CardsHandler(CourseHandler):
    @web.authenticated
    async def get(self) -> None:
        found = await asyncio.to_thread(cards, self.places)
        disk = await asyncio.to_thread(self.course.disk.count)
        self.finish(json.dumps({"assignments": found, "disk": disk}))


class PreflightHandler(CourseHandler):
    @web.authenticated
    async def get(self, assignment: str) -> None:
        self.places.check(assignment)
        self.finish(json.dumps(await asyncio.to_thread(preflight, self.places, assignment)))


class ActionHandler(CourseHandler):
    """Begin, hand in, start afresh. nbgrader changes the server's working folder for them, so they
    run in its own thread, one after the other."""

    ACTIONS: dict[str, Callable[..., dict[str, Any]]] = {
        "begin": actions.begin,
        "hand-in": actions.hand_in,
        "start-afresh": actions.start_afresh,
    }

    @web.authenticated
    async def post(self, assignment: str, action: str) -> None:
        act = self.ACTIONS[action]
        self.finish(json.dumps(act(self.places, self.course.manager, assignment)))


class CheckHandler(CourseHandler):
    """Check all: POST begins, GET says how far it is, DELETE ends it."""

    @web.authenticated
    async def post(self, assignment: str) -> None:
        self.places.check(assignment)
        self.course.checks.begin(assignment)
        self.finish(json.dumps(self.course.checks.progress(assignment)))

    @web.authenticated
    async def get(self, assignment: str) -> None:
        self.finish(json.dumps(self.course.checks.progress(assignment)))

    @web.authenticated
    async def delete(self, assignment: str) -> None:
        await self.course.checks.end(assignment)
        self.set_status(204)
        self.finish()


class FeedbackHandler(JupyterHandler):
    """A feedback page as the course made it, in the colours that are asked for."""

    def initialize(self, course: "Course") -> None:
        self.places = course.places

    @web.authenticated
    async def get(self, assignment: str, number: str) -> None:
        attempts = attempts_at(self.places, assignment, status_of(self.places))
        attempt = next((one for one in attempts if one.number == int(number)), None)
        if attempt is None or attempt.page is None:
            raise web.HTTPError(404, "There is no feedback on this attempt yet.")
        theme = self.get_query_argument("theme", "")
        page = await asyncio.to_thread(attempt.page.read_text, "utf-8")
        if theme in THEMES:
            page = page.replace("<html ", f'<html data-theme="{theme}" ', 1)
        self.remember(attempt.timestamp, attempt.returned)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", f"{FRAME_POLICY}; {PAGE_POLICY}")
        self.finish(page)

    def remember(self, timestamp: str, returned: float) -> None:
        """Note that this feedback has been opened."""
        path = seen_file(self.places)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(read_json(path) | {timestamp: returned}))


class PhoneHandler(JupyterHandler):
    """The cards as one page to read, for a phone."""

    def initialize(self, course: "Course") -> None:
        self.places = course.places

    @web.authenticated
    async def get(self) -> None:
        page = await asyncio.to_thread(phone_page, self.places, self.base_url)
        self.set_header("Content-Type", "text/html; charset=utf-8")
        self.set_header("Content-Security-Policy", f"frame-ancestors 'none'; {PAGE_POLICY}")
        self.finish(page)


class Course:
    """What the extension keeps while the server runs."""

    def __init__(self, server: Any) -> None:
        home = Path(server.root_dir)
        self.manager = actions.make_manager(home, server.log)
        self.places = places_from(self.manager.load_config(), home)
        self.disk = DiskUse.from_environment(self.places)
        self.checks = Checks(self.places, server.config, server.log)

    def note_edits(self, model: dict[str, Any], os_path: str, contents_manager: Any) -> None:
        """After each save: note which answers changed."""
        path = Path(os_path)
        if model["type"] == "notebook" and path.stem == path.parent.name:
            edits.note(self.places, path.stem, read_json(path))


def add_handlers(server: Any) -> None:
    """Add the API to the server."""
    course = Course(server)
    server.contents_manager.register_post_save_hook(course.note_edits)
    shared, base = {"course": course}, server.web_app.settings["base_url"]

    def at(*parts: str) -> str:
        return url_path_join(base, "kireji", *parts)

    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "course"), PhoneHandler, shared),
            (at("assignments"), CardsHandler, shared),
            (at("assignments", NAME, "preflight"), PreflightHandler, shared),
            (at("assignments", NAME, "check"), CheckHandler, shared),
            (at("assignments", NAME, "(begin|hand-in|start-afresh)"), ActionHandler, shared),
            (at("feedback", NAME, r"(\d{1,4})"), FeedbackHandler, shared),
        ],
    )
