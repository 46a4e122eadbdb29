"""Reading: a person gives points for written answers, one question at a time across the class.

readings = Readings(course)
rubric = readings.rubric("ex1_translation", "failure_analysis")
student = readings.next_answer("ex1_translation", "failure_analysis", reader="ada")
show(answer_of(course, "ex1_translation", "failure_analysis", student))
readings.save(Reading(..., items=(rubric[0].id,), comment="..."), by="ada")
readings.record_in_gradebook(gradebook_of(course))
"""

from kireji.reading.answers import Answer, answer_of
from kireji.reading.given_elsewhere import take_over
from kireji.reading.gradebook import WrittenGrades
from kireji.reading.order import code_of, read_by, student_of
from kireji.reading.readings import Readings
from kireji.reading.rubric import MarkSchemeItem, mark_scheme_items
from kireji.reading.values import Change, Progress, Reading, ReadingError, RubricItem

__all__ = [
    "Answer",
    "Change",
    "MarkSchemeItem",
    "Progress",
    "Reading",
    "ReadingError",
    "Readings",
    "RubricItem",
    "WrittenGrades",
    "answer_of",
    "code_of",
    "mark_scheme_items",
    "read_by",
    "student_of",
    "take_over",
]
