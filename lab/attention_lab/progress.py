"""A progress bar on standard output; silent while grading."""

import sys
from collections.abc import Iterator
from typing import Any, Protocol

from tqdm import tqdm

from attention_lab.mode import is_grading


def step_bar(steps: int) -> tqdm:
    """A bar over so many training steps, with the time left."""
    return tqdm(
        total=steps,
        file=sys.stdout,
        disable=is_grading(),
        mininterval=2.0,
        ncols=100,
        desc="training",
        bar_format="{desc} |{bar}| {n_fmt}/{total_fmt} steps, {remaining} left{postfix}",
    )


class Batches(Protocol):
    """The batches of one epoch, which can be taken again for the next."""

    def __len__(self) -> int: ...

    def __iter__(self) -> Iterator[Any]: ...


class Watched:
    """Batches that move a bar on as they are taken, over so many epochs.

    `note(text)` writes behind the bar, and rests it until the next epoch."""

    def __init__(self, batches: Batches, epochs: int):
        self.batches = batches
        self.bar = step_bar(epochs * len(batches))

    def __len__(self) -> int:
        return len(self.batches)

    def __iter__(self) -> Iterator[Any]:
        for batch in self.batches:
            yield batch
            self.bar.update()

    def note(self, text: str) -> None:
        self.bar.set_postfix_str(text)

    def close(self) -> None:
        self.bar.close()
