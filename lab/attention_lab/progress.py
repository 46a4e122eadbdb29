"""A progress bar on standard output that counts CPU seconds; silent while grading."""

import sys
import time

from tqdm import tqdm

from attention_lab.mode import is_grading


class CpuClock:
    """CPU seconds since it was made: a budget in them does not depend on what else the computer does."""

    def __init__(self, budget: float):
        self.budget = budget
        self._start = time.process_time()

    def elapsed(self) -> float:
        return time.process_time() - self._start

    def share(self) -> float:
        """How much of the budget is used, from 0 to 1."""
        return min(1.0, self.elapsed() / self.budget)


def cpu_bar(clock: CpuClock) -> tqdm:
    """A bar over the clock's budget; move it with `advance_to`."""
    return tqdm(total=clock.budget, file=sys.stdout, disable=is_grading(), mininterval=0.5, ncols=100,
                bar_format="{desc} |{bar}| {n:.0f}/{total:.0f} CPU s{postfix}", desc="training")


def advance_to(bar: tqdm, seconds: float) -> None:
    bar.update(min(seconds, bar.total) - bar.n)
