"""A progress bar on standard output; silent while grading."""

import sys

from tqdm import tqdm

from attention_lab.mode import is_grading


def step_bar(steps: int) -> tqdm:
    """A bar over so many training steps, with the time left."""
    return tqdm(total=steps, file=sys.stdout, disable=is_grading(), mininterval=2.0, ncols=100, desc="training",
                bar_format="{desc} |{bar}| {n_fmt}/{total_fmt} steps, {remaining} left{postfix}")
