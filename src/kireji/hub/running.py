"""Where the hub of this course answers, for a command that must ask it."""

from kireji.course.layout import Course
from kireji.course.settings import load
from kireji.errors import KirejiError
from kireji.files.lock_holder import holder

IN_COMPOSE = "http://hub:8081"  # as the keeper sees it


def address(course: Course) -> str | None:
    """The running hub's address; None where the embedded hub does not run.

    KirejiError in the compose deployment, where servers go on without the hub, so that it must
    run."""
    held = holder(course.hub_lock)
    if load().in_compose:
        if held is None:
            raise KirejiError("The hub is not running. Start it first: docker compose up -d hub")
        return IN_COMPOSE
    if held == "":
        raise KirejiError("The hub is just starting. Run the command again when it answers.")
    return held
