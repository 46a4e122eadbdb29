"""What a student is told when something cannot be done."""


class CourseError(Exception):
    """Why it cannot be done, in sentences for the student."""
