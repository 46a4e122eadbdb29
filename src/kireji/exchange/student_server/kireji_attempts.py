"""What JupyterLab's assignment list says of attempts: a note for each submission, written by the
course.

Mounted into students' servers by itself, so it imports nothing else of Kireji. It only shows: what
is graded, and when, is decided where submissions are collected.
"""

import json
import time
from pathlib import Path

STATUS_FILE = "attempts.json"  # in the student's feedback folder, which is read-only to them
UNDER_WAY = "handed in; being graded"
OVER = "handed in over the limit of {limit}: kept, and graded when your instructor grades"


def read_status(exchange: Path, course: str) -> dict:
    """assignment -> what the course left; nothing where it grades nothing at once."""
    try:
        return json.loads((exchange / course / "feedback" / STATUS_FILE).read_text())
    except (OSError, ValueError):
        return {}


def add_notes(assignments: list[dict], status: dict) -> None:
    """Add its note to the time of every submission in nbgrader's list."""
    for assignment in assignments:
        if assignment.get("status") != "submitted" or assignment.get("assignment_id") not in status:
            continue
        known = status[assignment["assignment_id"]]
        for submission in assignment["submissions"]:
            note = known["notes"].get(submission["timestamp"])
            if note is None:
                note = (
                    OVER.format(limit=known["limit"])
                    if known["free_at"] > time.time()
                    else UNDER_WAY
                )
            submission["timestamp"] += f" ({note})"
