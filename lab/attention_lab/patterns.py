"""Attention maps of known patterns, with noise: examples for code that tells patterns apart."""

import torch
from torch import Generator, Tensor

PATTERNS = ("diagonal", "reverse", "vertical", "block", "uniform")
SHORTEST, LONGEST = 9, 16  # sizes of the maps
MOST_NOISE = 0.5


def draw_pattern(pattern: str, T: int, noise: float, generator: Generator) -> Tensor:
    """A map (T, T) with rows that sum to 1: (1 - noise) times the pattern, noise times rows at
    random.

    diagonal   query i looks at key i + d, with one d of -1, 0 or 1 for the whole map (the nearest
               key where there is none): 0.7
               there, the rest on its neighbours
    reverse    the same from right to left: query i looks at key T - 1 - i + d
    vertical   all queries look at the same key, any key: 0.7 there, the rest on its neighbours
    block
    the sequence is cut into two or three blocks of at least three positions each; every query
    attends evenly to its own block
    uniform    every query attends evenly to all keys
    A random row is even in the sense that every row of shares is as likely as any other (a flat
    Dirichlet distribution). ValueError for another pattern."""
    i = torch.arange(T)
    if pattern == "uniform":
        rows = torch.full((T, T), 1 / T)
    elif pattern == "block":
        block = torch.zeros(T, dtype=torch.long)  # which block a position is in
        for cut in _cuts(T, generator):
            block[cut:] += 1
        same = (block.unsqueeze(1) == block).float()  # (T, T)
        rows = same / same.sum(dim=1, keepdim=True)
    elif pattern in ("diagonal", "reverse", "vertical"):
        shift = int(torch.randint(-1, 2, (), generator=generator))
        column = torch.randint(T, (), generator=generator).expand(T)
        centre = {"diagonal": i + shift, "reverse": T - 1 - i + shift, "vertical": column}[pattern]
        centre = centre.clamp(0, T - 1).unsqueeze(1)  # (T, 1)
        away = (i - centre).abs()  # (T, T)
        near = (away == 1).float()
        rows = 0.7 * (away == 0) + 0.3 * near / near.sum(dim=1, keepdim=True)
    else:
        raise ValueError(f"there is no pattern {pattern!r}; there are {', '.join(PATTERNS)}")
    random = -torch.rand(T, T, generator=generator).clamp_min(1e-9).log()
    return (1 - noise) * rows + noise * random / random.sum(dim=1, keepdim=True)


def _cuts(T: int, generator: Generator) -> list[int]:
    """Where the second block begins, and the third if there is one."""
    n_blocks = int(torch.randint(2, 4, (), generator=generator))
    spare = T - 3 * n_blocks
    marks = torch.randint(spare + 1, (n_blocks - 1,), generator=generator).sort().values.tolist()
    return [3 * (k + 1) + mark for k, mark in enumerate(marks)]
