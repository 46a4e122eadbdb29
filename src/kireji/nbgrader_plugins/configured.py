"""The course in nbgrader's configuration, which is all that nbgrader hands to its plug-ins."""

from pathlib import Path

from traitlets.config import Config

from kireji.course.layout import Course, find_course


def set_course(config: Config, course: Course) -> None:
    """Have the plug-ins that nbgrader makes under `config` work on `course`."""
    config.Kireji.course = str(course.root)


def course_of(config: Config) -> Course:
    """The course of a plug-in that nbgrader made; that of the process where nbgrader itself was
    started."""
    folder = config.Kireji.get("course")
    return Course(Path(folder)) if folder else find_course()
