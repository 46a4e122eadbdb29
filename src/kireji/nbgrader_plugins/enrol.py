"""Enters people in the gradebook, with their names and mail addresses."""

from nbgrader.api import Gradebook, MissingEntry, Student
from sqlalchemy.exc import DatabaseError

from kireji.course.layout import COURSE_ID
from kireji.course.roster import Person
from kireji.nbgrader_plugins import gradebook


def enter(people: list[Person], db_url: str) -> list[str]:
    """Enter the students of a roster, all or none; the names of those who are new or changed.

    What the roster leaves empty stays as it is. GradebookError if the gradebook is damaged, gone,
    busy or on a full disk."""
    file = gradebook.file_of(db_url)
    if file:
        gradebook.check(file)
        gradebook.wait_until_free(file, lambda sentence: None)
    changed = []
    try:
        with Gradebook(db_url, COURSE_ID) as book:
            for person in people:
                if person.role == "student" and _enter(book, person):
                    changed.append(person.name)
            book.db.commit()
    except DatabaseError as error:
        raise gradebook.explain("entering the class", str(error)) or gradebook.GradebookError(
            f"The class could not be entered in the gradebook, and nothing was changed: {error}."
        ) from None
    return changed


def _enter(book: Gradebook, person: Person) -> bool:
    known = {"first_name": person.first_name, "last_name": person.last_name, "email": person.mail}
    try:
        student = book.find_student(person.name)
    except MissingEntry:
        # nbgrader shows those without a name as "None".
        book.db.add(
            Student(
                id=person.name,
                **known
                | {
                    "first_name": person.first_name or person.name.capitalize(),
                    "last_name": person.last_name or "Student",
                },
            )
        )
        return True
    new = {field: text for field, text in known.items() if text and getattr(student, field) != text}
    for field, text in new.items():
        setattr(student, field, text)
    return bool(new)
