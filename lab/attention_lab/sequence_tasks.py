"""Four tasks on sequences of symbols, generated from a seed: copy, reverse, sort and associative
recall.

All sequences of a batch are equally long, so nothing here needs padding. Length means the number of
answers: a sequence of associative recall holds that many pairs, so its source is twice as long.
"""

from typing import NamedTuple

import torch
from torch import Generator, Tensor

N_SYMBOLS = 16
GO_ID = 2 * N_SYMBOLS  # the cue that only says: the next answer, please
VOCAB_SIZE = 2 * N_SYMBOLS + 1  # keys (or symbols), values of recall, and the cue
TASKS = ("copy", "reverse", "sort", "recall")


class SequenceBatch(NamedTuple):
    """source_ids (B, T_src) what is read   cue_ids (B, T) the question at each step
    target_ids (B, T) the right answers.

    Answers are numbers below N_SYMBOLS. In copy, reverse and sort every cue is GO_ID and T = T_src.
    In recall the source is key, value, key, value ..., where value v is written as N_SYMBOLS + v;
    each cue is one of the keys, its value v the answer."""

    source_ids: Tensor
    cue_ids: Tensor
    target_ids: Tensor


def sequence_batch(task: str, length: int, n: int, seed: int | Generator) -> SequenceBatch:
    """`n` sequences of one task and one length; the same seed gives the same sequences.

    ValueError for an unknown task, or more pairs to recall than there are different keys."""
    if task not in TASKS:
        raise ValueError(f"there is no task {task!r}; there are {', '.join(TASKS)}")
    rng = seed if isinstance(seed, Generator) else torch.Generator().manual_seed(seed)
    if task == "recall":
        return _recall(length, n, rng)
    source_ids = torch.randint(N_SYMBOLS, (n, length), generator=rng)
    answers = {
        "copy": source_ids,
        "reverse": source_ids.flip(1),
        "sort": source_ids.sort(dim=1).values,
    }
    return SequenceBatch(source_ids, torch.full_like(source_ids, GO_ID), answers[task])


def _recall(length: int, n: int, rng: Generator) -> SequenceBatch:
    if length > N_SYMBOLS:
        raise ValueError(f"{length} pairs need {length} different keys, and there are {N_SYMBOLS}")
    # (n, length), all different
    key_ids = torch.rand(n, N_SYMBOLS, generator=rng).argsort(dim=1)[:, :length]
    value_ids = torch.randint(N_SYMBOLS, (n, length), generator=rng)  # (n, length)
    source_ids = torch.stack([key_ids, value_ids + N_SYMBOLS], dim=2).flatten(1)  # (n, 2 * length)
    order = torch.rand(n, length, generator=rng).argsort(dim=1)
    return SequenceBatch(source_ids, key_ids.gather(1, order), value_ids.gather(1, order))
