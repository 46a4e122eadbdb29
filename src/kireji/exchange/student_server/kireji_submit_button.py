"""JupyterLab's assignment list: shows the status of each submission, and where handing in is
refused, the reason without its stack trace.

A Jupyter Server extension of students' servers, mounted by itself. It is loaded before nbgrader's,
because the order is that of the names, and so its handler comes first.
"""

import json
from pathlib import Path

from jupyter_server.utils import url_path_join
from kireji_attempts import add_notes, read_status
from nbgrader.server_extensions.assignment_list.handlers import (
    AssignmentActionHandler,
    AssignmentListHandler,
)
from tornado import web


def assignments(manager, course: str) -> str:
    """nbgrader's list, with a note on the attempts."""
    listed = manager.list_assignments(course_id=course)
    if listed["success"]:
        with manager.get_assignment_dir_config() as config:
            add_notes(listed["value"], read_status(Path(config.Exchange.root), course))
    return json.dumps(listed)


class ListHandler(AssignmentListHandler):
    """As nbgrader's, with those notes."""

    @web.authenticated
    def get(self) -> None:
        self.finish(assignments(self.manager, self.get_argument("course_id")))


class ActionHandler(AssignmentActionHandler):
    """As nbgrader's, with those notes, and with the last line of a trace in place of the whole
    trace."""

    @web.authenticated
    def post(self, action: str) -> None:
        try:  # as nbgrader: a form's fields, else JSON
            course, assignment = (
                self.get_argument(name) for name in ("course_id", "assignment_id")
            )
        except web.MissingArgumentError:
            data = self.get_json_body()
            course, assignment = data["course_id"], data["assignment_id"]
        do = {
            "fetch": self.manager.fetch_assignment,
            "submit": self.manager.submit_assignment,
            "fetch_feedback": self.manager.fetch_feedback,
        }[action]
        outcome = do(course, assignment)
        # as nbgrader: the list shows what could be fetched
        if outcome["success"] or action != "submit":
            self.finish(assignments(self.manager, course))
        else:
            last = outcome["value"].strip().splitlines()[-1]
            self.finish(json.dumps({"success": False, "value": last.partition(": ")[2] or last}))


def _load_jupyter_server_extension(server) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(
        ".*$",
        [
            (url_path_join(base, "/assignments"), ListHandler),
            (url_path_join(base, "/assignments/(fetch|submit|fetch_feedback)"), ActionHandler),
        ],
    )


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kireji_submit_button"}]
