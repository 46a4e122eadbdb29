"""JupyterLab's Submit button: where handing in is refused, the reason is shown, and not the stack trace around it.

A Jupyter Server extension of students' servers, mounted by itself. It is loaded before nbgrader's, because the order is
that of the names, and so its handler is asked first.
"""

import json

from jupyter_server.utils import url_path_join
from nbgrader.server_extensions.assignment_list.handlers import AssignmentActionHandler
from tornado import web


class SubmitHandler(AssignmentActionHandler):
    """As nbgrader's, with the last line of the trace in place of all of it."""

    @web.authenticated
    def post(self) -> None:
        data = self.get_json_body()
        course, assignment = ((data or {}).get(name) or self.get_argument(name) for name in ("course_id", "assignment_id"))
        outcome = self.manager.submit_assignment(course, assignment)
        if outcome["success"]:
            self.finish(json.dumps(self.manager.list_assignments(course_id=course)))
        else:
            last = outcome["value"].strip().splitlines()[-1]
            self.finish(json.dumps({"success": False, "value": last.partition(": ")[2] or last}))


def _load_jupyter_server_extension(server) -> None:
    base = server.web_app.settings["base_url"]
    server.web_app.add_handlers(".*$", [(url_path_join(base, "/assignments/submit"), SubmitHandler)])


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kireji_submit_button"}]
