"""Maps and tokens drawn for the hidden tests."""

import torch
from torch import Generator, Tensor

SOURCE = "le la petit chat chien noir dort mange ici souvent . , avec un ami".split()
TARGET = "the little cat dog black sleeps eats here often . , with a friend".split()


def tokens(words: list[str], n: int, rng: Generator) -> list[str]:
    """n tokens, the first of which occurs a second time: labels must not be merged."""
    chosen = [words[i] for i in torch.randperm(len(words), generator=rng)[: n - 1].tolist()]
    place = int(torch.randint(2, n, (), generator=rng)) if n > 2 else n - 1
    return [*chosen[:place], chosen[0], *chosen[place:]]


def rows(*shape: int, rng: Generator, sharp: float = 2.0) -> Tensor:
    """Random weights; each row sums to 1. sharp: how uneven they are."""
    return (sharp * torch.randn(*shape, generator=rng)).softmax(dim=-1)
