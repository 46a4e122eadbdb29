"""Wrong variants of the task `text_picture`: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.galleries import of

COUNT = (
    '    if len(weights) != len(tokens):\n        raise ValueError(f"{len(weights)} weights for'
    ' {len(tokens)} tokens")\n'
)

PICTURE = of(
    "text_picture",
    (
        "inverted colours",
        'colormaps["Blues"](0.9 * share) if share else "white"',
        'colormaps["Blues"](0.9 - 0.9 * share)',
        "test_more_weight_is_darker",
        "wrong way round",
    ),
    (
        "no colours",
        'colormaps["Blues"](0.9 * share) if share else "white"',
        '"white"',
        "test_more_weight_is_darker",
        "hardly different",
    ),
    (
        "not of the largest weight",
        "largest = max(weights, default=0.0) or 1.0",
        "largest = 3.0",
        "test_more_weight_is_darker",
        "largest weight",
    ),
    (
        "colours shuffled",
        "zip(tokens, weights, places):\n        share",
        "zip(tokens, sorted(weights), places):\n        share",
        "test_more_weight_is_darker",
        "own token",
    ),
    ("no ValueError", COUNT, "", "test_counts_must_fit", "ValueError"),
    (
        "an assertion",
        COUNT,
        "    assert len(weights) == len(tokens)\n",
        "test_counts_must_fit",
        "AssertionError",
    ),
    (
        "numbers not quoted",
        COUNT,
        "    if len(weights) != len(tokens):\n        raise ValueError('they do not fit')\n",
        "test_counts_must_fit",
        "quote",
    ),
    (
        "one long line",
        "if column and column + len(token) > across:",
        "if False:",
        "test_readable",
        "inches wide",
    ),
    (
        "sticks out",
        "ax.set(xlim=(0, max(widest, across))",
        "ax.set(xlim=(0, max(widest, across) / 2)",
        "test_readable",
        "sticks out",
    ),
    (
        "no figure",
        "    return figure\n",
        "    return ax\n",
        "test_tokens_in_reading_order",
        "Figure",
    ),
    (
        "a token missing",
        "for token, weight, (column, line) in zip(tokens, weights, places):",
        "for token, weight, (column, line) in zip(tokens, weights, places[1:]):",
        "test_tokens_in_reading_order",
        "drawn",
    ),
    (
        "backwards",
        "column, line + 0.5, token",
        "column, max(l for _, l in places) - line + 0.5, token",
        "test_tokens_in_reading_order",
        "reading order",
    ),
    (
        "all in one place",
        "ax.text(column, line + 0.5",
        "ax.text(0.001 * column, line + 0.5",
        "test_readable",
        "on top of each other",
    ),
)
