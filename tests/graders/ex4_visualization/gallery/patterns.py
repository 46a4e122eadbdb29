"""Wrong variants of the task `patterns`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import Wrong

NEAREST = (
    "return min(candidates, key=lambda candidate: (weights - 0.6 * candidate[1] - 0.4 /"
    " T).square().sum().item())[0]"
)


def pattern(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "patterns", old, new, test, says)


def told(name: str) -> str:
    return f"test_pattern_with_little_noise[{name}]"


PATTERN = [
    pattern(
        "diagonals exchanged",
        'candidates += [("diagonal", looking_at(i + shift)), ("reverse", looking_at(T - 1 - i +'
        " shift))]",
        'candidates += [("reverse", looking_at(i + shift)), ("diagonal", looking_at(T - 1 - i +'
        " shift))]",
        told("reverse"),
        "in a reverse map the first query",
    ),
    pattern(
        "transposed",
        NEAREST,
        "weights = weights.T\n    " + NEAREST,
        told("vertical"),
        "vertical map",
    ),
    pattern(
        "always uniform",
        NEAREST,
        'return "uniform"',
        told("diagonal"),
        "every diagonal map is called 'uniform'",
    ),
    pattern(
        "no uniform",
        '[("uniform", torch.full((T, T), 1 / T))]',
        "[]",
        told("uniform"),
        "uniform map",
    ),
    pattern(
        "only the first column",
        "for column in range(T)]",
        "for column in range(1)]",
        told("vertical"),
        "vertical maps are called something else",
    ),
    pattern(
        "blocks forgotten",
        "for first in range(3, T - 2):",
        "for first in ():",
        told("block"),
        "block map",
    ),
    pattern(
        "another word",
        NEAREST,
        NEAREST + ".capitalize()",
        told("diagonal"),
        "none of the five names",
    ),
    pattern("a number", NEAREST, "return 3", told("block"), "an int came"),
    pattern(
        "the largest cell of each row",
        NEAREST,
        "j = weights.argmax(dim=1)\n    return 'diagonal' if (j - i).abs().float().mean() < T / 5"
        " else 'reverse' if (T - 1 - i - j).abs().float().mean() < T / 5 else 'vertical' if (j =="
        " j.mode().values).float().mean() > 0.5 else 'block' if weights.max() > 2 / T else"
        " 'uniform'",
        "test_patterns_in_noise",
        "Share of right answers",
    ),
]
