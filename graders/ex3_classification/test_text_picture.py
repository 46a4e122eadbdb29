"""plot_text(tokens, attention_weights) -> Figure, judged on the drawn figure: where each token
stands and how dark its ground is."""

import math

import torch

from kireji.testing import StudentError, expect, graded
from kireji.testing import drawn as painted

SENTENCE = "The jokes are old , but it left me grinning all the way home .".split()
WIDEST = 15  # inches
READ = "attention_lab.figures.read_figure"


def weights_of(n, rng):
    """(n,) shares, a few of them large."""
    return torch.softmax(3 * torch.randn(n, generator=rng), dim=0)


def drawn(student, tokens, weights):
    """What the student's figure shows: its "size" in inches, and "texts" with their places and
    grounds."""
    figure = student.make("plot_text", list(tokens), weights)
    read = getattr(student, READ)(figure)
    expect.true(
        isinstance(read, dict) and isinstance(read.get("texts"), list),
        "plot_text should return a matplotlib Figure, but a"
        f" {read.get('type') if isinstance(read, dict) else 'strange thing'} came.",
    )
    whole = all(
        isinstance(text, dict)
        and isinstance(text.get("text"), str)
        and _numbers(text.get("box"), 4)
        for text in read["texts"]
    )
    expect.true(
        whole and _numbers(read.get("size"), 2),
        "The figure could not be read: are all its texts placed at finite coordinates?",
    )
    pixels = painted.pixels_of(read)
    painted.texts_are_drawn(pixels, [text["box"] for text in read["texts"]], "the tokens")
    for text in read["texts"]:
        text["darkness"] = painted.darkness(pixels, text["box"])
    return read


def _numbers(values, n):
    return (
        isinstance(values, list)
        and len(values) == n
        and all(isinstance(value, float) and math.isfinite(value) for value in values)
    )


def tokens_of(texts, tokens):
    """The drawn texts that are tokens; Mistake where a token is missing."""
    names = list(tokens)
    found = [text for text in texts if text["text"] in names]
    for token in dict.fromkeys(names):
        count = sum(text["text"] == token for text in found)
        expect.true(
            count == names.count(token),
            f"A token that occurs {names.count(token)} times in the text is drawn {count} times:"
            " each token should be a text of its own (ax.text), written as it is.",
        )
    return found


def in_reading_order(found):
    """The drawn texts line by line, each line from left to right."""
    lines = []
    for text in sorted(found, key=lambda text: -_middle(text)):
        height = text["box"][3] - text["box"][1]
        if lines and abs(_middle(lines[-1][0]) - _middle(text)) < 0.6 * max(height, 1e-6):
            lines[-1].append(text)
        else:
            lines.append([text])
    return [text for line in lines for text in sorted(line, key=lambda text: text["box"][0])]


def _middle(text):
    return (text["box"][1] + text["box"][3]) / 2


@graded("text_picture", weight=2)
def test_tokens_in_reading_order(student, rng):
    """Every token is there once for each time it occurs in the text, in reading order, also over
    several lines."""
    for tokens in (SENTENCE, SENTENCE * 3):
        found = in_reading_order(
            tokens_of(drawn(student, tokens, weights_of(len(tokens), rng))["texts"], tokens)
        )
        expect.true(
            [text["text"] for text in found] == tokens,
            f"The tokens of a text of {len(tokens)} are not in reading order: from left to right, "
            "then the next line below.",
        )


@graded("text_picture", weight=3)
def test_more_weight_is_darker(student, rng):
    """The more weight a token has, the darker is its ground."""
    tokens = [f"word{i}" for i in range(12)]
    for scale in (1.0, 0.2):
        weights = torch.linspace(0, 1, 12)[torch.randperm(12, generator=rng)] * scale
        found = {
            text["text"]: text["darkness"]
            for text in tokens_of(drawn(student, tokens, weights)["texts"], tokens)
        }
        darkness = torch.tensor([found[token] for token in tokens], dtype=torch.float64)
        spread = float(darkness.max() - darkness.min())
        expect.true(
            spread > 0.15,
            "the grounds of the tokens are hardly different from each other: does the colour of the"
            " bbox depend on the weight"
            + (
                ", and is the darkest that of the text's largest weight, however small it is?"
                if scale < 1
                else "?"
            ),
        )
        later = weights.unsqueeze(0) - weights.unsqueeze(1) > 0.2 * scale  # pairs clearly apart
        wrong = (darkness.unsqueeze(0) - darkness.unsqueeze(1))[later] <= 0
        expect.true(
            not bool(wrong.all()),
            "It is the wrong way round: the ground gets lighter with the weight.",
        )
        expect.true(
            not bool(wrong.any()),
            "A token with more weight has no darker ground than one with less: is each colour at"
            " its own token?",
        )


@graded("text_picture", weight=1)
def test_readable(student, rng):
    """Nothing sticks out of the figure, no token lies on another, and the figure is no wider than a
    page."""
    tokens = ["extraordinarily" if i % 4 == 0 else "dull" for i in range(45)]
    picture = drawn(student, tokens, weights_of(45, rng))
    width = picture["size"][0]
    expect.true(
        width <= WIDEST,
        f"A text of 45 tokens makes a figure {width:.0f} inches wide: begin a new line before"
        f" {WIDEST} inches are full.",
    )
    found = tokens_of(picture["texts"], tokens)
    for text in found:
        left, bottom, right, top = text["box"]
        expect.true(
            min(left, bottom) > -0.01 and max(right, top) < 1.01,
            "A token sticks out of the figure: begin a new line, or make the figure larger.",
        )
    for i, one in enumerate(found):
        for other in found[:i]:
            across = min(one["box"][2], other["box"][2]) - max(one["box"][0], other["box"][0])
            up = min(one["box"][3], other["box"][3]) - max(one["box"][1], other["box"][1])
            share = (
                across
                * up
                / max(1e-9, (one["box"][2] - one["box"][0]) * (one["box"][3] - one["box"][1]))
            )
            expect.true(
                across <= 0 or up <= 0 or share < 0.15,
                "tokens lie on top of each other: leave room for the longest ones.",
            )


@graded("text_picture", weight=1)
def test_counts_must_fit(student, rng):
    """Tokens and weights that do not fit are a ValueError that quotes both numbers."""
    for n, m in ((5, 4), (3, 6)):
        error = _raised(
            lambda: student.plot_text([f"word{i}" for i in range(n)], weights_of(m, rng))
        )
        expect.true(
            error is not None, f"{m} weights for {n} tokens were drawn: raise a ValueError."
        )
        expect.true(
            error.type_name == "ValueError",
            f"{m} weights for {n} tokens: expected a ValueError, and {error.type_name} came.",
        )
        expect.true(
            str(n) in error.message and str(m) in error.message,
            "The ValueError should quote both numbers, that of the tokens and that of the weights.",
        )


def _raised(call):
    """The StudentError of a call, or None; where there is nothing to call yet, it goes on its
    way."""
    try:
        call()
    except StudentError as error:
        if error.type_name in ("NotDefined", "NotImplementedError"):
            raise
        return error
    return None
