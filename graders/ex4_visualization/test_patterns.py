"""classify_pattern: maps of known patterns, with little noise and with much."""

import pytest
import torch

from attention_lab.patterns import LONGEST, MOST_NOISE, PATTERNS, SHORTEST, draw_pattern
from kireji.feedback import pictures
from kireji.testing import expect, graded

from . import targets

LITTLE = 0.1
EACH = 8  # maps of a pattern with little noise
NOISY = 14  # maps of a pattern with much


def drawn(pattern: str, noise: float, n: int, rng) -> list[torch.Tensor]:
    """n maps, of all sizes."""
    sizes = torch.randint(SHORTEST, LONGEST + 1, (n,), generator=rng).tolist()
    return [draw_pattern(pattern, T, noise, rng) for T in sizes]


def named(student, weights: torch.Tensor) -> str:
    """The student's word for a map, if it is one of the five."""
    name = student.classify_pattern(weights)
    expect.true(
        isinstance(name, str),
        f"classify_pattern should return one of the five names, but {expect.kind(name)} came.",
    )
    expect.true(name in PATTERNS, f"{name!r} is none of the five names: {', '.join(PATTERNS)}.")
    return name


@graded("patterns", weight=1.2)
@pytest.mark.parametrize("pattern", PATTERNS)
def test_pattern_with_little_noise(student, rng, attach, pattern):
    """With little noise, every map of the pattern gets its own name."""
    maps = drawn(pattern, LITTLE, EACH, rng)
    names = [named(student, weights) for weights in maps]
    wrong = [i for i, name in enumerate(names) if name != pattern]
    if not wrong:
        return
    places = [str(place) for place in range(len(maps[wrong[0]]))]
    attach(
        pictures.attention_map(
            maps[wrong[0]], places, places, title=f"{pattern}, taken for {names[wrong[0]]}"
        ),
        "A map that was not recognised",
    )
    expect.true(
        len(wrong) < EACH or len(set(names)) > 1,
        f"{expect.NAMED} every {pattern} map is called {names[0]!r}." + hint(pattern, names[0]),
    )
    sizes = ", ".join(str(len(maps[i])) for i in wrong[:4])
    expect.true(
        False,
        f"{len(wrong)} of {EACH} {pattern} maps are called something else"
        f" ({', '.join(sorted({names[i] for i in wrong}))}), of sizes {sizes}."
        + hint(pattern, names[wrong[0]]),
    )


def hint(pattern: str, name: str) -> str:
    """What may be behind this confusion."""
    known = {
        (
            "diagonal",
            "reverse",
        ): "the diagonal runs from the first query and first key to the last ones.",
        ("reverse", "diagonal"): "in a reverse map the first query looks at the last key.",
        (
            "vertical",
            "uniform",
        ): "the key that all look at may be any one, also the first or the last.",
        (
            "uniform",
            "vertical",
        ): "some column always has the largest sum, by chance: by how much must it stand out?",
        (
            "block",
            "diagonal",
        ): (
            "blocks lie along the diagonal, too, but a query attends evenly to the whole of its"
            " own."
        ),
        ("block", "uniform"): "two large blocks leave no more than half of the map empty.",
        ("uniform", "block"): "some way to cut always fits best: by how much must it stand out?",
        (
            "diagonal",
            "block",
        ): "a diagonal has its weight on one key and a little on its neighbours.",
    }
    return f" Remember: {known[pattern, name]}" if (pattern, name) in known else ""


@graded("patterns", weight=6)
def test_patterns_in_noise(student, rng, attach):
    """Half of the map is noise: the share of right answers."""
    right = {
        pattern: sum(
            named(student, weights) == pattern for weights in drawn(pattern, MOST_NOISE, NOISY, rng)
        )
        for pattern in PATTERNS
    }
    value, curve = sum(right.values()) / (NOISY * len(PATTERNS)), targets.PATTERNS
    attach(
        pictures.metric(value, curve.baseline, curve.target, "share of right answers"),
        ", ".join(f"{pattern} {n} of {NOISY}" for pattern, n in right.items()),
    )
    expect.metric(value, curve.baseline, curve.target, "Share of right answers")
