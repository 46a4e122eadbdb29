"""Points that the gradebook has and reading does not: given in the formgrader, or corrected on the
page of a submission. They are taken over, so that no answer is read twice and no correction is
overwritten."""

import json
import time
from collections.abc import Mapping
from dataclasses import asdict, replace

from sqlalchemy import insert, select
from sqlalchemy.dialects.sqlite import insert as upsert

from kireji.course.layout import Course
from kireji.reading.readings import NOT_READ, Readings, from_row
from kireji.reading.rubric_store import score
from kireji.reading.tables import database, history, readings
from kireji.reading.values import Reading
from kireji.report_index import open_index

BY = "the gradebook"
SAME = 1e-6  # points


def take_over(
    course: Course, assignment: str, cell: str, given: Mapping[str, tuple[float, str]]
) -> int:
    """Take over the scores and comments that were `given` to students and that reading does not
    have, and return how many. What waits to be recorded, and what was read of an earlier attempt,
    is left as it is."""
    reader = Readings(course)
    most = reader.most(assignment, cell)
    known = {item.id: item.points for item in reader.rubric(assignment, cell)}
    came = {
        row.student: row.came.timestamp() if row.came else 0.0
        for row in open_index(course).latest(assignment)
    }
    query = select(readings).where(readings.c.assignment == assignment, readings.c.cell == cell)
    count = 0
    with database(course).write() as connection:
        rows = {row.student: row for row in connection.execute(query)}
        for student in sorted(given.keys() & came.keys()):
            points, comment = given[student]
            new = Reading(assignment, cell, student, (), points, comment, came[student], BY)
            if row := rows.get(student):
                before = from_row(row)
                if not row.recorded or before.came not in (NOT_READ, new.came):
                    continue
                had = score(before.items, before.points, known, most)
                is_same = abs(had - points) < SAME and before.comment == comment
                if before.came != NOT_READ and is_same:
                    continue
                content = json.dumps(asdict(before))
                where = {"assignment": assignment, "cell": cell, "student": student}
                connection.execute(insert(history).values(**where, before=content))
                if abs(had - points) < SAME and before.came != NOT_READ:  # another comment only
                    new = replace(before, comment=comment)
            values = asdict(new) | {
                "items": ",".join(map(str, new.items)),
                "at": time.time(),
                "recorded": True,
            }
            keys = ["assignment", "cell", "student"]
            put = upsert(readings).values(**values)
            connection.execute(put.on_conflict_do_update(index_elements=keys, set_=values))
            count += 1
    return count
