"""Grades several attempts, makes the index again, and prints both as JSON.

python -P -m tests.report_index.rebuilt FOLDER
"""

import json
import sys
from pathlib import Path

from kireji.course.layout import Course
from kireji.report_index.index import open_index
from kireji.report_index.kept_reports import kept_reports
from tests.durability.world import NAME, World


def rows(course: Course) -> list[list[object]]:
    return [
        [row.student, row.number, row.score, row.max_score, row.counts, str(row.came)]
        for row in open_index(course).attempts(NAME)
    ]


def main(folder: Path) -> dict[str, object]:
    world = World(folder / "c", folder / "kept", {"attempts": 0, "counts": "best"})
    course = Course(world.root)
    for answer in (8, 5):
        world.answer(answer)
        world.submit("alice")
        world.watch()
    recorded = rows(course)
    open_index(course).path.unlink()
    empty = rows(course)
    told: list[str] = []
    open_index(course).rebuild(kept_reports(course, told.append))
    found = {"recorded": recorded, "empty": empty, "rebuilt": rows(course), "told": told}
    world.answer(9)
    world.submit("alice")
    index = open_index(course).path
    index.write_bytes(b"This is no database. " * 100)
    world.watch()
    found["points without an index"] = world.scores()["alice"][0]
    return found


if __name__ == "__main__":
    print(json.dumps(main(Path(sys.argv[1]))))
