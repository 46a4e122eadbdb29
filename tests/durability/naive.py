"""How it would be written by somebody who thinks of no kill: to show that the tests notice what
that loses."""

import shutil
from pathlib import Path

from nbgrader.api import Gradebook

from kireji.nbgrader_plugins import collect, record_report
from tests.durability.world import World


def copy_in_place(submission: collect.InboundSubmission | collect.Attempt, target: Path) -> None:
    """In place of `put`."""
    shutil.rmtree(target, ignore_errors=True)
    target.mkdir(parents=True)
    (target / collect.TIMESTAMP).write_text(submission.time.strftime(collect.FORMAT))
    for file in submission.path.iterdir():
        if file.name != collect.TIMESTAMP:
            (target / file.name).write_bytes(file.read_bytes())


class CellByCell(Gradebook):
    """In place of OneTransaction: every commit of nbgrader's is one."""

    def __exit__(self, *exception: object) -> None:
        self.db.commit()
        super().__exit__(*exception)


def be_naive(world: World, step: str) -> None:
    """Collect in place; or record cell by cell and take a folder for finished as soon as it is
    there, which is nbgrader's way."""
    if step == "collect":
        collect.put = copy_in_place
        return
    record_report.OneTransaction = CellByCell
    for name in ("Autograde", "GenerateFeedback"):
        for hook in ("pre_convert_hook", "post_convert_hook"):
            world.course.config[name].pop(hook)
    for settings in (world.course.config.CourseDirectory, world.course.directory):
        settings.ignore = [one for one in settings.ignore if one != collect.TIMESTAMP]
