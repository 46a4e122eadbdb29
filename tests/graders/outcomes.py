"""What became of each mutant, in a table that a run goes on from: var/mutation/ASSIGNMENT.tsv."""

import csv
import hashlib
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from tests.graders.mutants import Mutant
from tests.support.clone import COURSE

CAUGHT, CRASHED, SAME, LEFT_OPEN, SURVIVED = (
    "caught",
    "caught: it raises",
    "same behaviour",
    "left open",
    "survived",
)
COLUMNS = ("key", "task", "cell", "line", "before", "after", "outcome", "by")


class Outcome(NamedTuple):
    """What became of a mutant; `by` is the first hidden test that caught it, or the probe that
    tells it from the solution."""

    mutant: Mutant
    what: str
    by: str


class Table:
    """The outcomes of an assignment's mutants, written down one by one, so that a run that was
    ended goes on where it stood."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.rows: dict[str, dict[str, str]] = {}
        if path.exists():
            with path.open(encoding="utf-8", newline="") as file:
                # of two rows the later one holds
                self.rows = {row["key"]: row for row in csv.DictReader(file, delimiter="\t")}

    def known(self, mutant: Mutant) -> Outcome | None:
        """What an earlier run found; None for a survivor, which is asked again, since the hidden
        tests may have become stricter."""
        row = self.rows.get(key(mutant))
        return (
            Outcome(mutant, row["outcome"], row["by"])
            if row and row["outcome"] != SURVIVED
            else None
        )

    def add(self, outcome: Outcome) -> None:
        """Write an outcome down at once."""
        self.path.parent.mkdir(parents=True, exist_ok=True)
        new = not self.path.exists()
        with self.path.open("a", encoding="utf-8", newline="") as file:
            table = csv.writer(file, delimiter="\t")
            if new:
                table.writerow(COLUMNS)
            table.writerow((key(outcome.mutant), *outcome.mutant[:5], outcome.what, outcome.by))


def table_of(assignment: str) -> Path:
    """Where the table of an assignment lies."""
    return COURSE.var / "mutation" / f"{assignment}.tsv"


def key(mutant: Mutant) -> str:
    """The same for the same text of the same cell."""
    return hashlib.sha256(f"{mutant.cell}\n{mutant.source}".encode()).hexdigest()[:16]


def summary(outcomes: Iterable[Outcome]) -> str:
    """Counts by task, and the survivors."""
    every = list(outcomes)
    lines = [
        f"{'task':22}{'mutants':>9}{'raise':>8}{'caught':>8}{'same':>7}{'open':>7}"
        f"{'survived':>10}{'lose points':>13}"
    ]
    tasks = list(dict.fromkeys(outcome.mutant.task for outcome in every))
    for task, those in [
        *((task, [o for o in every if o.mutant.task == task]) for task in tasks),
        ("all", every),
    ]:
        count = Counter(outcome.what for outcome in those)
        caught = count[CAUGHT] + count[CRASHED]
        share = f"{100 * caught / max(1, caught + count[SURVIVED]):.1f} %"
        lines.append(
            f"{task:22}{len(those):9}{count[CRASHED]:8}{count[CAUGHT]:8}{count[SAME]:7}{count[LEFT_OPEN]:7}{count[SURVIVED]:10}{share:>13}"
        )
    lines += [
        f"survived: {o.mutant.cell}, line {o.mutant.line}: {o.mutant.before}  ->  {o.mutant.after} "
        f"  ({o.by})"
        for o in every
        if o.what == SURVIVED
    ]
    return "\n".join(lines)
