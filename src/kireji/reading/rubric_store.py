"""The rubric of a question, as the course has it now: begun from the mark scheme in source/, and
changed by those who read."""

import math
from collections.abc import Iterable

from sqlalchemy import Connection, func, insert, select, update

from kireji.course.layout import Course
from kireji.reading.rubric import mark_scheme_items
from kireji.reading.tables import database, readings, rubric
from kireji.reading.values import Change, ReadingError, RubricItem

MAX_SENTENCE = 2000  # characters


class RubricStore:
    """The rubrics of `course`."""

    def __init__(self, course: Course) -> None:
        self.course, self._database = course, database(course)

    def rubric(self, assignment: str, cell: str) -> list[RubricItem]:
        """The items, in their order. At the first call they are those of the mark scheme; from then
        on the course's own, whatever becomes of the scheme."""
        with self._database.read() as connection:
            known = connection.execute(
                select(func.count()).where(rubric.c.assignment == assignment, rubric.c.cell == cell)
            ).scalar_one()
        if not known:
            self._begin(assignment, cell)
        with self._database.read() as connection:
            return list(_items(connection, assignment, cell).values())

    def add_item(
        self, assignment: str, cell: str, points: float, sentence: str, group: str = "", *, by: str
    ) -> RubricItem:
        """Add an item at the end. ReadingError for impossible points or an empty sentence."""
        self.rubric(assignment, cell)
        with self._database.write() as connection:
            place = connection.execute(
                select(func.max(rubric.c.position)).where(
                    rubric.c.assignment == assignment, rubric.c.cell == cell
                )
            ).scalar_one()
            row = connection.execute(
                insert(rubric)
                .values(
                    assignment=assignment,
                    cell=cell,
                    position=(place or 0) + 1,
                    group=group,
                    points=checked_points(points),
                    sentence=_sentence(sentence),
                )
                .returning(rubric)
            ).one()
        item = _item(row)
        self._note("added a rubric item", item, by, after=f"{points:g}: {sentence}")
        return item

    def reword(self, number: int, sentence: str, *, by: str) -> RubricItem:
        """Give an item another sentence. No score changes."""
        before = self.item(number)
        with self._database.write() as connection:
            connection.execute(
                update(rubric).where(rubric.c.id == number).values(sentence=_sentence(sentence))
            )
        self._note("reworded a rubric item", before, by, before=before.sentence, after=sentence)
        return self.item(number)

    def preview_points(self, number: int, points: float) -> list[Change]:
        """Whose score changes if the item has `points`, of those who have the item."""
        return self._changes(number, checked_points(points))

    def preview_removal(self, number: int) -> list[Change]:
        """Whose score changes if the item is removed."""
        return self._changes(number, 0.0)

    def change_points(self, number: int, points: float, *, by: str) -> list[Change]:
        """Give the item other points, for all who have it. Their scores reach the gradebook with
        the next `record_in_gradebook`."""
        changes, before = self.preview_points(number, points), self.item(number)
        self._change(number, points=points)
        self._note(
            "changed a rubric item's points",
            before,
            by,
            before=f"{before.points:g}",
            after=f"{points:g}",
            scores=len(changes),
        )
        return changes

    def remove_item(self, number: int, *, by: str) -> list[Change]:
        """Remove the item from the rubric and from all who have it."""
        changes, before = self.preview_removal(number), self.item(number)
        self._change(number, removed=True)
        self._note("removed a rubric item", before, by, scores=len(changes))
        return changes

    def item(self, number: int) -> RubricItem:
        """The item with this number. ReadingError if there is none."""
        query = select(rubric).where(rubric.c.id == number, rubric.c.removed.is_(False))
        with self._database.read() as connection:
            row = connection.execute(query).first()
        if row is None:
            raise ReadingError(f"There is no rubric item {number}; load the page again.")
        return _item(row)

    def most(self, assignment: str, cell: str) -> float:
        """The points that a question is worth. ReadingError if no person reads it."""
        loaded = self.course.assignment(assignment)
        if cell not in loaded.manual:
            raise ReadingError(
                f"{assignment} has no written question {cell!r}. Those it has:"
                f" {', '.join(sorted(loaded.manual)) or 'none'}."
            )
        return loaded.points[cell]

    def _begin(self, assignment: str, cell: str) -> None:
        self.most(assignment, cell)
        scheme = mark_scheme_items(self.course.assignment(assignment), cell)
        with self._database.write() as connection:
            if scheme and not _items(connection, assignment, cell):
                rows = [
                    {
                        "assignment": assignment,
                        "cell": cell,
                        "position": position,
                        "group": item.group,
                        "points": item.points,
                        "sentence": item.sentence,
                    }
                    for position, item in enumerate(scheme, 1)
                ]
                connection.execute(insert(rubric), rows)

    def _change(self, number: int, **values: object) -> None:
        with self._database.write() as connection:
            connection.execute(update(rubric).where(rubric.c.id == number).values(**values))
            for row in _having(connection, number):
                connection.execute(
                    update(readings)
                    .where(
                        readings.c.assignment == row.assignment,
                        readings.c.cell == row.cell,
                        readings.c.student == row.student,
                    )
                    .values(recorded=False)
                )

    def _changes(self, number: int, points: float) -> list[Change]:
        item = self.item(number)
        most = self.most(item.assignment, item.cell)
        with self._database.read() as connection:
            known = {
                one.id: one.points
                for one in _items(connection, item.assignment, item.cell).values()
            }
            rows = _having(connection, number)
        found = []
        for row in rows:
            has = numbers(row.items)
            before = score(has, row.points, known, most)
            after = score(has, row.points, known | {number: points}, most)
            if before != after:
                found.append(Change(row.student, before, after))
        return found

    def _note(self, what: str, item: RubricItem, by: str, **details: object) -> None:
        whom = f"{item.assignment}/{item.cell}"
        self.course.audit.record(what, whom, by=by, item=item.id, **details)


