"""One of nbgrader's steps in a process of its own: `python -m kireji.hub.formgrader_step STEP
ASSIGNMENT [STUDENT]`. The formgrader's buttons start it, so that the pages of other instructors do
not wait for it.

It prints what nbgrader's own handler would answer, as JSON in its last line.
"""

import json
import sys
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path

from nbgrader.apps import NbGraderAPI
from nbgrader.apps.baseapp import NbGrader

from kireji.errors import KirejiError
from kireji.nbgrader_plugins import folder_transaction

STEPS = ("collect", "autograde", "generate_feedback", "release_feedback")


def carry_out(step: str, assignment: str, student: str | None) -> dict:
    """Do it, as nbgrader is configured for the formgrader."""
    app = NbGrader()
    app.initialize([])
    api = NbGraderAPI(config=app.config)
    course = api.coursedir
    alone: AbstractContextManager[None] = nullcontext()
    if step == "autograde":  # waits while another program writes down the same submission
        alone = folder_transaction.exclusive(
            Path(course.format_path(course.autograded_directory, student, assignment))
        )
    try:
        with alone:
            return getattr(api, step)(assignment, *([student] if student else []))
    except KirejiError as error:
        return {"success": False, "error": str(error), "log": str(error)}


if __name__ == "__main__":
    asked, name, *of = sys.argv[1:]
    if asked not in STEPS:
        raise SystemExit(f"{asked!r} is none of {', '.join(STEPS)}.")
    print("\n" + json.dumps(carry_out(asked, name, of[0] if of else None)))
