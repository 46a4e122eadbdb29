"""Code of students who made a mistake, to be shown in class: without comments, without names."""

import ast
import json
from collections.abc import Iterable

import nbformat
from markupsafe import Markup

from kireji.course.layout import Course
from kireji.desk.grades import Enrolled
from kireji.feedback.code import highlight
from kireji.feedback.view import code_of

MAX_READ = 20  # notebooks that are looked into
MIN_NAME = 3  # letters; shorter ones occur in any code


def examples(
    course: Course, assignment: str, cells: Iterable[str], students: Iterable[Enrolled], count: int
) -> list[Markup]:
    """The shortest `count` answers of the `students` to the tasks `cells`, coloured.

    Only the code itself: comments and docstrings are left out, and so is an answer that has its
    student's name in it. What is not graded any more, or is no Python, is passed over."""
    found: set[str] = set()
    for student in list(students)[:MAX_READ]:
        for source in _sources(course, assignment, cells, student.name):
            code = _bare(source)
            if code and not _names(code, student):
                found.add(code)
    return [highlight(code) for code in sorted(found, key=lambda code: (len(code), code))[:count]]


def _sources(course: Course, assignment: str, cells: Iterable[str], student: str) -> Iterable[str]:
    path = course.autograded / student / assignment / f"{assignment}.ipynb"
    try:
        notebook = nbformat.from_dict(json.loads(path.read_text(encoding="utf-8")))
        return ["\n".join(code_of(notebook, cell)) for cell in cells]
    except (OSError, ValueError, AttributeError, KeyError, TypeError):  # being written, or damaged
        return []


def _bare(source: str) -> str:
    """The code without comments and docstrings; "" if it is no Python."""
    try:
        tree = ast.parse(source)
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        return ""
    for node in ast.walk(tree):
        body = getattr(node, "body", None)
        if not isinstance(body, list):
            continue
        empty = [] if isinstance(node, ast.Module) else [ast.Pass()]
        vars(node)["body"] = [one for one in body if not _is_text(one)] or empty
    try:
        return ast.unparse(tree)
    except RecursionError:
        return ""


def _is_text(node: ast.stmt) -> bool:
    """Whether it is a text that does nothing, such as a docstring."""
    return (
        isinstance(node, ast.Expr)
        and isinstance(node.value, ast.Constant)
        and isinstance(node.value.value, str)
    )


def _names(code: str, student: Enrolled) -> bool:
    names = (student.name, *student.full_name.split())
    return any(len(name) >= MIN_NAME and name.lower() in code.lower() for name in names)