def score(items: Iterable[int], points: float, known: dict[int, float], most: float) -> float:
    """What an answer gets: its items' points and further `points`, between 0 and `most`. Items that
    were removed give nothing."""
    total = points + sum(known.get(number, 0.0) for number in items)
    return round(min(max(total, 0.0), most), 4)


def numbers(text: str) -> tuple[int, ...]:
    """The rubric's items in a column of the readings."""
    return tuple(int(number) for number in text.split(",") if number)


def checked_points(points: float) -> float:
    """`points`, if they can be given. ReadingError if they are no finite number."""
    if not math.isfinite(points) or abs(points) > 1000:
        raise ReadingError(f"Points are a number from -1000 to 1000, and not {points}.")
    return points


def _sentence(text: str) -> str:
    if not text.strip() or len(text) > MAX_SENTENCE:
        raise ReadingError(
            f"A rubric item has a sentence of at most {MAX_SENTENCE} characters; this one has"
            f" {len(text.strip())}."
        )
    return text.strip()


def _having(connection: Connection, number: int) -> list:
    """The readings that have an item."""
    item = connection.execute(select(rubric).where(rubric.c.id == number)).one()
    query = select(readings).where(
        readings.c.assignment == item.assignment, readings.c.cell == item.cell
    )
    rows = connection.execute(query.order_by(readings.c.student)).all()
    return [row for row in rows if number in numbers(row.items)]


def _items(connection: Connection, assignment: str, cell: str) -> dict[int, RubricItem]:
    query = (
        select(rubric)
        .where(
            rubric.c.assignment == assignment,
            rubric.c.cell == cell,
            rubric.c.removed.is_(False),
        )
        .order_by(rubric.c.position)
    )
    return {row.id: _item(row) for row in connection.execute(query)}


def _item(row) -> RubricItem:
    return RubricItem(row.id, row.assignment, row.cell, row.group, row.points, row.sentence)
