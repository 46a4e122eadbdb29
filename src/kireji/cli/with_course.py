"""Gives a command the course that it works on."""

import functools
from collections.abc import Callable
from typing import Any

from kireji.course.layout import find_course


def with_course(command: Callable[..., Any]) -> Callable[..., Any]:
    """Call `command` with the `Course` as its first argument."""

    @functools.wraps(command)
    def run(*arguments: Any, **options: Any) -> Any:
        return command(find_course(), *arguments, **options)

    return run
