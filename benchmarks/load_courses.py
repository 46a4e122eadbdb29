"""The courses that many students use at once: one of its own, or one that runs already."""

import csv
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from benchmarks.load_machine import ContainerMachine, EmbeddedMachine
from benchmarks.load_people import Instructor, LoadError, Student


@contextmanager
def own_course(count: int) -> Iterator[tuple[list[Student], Instructor, EmbeddedMachine]]:
    """A course of its own, with the embedded hub, in a folder that is gone afterwards."""
    from kireji.hub.accounts import new_password
    from tests.support.live_course import LiveCourse

    with tempfile.TemporaryDirectory(prefix="kj-load-") as folder:
        course = LiveCourse(Path(folder))
        course.release_something()
        people = {f"student{number:03}": new_password() for number in range(1, count + 1)}
        accounts = course.root / "var" / "hub" / "accounts.json"
        accounts.parent.mkdir(mode=0o700)
        accounts.write_text(
            json.dumps(
                {name: {"role": "student", "password": word} for name, word in people.items()}
            )
        )
        course.start()
        try:
            instructor = Instructor(course.address, "instructor", course.password("instructor"))
            instructor.open()
            yield (
                [Student(course.address, name, word) for name, word in people.items()],
                instructor,
                EmbeddedMachine(course.process.pid),
            )
        finally:
            course.stop()


def given_course(
    address: str, accounts: Path, count: int, project: str
) -> tuple[list[Student], Instructor, ContainerMachine]:
    """A hub that runs already. accounts: CSV of name,role,password."""
    with accounts.open(newline="") as file:
        rows = list(csv.DictReader(file))
    people = [
        Student(address, row["name"], row["password"]) for row in rows if row["role"] == "student"
    ]
    if len(people) < count:
        raise LoadError(f"{accounts} has {len(people)} students, and {count} are asked for")
    instructor = next(
        Instructor(address, row["name"], row["password"])
        for row in rows
        if row["role"] == "instructor"
    )
    instructor.open()
    return people[:count], instructor, ContainerMachine(project)
