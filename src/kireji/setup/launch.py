"""What the launcher does with its arguments: help at once, else set up what is missing and run the
command."""

import errno
import os
import signal
import sys
from pathlib import Path
from typing import NoReturn

from kireji import installation
from kireji.commands import COMMANDS, page, split_course, unknown
from kireji.course.layout import SETTING, Course, find_course, open_course
from kireji.errors import KirejiError
from kireji.setup.course import course_steps, set_up_course
from kireji.setup.environment import environment_steps
from kireji.setup.explain import NO_SPACE
from kireji.setup.steps import complete
from kireji.setup.venv import PYTHON, activated
from kireji.version import version

STOPPED = "Stopped; run the same command again and the set-up goes on where it was."


def launch(arguments: list[str]) -> int:
    """Exit status, unless the command takes over this process."""
    folder, arguments = split_course(arguments)
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(page(), end="")
        return 0
    if arguments[0] in ("--version", "-V"):
        print(f"Kireji {version()}")
        return 0
    if folder:
        os.environ[SETTING] = str(Path(folder).expanduser().resolve())
    command = _command(arguments)
    if command and command not in COMMANDS:
        return _end(unknown(command), 2)
    if command == "doctor":  # it is for the day when the set-up fails
        _run_doctor(arguments)
    try:
        course = open_course(find_course().root)
        set_up(course)
    except KirejiError as error:
        return _end(str(error), 1)
    except OSError as error:
        return _end(_sentence(error), 1)
    except KeyboardInterrupt:
        return _end(STOPPED, 130)
    environment = activated(os.environ) | ({SETTING: str(course.root)} if folder else {})
    # -P: a torch.py lying in the folder where the command is typed must not be imported.
    os.execve(PYTHON, [str(PYTHON), "-P", "-m", "kireji", *arguments], environment)
    return None


def _command(arguments: list[str]) -> str | None:
    """The word that names the command; None if there is none."""
    return next((word for word in arguments if not word.startswith("-")), None)


def _run_doctor(arguments: list[str]) -> NoReturn:
    """Without a set-up, by this Python: the doctor needs nothing that is installed."""
    if PYTHON.exists():
        command = [str(PYTHON), "-P", "-m", "kireji", *arguments]
        os.execve(PYTHON, command, activated(os.environ))
    environment = dict(os.environ) | {"PYTHONPATH": str(installation.clone() / "src")}
    command = [sys.executable, "-P", "-m", "kireji.doctor"]
    os.execve(sys.executable, command, environment)


def set_up(course: Course) -> None:
    """Bring Kireji and the course up to date; costs milliseconds when there is nothing to do."""
    # started in the background, a script's child ignores SIGINT
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    clone = Course(installation.clone())
    if course == clone:
        complete([*environment_steps(), *course_steps(course)], clone.var)
    else:
        complete(environment_steps(), clone.var)
        set_up_course(course)


def _sentence(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NO_SPACE
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            "Kireji keeps everything in its own folder, and"
            f" {error.filename or installation.CLONE} cannot be written."
        )
    return f"Set-up stopped: {error}."


def _end(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status
