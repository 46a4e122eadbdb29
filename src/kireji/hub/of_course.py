"""The course of what JupyterHub makes from its configuration: authenticators and spawners."""

from traitlets import HasTraits, Instance, default

from kireji.course.layout import Course, find_course


class OfCourse(HasTraits):
    """Adds the setting `course`: that of the hub's process unless the configuration says
    another."""

    course = Instance(Course, help="The course that this hub serves.").tag(config=True)

    @default("course")
    def _course(self) -> Course:
        return find_course()
