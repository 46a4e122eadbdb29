"""The clone that the tests belong to, which is a course itself."""

from kireji.course.layout import Course
from kireji.installation import clone

ROOT = clone()
COURSE = Course(ROOT)
ARTEFACTS = COURSE.var / "artefacts"  # pictures of pages, for a person to look at
