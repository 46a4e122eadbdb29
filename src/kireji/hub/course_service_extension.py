"""What the course service refuses: it holds the hidden tests and the grades, so nothing a student
wrote may run in it.

A Jupyter Server extension. Its handlers are asked before the server's own and before nbgrader's,
because extensions are loaded in the order of their names and `kireji` comes before `nbgrader`.
"""

import asyncio
import json
import sys
from collections.abc import Callable

from jupyter_server.base.handlers import APIHandler, AuthenticatedFileHandler, JupyterHandler
from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.formgrader.base import BaseApiHandler, check_xsrf
from nbgrader.server_extensions.formgrader.handlers import SubmissionHandler
from tornado import web

from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.hub.course_contents import is_readable
from kireji.nbgrader_plugins.render_submission import PageRenderer

CHANGES = {"POST": "did", "PUT": "changed", "DELETE": "deleted"}
ASSIGNMENT = r"/formgrader/api/assignment/([^/]+)/"
STEPS = (
    (ASSIGNMENT + "collect", "collect"),
    (r"/formgrader/api/submission/([^/]+)/([^/]+)/autograde", "autograde"),
    (ASSIGNMENT + "generate_feedback", "generate_feedback"),
    (ASSIGNMENT + "([^/]+)/generate_feedback", "generate_feedback"),
    (ASSIGNMENT + "release_feedback", "release_feedback"),
    (ASSIGNMENT + "([^/]+)/release_feedback", "release_feedback"),
)
STEP_FAILED = "It ended with status {}. The log of the course service says why."
REFUSAL = (
    "The course service runs no code. Run the notebook in a Jupyter of your own, outside the hub."
)


class FormgraderDoor(JupyterHandler):
    """`/formgrader` itself: nbgrader's would run the nbgrader_config.py of any folder named by
    `?path=`."""

    @web.authenticated
    def get(self):
        if self.get_argument("path", ""):
            raise web.HTTPError(403, "The formgrader of this course has one course folder.")
        self.redirect(url_path_join(self.base_url, "formgrader/manage_assignments"))


class NoCode(APIHandler):
    """Kernels, sessions and terminals: listing them finds none, starting one is refused."""

    @web.authenticated
    def get(self):
        self.finish("[]")

    @web.authenticated
    def post(self):
        raise web.HTTPError(403, REFUSAL)


class PlainFiles(AuthenticatedFileHandler):
    """`/files`: also what students submitted lies there, so no page from it may run a script or
    load anything."""

    @property
    def content_security_policy(self) -> str:
        return "default-src 'none'; style-src 'unsafe-inline'; img-src 'self'; sandbox"

    @web.authenticated
    async def get(  # type: ignore[override]  # tornado waits for it
        self, path: str, include_body: bool = True
    ) -> None:
        if not is_readable(path):
            raise web.HTTPError(404, "The course service does not show this file.")
        await super().get(path, include_body=include_body)  # type: ignore[misc]


class NoConversion(JupyterHandler):
    """`/nbconvert` would make a page of any notebook, with its scripts."""

    @web.authenticated
    def get(self):
        raise web.HTTPError(
            403,
            "The course service converts no notebooks. Submissions are shown by the formgrader.",
        )


class Step(BaseApiHandler):
    """A button of the formgrader that takes long, or that reads what students wrote: done by a
    process of its own, so that other pages are served meanwhile."""

    def initialize(self, step: str) -> None:
        self.step = step

    @web.authenticated
    @check_xsrf
    async def post(self, assignment: str, student: str = "") -> None:
        wanted = [assignment, student] if student else [assignment]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-P", "-m", "kireji.hub.formgrader_step", self.step, *wanted),
            cwd=self.coursedir.root,
            stdout=asyncio.subprocess.PIPE,
        )
        said = (await process.communicate())[0].decode(errors="replace").strip()
        if process.returncode:
            reason = STEP_FAILED.format(process.returncode)
            self.finish(json.dumps({"success": False, "error": reason, "log": reason}))
        else:
            self.finish(said.rpartition("\n")[2])


class SubmissionPage(SubmissionHandler):
    """A submission's page, made outside this process: others are served meanwhile, however slow
    what a student wrote is to render."""

    asked: tuple[str, dict] | None = None

    async def get(self, submission_id: str) -> None:
        super().get(submission_id)
        if self.asked is None:  # redirected, or not there
            return
        if "kireji_pages" not in self.settings:
            self.settings["kireji_pages"] = PageRenderer(self.settings["initial_config"])
        try:
            self.finish(await self.settings["kireji_pages"].page(*self.asked))
        except KirejiError as error:
            raise web.HTTPError(503, str(error)) from None

    @property
    def exporter(self) -> "SubmissionPage":
        """nbgrader's handler makes the page by this."""
        return self

    def from_filename(self, filename: str, resources: dict) -> tuple[str, dict]:
        """Note what page is asked for."""
        self.asked = filename, resources
        return "", resources


def on_record(log: Callable, base: str) -> Callable:
    """As `log`, which is called after each request; what somebody changed in the formgrader also
    goes into the audit file."""
    start = url_path_join(base, "formgrader/api/")

    def log_and_record(handler: web.RequestHandler, *args: object, **named: object) -> None:
        log(handler, *args, **named)
        request, user = handler.request, handler.current_user
        changed = request.method in ("POST", "PUT", "DELETE") and handler.get_status() < 400
        if changed and user and request.path.startswith(start):
            find_course().audit.record(
                f"formgrader: {CHANGES[request.method]}",
                request.path.removeprefix(start),
                by=getattr(user, "username", str(user)),
            )

    return log_and_record


def _load_jupyter_server_extension(server) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.settings["log_function"] = on_record(
        server.web_app.settings["log_function"], base
    )
    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, r"/formgrader/?"), FormgraderDoor),
            (url_path_join(base, r"/formgrader/submissions/([^/]+)/?"), SubmissionPage),
            *((url_path_join(base, path), Step, {"step": step}) for path, step in STEPS),
            (
                url_path_join(base, r"/files/(.*)"),
                PlainFiles,
                {"path": server.contents_manager.root_dir},
            ),
            (url_path_join(base, r"/nbconvert/.*"), NoConversion),
            (url_path_join(base, r"/api/(?:kernels|sessions|terminals)"), NoCode),
        ],
    )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kireji.hub.course_service_extension"}]
