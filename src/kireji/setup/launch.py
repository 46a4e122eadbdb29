"""What the launcher does with its arguments: help at once, else set up what is missing and run the
command."""

import errno
import os
import signal
import sys
from typing import NoReturn

from kireji import paths
from kireji.commands import COMMANDS, page, unknown
from kireji.errors import KirejiError
from kireji.setup.course import course_steps
from kireji.setup.environment import environment_steps
from kireji.setup.explain import NO_SPACE
from kireji.setup.steps import complete
from kireji.setup.venv import PYTHON, activated
from kireji.version import version

STOPPED = "Stopped; run the same command again and the set-up goes on where it was."


def launch(arguments: list[str]) -> int:
    """Exit status, unless the command takes over this process."""
    if not arguments or arguments[0] in ("--help", "-h", "help"):
        print(page(), end="")
        return 0
    if arguments[0] in ("--version", "-V"):
        print(f"Kireji {version()}")
        return 0
    if arguments[0] not in COMMANDS:
        return _end(unknown(arguments[0]), 2)
    if arguments[0] == "doctor":  # it is for the day when the set-up fails
        _run_doctor(arguments[1:])
    try:
        set_up()
    except KirejiError as error:
        return _end(str(error), 1)
    except OSError as error:
        return _end(_sentence(error), 1)
    except KeyboardInterrupt:
        return _end(STOPPED, 130)
    # -P: a torch.py lying in the folder where the command is typed must not be imported.
    os.execve(PYTHON, [str(PYTHON), "-P", "-m", "kireji", *arguments], activated(os.environ))
    return None


def _run_doctor(arguments: list[str]) -> NoReturn:
    """With the environment's Python if there is one, else with this one; sets nothing up."""
    environment = activated(os.environ)
    python = str(PYTHON)
    if not PYTHON.exists():
        python, environment["PYTHONPATH"] = sys.executable, str(paths.ROOT / "src")
    os.execve(python, [python, "-P", "-m", "kireji.doctor", *arguments], environment)


def set_up() -> None:
    """Bring everything up to date; costs milliseconds when there is nothing to do."""
    # started in the background, a script's child ignores SIGINT
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.default_int_handler)
    complete([*environment_steps(), *course_steps()])


def _sentence(error: OSError) -> str:
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return NO_SPACE
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return (
            f"Kireji keeps everything in its own folder, and {error.filename or paths.ROOT} cannot"
            " be written."
        )
    return f"Set-up stopped: {error}."


def _end(sentence: str, status: int) -> int:
    print(sentence, file=sys.stderr)
    return status
