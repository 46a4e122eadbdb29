"""Everything of one student: assignments, attempts, extensions, and a new password where accounts
are the course's own."""

from typing import Annotated

from fastapi import APIRouter, Form, Request
from starlette.responses import Response

from kireji.desk import students
from kireji.desk.changes import dates, passwords
from kireji.desk.desk import TheDesk, TheInstructor
from kireji.desk.rendering import render
from kireji.desk.said import go
from kireji.exchange.attempts import Attempts

router = APIRouter(prefix="/students/{student}")


@router.get("")
def show_student(request: Request, desk: TheDesk, student: str, said: str = "") -> Response:
    """One section for each assignment."""
    found = desk.student(student)
    parts = []
    for name in desk.course.assignment_names():
        (line,) = students.lines(desk, name, student)
        attempts = Attempts(desk.course.root, student, name).all()
        parts.append((desk.assignment(name), line, attempts[::-1]))
    return render(
        request,
        "student.html",
        student=found,
        parts=parts,
        zone=desk.calendar.zone,
        has_password=passwords.has_account(desk, student),
        said=said,
    )


@router.post("/extensions/{name}")
def extend_student(
    desk: TheDesk,
    person: TheInstructor,
    student: str,
    name: str,
    until: Annotated[str, Form(max_length=60)] = "",
) -> Response:
    """Another due time for this student; an empty one takes it back."""
    done = dates.extend(desk, person, name, [student], until)
    return go(f"students/{student}", " ".join(["The extension is kept.", *done]))


@router.post("/password")
def give_password(request: Request, desk: TheDesk, person: TheInstructor, student: str) -> Response:
    """A new password, shown once."""
    word = passwords.renew(desk, person, student)
    return render(request, "password.html", student=desk.student(student), word=word)
