"""What `./kireji grade` shows while it works: what runs and for how long, what waits, what was done
last, the time left."""

import time
from collections import deque

from rich.console import Group
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.table import Table

from kireji.batch.judge_pool import Judging

LAST = 5  # of those that are done are shown


class Round:
    """Submissions on their way, to be shown by rich's Live. `judging` is told where they are
    judged, as soon as that is known."""

    def __init__(self, total: int) -> None:
        self.bar = Progress(
            TextColumn("Grading"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.description}"),
            TimeRemainingColumn(),
            TextColumn("left"),
        )
        self.task = self.bar.add_task("", total=total)
        self.total, self.finished = total, 0
        self.place: Judging | None = None
        self.began: dict[tuple[str, str], float] = {}
        self.last: deque[tuple[str, str, str]] = deque(maxlen=LAST)

    def judging(self, place: Judging) -> None:
        self.place = place

    def done(self, assignment: str, student: str, score: str) -> None:
        """One more is recorded, or could not be graded."""
        self.finished += 1
        self.began.pop((assignment, student), None)
        self.last.append((assignment, student, score))
        self.bar.update(self.task, completed=self.finished)

    def __rich__(self) -> Group:
        running = [
            (folder.name, folder.parent.name)
            for folder in (self.place.running if self.place else ())
        ]
        table = Table("", "", "", "", box=None, show_header=False, padding=(0, 2, 0, 0))
        for assignment, student, score in self.last:
            table.add_row("[green]done[/]", student, assignment, score)
        for key in running:
            seconds = time.monotonic() - self.began.setdefault(key, time.monotonic())
            table.add_row("[cyan]running[/]", key[1], key[0], f"{seconds:.0f} s")
        queued = max(0, self.total - self.finished - len(running))
        self.bar.update(self.task, description=f"· {len(running)} running · {queued} queued ·")
        return Group(self.bar, table)
