"""The rubric of a question, changed for everybody at once."""

from kireji.desk.changes.reading import take_over_points
from kireji.desk.desk import Desk, NoSuchPageError
from kireji.desk.people import Person
from kireji.desk.written import question
from kireji.reading import Change, ReadingError, Readings, RubricItem


def item(desk: Desk, name: str, task: str, number: int) -> RubricItem:
    """The item of an address. NoSuchPageError if the question's rubric has none."""
    question(desk, name, task)
    take_over_points(desk, name)  # a correction is not overwritten by another rubric
    for one in Readings(desk.course).rubric(name, task):
        if one.id == number:
            return one
    raise NoSuchPageError(f"The rubric of {task} has no item {number}. It may have been removed.")


def preview(desk: Desk, name: str, task: str, number: int, points: float | None) -> list[Change]:
    """Whose score changes if the item has `points`; 0 is what a removed item gives."""
    item(desk, name, task, number)
    return [] if points is None else Readings(desk.course).preview_points(number, points)


def add(
    desk: Desk, person: Person, name: str, task: str, points: float, sentence: str, group: str = ""
) -> RubricItem:
    """Add an item at the end."""
    question(desk, name, task)
    return Readings(desk.course).add_item(name, task, points, sentence, group, by=person.name)


def change(
    desk: Desk,
    person: Person,
    name: str,
    task: str,
    number: int,
    points: float | None,
    sentence: str | None,
) -> list[Change]:
    """Give the item another sentence and other points; None leaves them."""
    before, readings = item(desk, name, task, number), Readings(desk.course)
    if sentence is not None and not sentence.strip():
        raise ReadingError("An item needs a sentence. To take it out of the rubric, remove it.")
    changes = []
    if points is not None and points != before.points:
        changes = readings.change_points(number, points, by=person.name)
    if sentence is not None and sentence.strip() != before.sentence:
        readings.reword(number, sentence, by=person.name)
    return changes


def remove(desk: Desk, person: Person, name: str, task: str, number: int) -> list[Change]:
    """Remove the item from the rubric and from everybody who has it."""
    item(desk, name, task, number)
    return Readings(desk.course).remove_item(number, by=person.name)
