"""How it would be written by somebody who thinks of no kill: to show that the tests notice what that loses."""

import shutil
from pathlib import Path

from nbgrader.api import Gradebook

from kireji.exchange import collect
from kireji.grading import preprocessors
from tests.durability.world import World


def be_naive(world: World) -> None:
    """Collect in place, record cell by cell, and take a folder for finished as soon as it is there: nbgrader's ways."""
    def copy(submission: collect.Submission, target: Path) -> None:
        shutil.rmtree(target, ignore_errors=True)
        target.mkdir(parents=True)
        (target / collect.TIMESTAMP).write_text(submission.time.strftime(collect.FORMAT))
        for file in submission.path.iterdir():
            if file.name != collect.TIMESTAMP:
                (target / file.name).write_bytes(file.read_bytes())

    collect.Submission.copy = copy
    preprocessors.OneTransaction = Gradebook
    for name in ("Autograde", "GenerateFeedback"):
        for hook in ("pre_convert_hook", "post_convert_hook"):
            world.course.config[name].pop(hook)
    world.course.config.CourseDirectory.ignore.remove(collect.TIMESTAMP)
    world.course.directory.ignore = [one for one in world.course.directory.ignore if one != collect.TIMESTAMP]
