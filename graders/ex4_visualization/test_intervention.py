"""prediction_change: on made-up models whose every answer is known, and on the small trained
one."""

import math
import random

import torch
from torch import Generator

from attention_lab.small_models import LABELS
from attention_lab.text import UNK, tokenize
from attention_lab.trained import load_classifier
from kireji.testing import expect, graded

from . import reference
from .measure_cases import number

WORDS = (
    "amber birch cedar dune ember fern grove heron iris jade kelp lotus maple nectar opal pine"
    " quartz reed sage thorn".split()
)
CLASSES = ("red", "green", "blue", "grey")


class Question:
    """A made-up model, a text, and what is known about both. All votes and looks differ, unless
    `looks` are given."""

    def __init__(
        self,
        student,
        rng: Generator,
        n: int = 7,
        n_classes: int = 3,
        looks: list[float] | None = None,
        twice: bool = False,
    ):
        draw = random.Random(int(torch.randint(2**31, (), generator=rng)))
        words = draw.sample(WORDS, n)
        if twice:  # the first word is also the last
            words[-1] = words[0]
        self.text = " ".join(words).capitalize() + "."
        self.tokens = [*words, "."]
        self.looks = [*(looks or [1 + k + draw.random() for k in draw.sample(range(n), n)]), 0.5]
        if twice:
            self.looks[0] = self.looks[n - 1] = 20.0
        self.votes = {
            token: [draw.uniform(-1, 1) for _ in range(n_classes)] for token in [*self.tokens, UNK]
        }
        self.other = [draw.uniform(-0.4, 0.4) for _ in range(n_classes)]
        self.model = student.make(
            "attention_lab.scripted.ScriptedClassifier",
            self.votes,
            dict(zip(self.tokens, self.looks, strict=False)),
            list(CLASSES[:n_classes]),
            self.other,
        )

    def judged(self, tokens) -> list[float]:
        return reference.judged(tokens, self.votes, self.other)

    @property
    def label(self) -> int:
        whole = self.judged(self.tokens)
        return whole.index(max(whole))

    def change(self, places, label: int | None = None) -> float:
        """The right answer if these places are hidden."""
        label = self.label if label is None else label
        return (
            self.judged(self.tokens)[label]
            - self.judged(reference.hidden(self.tokens, places))[label]
        )

    def right(self, k: int) -> float:
        return self.change(reference.most_looked_at(self.looks, k))

    def flips(self, k: int) -> bool:
        """Whether hiding k words changes the label, and neither is the first or the last, which a
        mistake may always take."""
        after = self.judged(reference.hidden(self.tokens, reference.most_looked_at(self.looks, k)))
        return {self.label, after.index(max(after))} == {1, 2}

    def mistakes(self, k: int) -> dict[str, float]:
        """{what the student did: what it gives}"""
        tokens, label, whole = self.tokens, self.label, self.judged(self.tokens)
        top = reference.most_looked_at(self.looks, k)
        after = self.judged(reference.hidden(tokens, top))
        cut = [token for place, token in enumerate(tokens) if place not in top]
        last = sorted(range(len(tokens)), key=lambda place: (self.looks[place], place))[:k]
        right = whole[label] - after[label]

        def least(place: int) -> str:
            return " (the least likely label here)" if whole[place] == min(whole) else ""

        wrong = {
            "the sign is turned round: whole text minus hidden": -right,
            (
                "the words are cut out: they should be replaced by UNK, so that the others keep "
                "their places"
            ): (whole[label] - self.judged(cut)[label] if cut else math.nan),
            "nothing is hidden": 0.0,
            "the words are replaced by another token than UNK": (
                whole[label]
                - self.judged(
                    ["<pad>" if place in top else token for place, token in enumerate(tokens)]
                )[label]
            ),
            "the words looked at least are hidden": self.change(last),
            "one word too many is hidden": self.right(k + 1),
            "one word too few is hidden": self.right(max(0, k - 1)),
            "all words but the most attended are hidden": self.change(
                [place for place in range(len(tokens)) if place not in top]
            ),
            "only the word in the k-th place of attention is hidden, not all k": self.change(
                top and [max(top, key=lambda place: (-self.looks[place], place))]
            ),
            "the first k words are hidden, not the most attended": self.change(range(k)),
            "the last k words are hidden, not the most attended": self.change(
                range(len(tokens) - k, len(tokens))
            ),
            (
                "the largest probability before and after are compared: ask for the same label "
                "both times"
            ): (whole[label] - max(after)),
            (
                "the label is taken from the text with hidden words: it is the one predicted for "
                "the whole text"
            ): (whole[after.index(max(after))] - max(after)),
            (
                f"the probability of the first class{least(0)} is always looked at, not that of "
                "the label predicted"
            ): self.change(top, 0),
            (
                f"the probability of the last class{least(len(whole) - 1)} is always looked at, "
                "not that of the label predicted"
            ): self.change(top, len(whole) - 1),
            "the least likely label is looked at": self.change(top, whole.index(min(whole))),
            "the change is divided by the probability of the whole text": right / whole[label],
            "the quotient is returned, not the difference": after[label] / whole[label],
            "logarithms of the probabilities are compared": math.log(whole[label] / after[label]),
            "the probability with hidden words is returned, not the change": after[label],
            "the probability of the whole text is returned, not the change": whole[label],
        }
        split = self.text.split()
        looks = [dict(zip(tokens, self.looks, strict=False)).get(word, 1.0) for word in split]
        before, less = (
            self.judged(split),
            self.judged(reference.hidden(split, reference.most_looked_at(looks, k))),
        )
        chosen = before.index(max(before))
        return wrong | {
            (
                "the text is cut with split(), so that capitals and full stops hide words from the "
                "model: tokenize(text)"
            ): (before[chosen] - less[chosen])
        }


def judged(student, asked: Question, k: int, extra: dict[str, float] | None = None) -> None:
    value = student.prediction_change(asked.model, asked.text, k)
    number(
        value,
        asked.right(k),
        {**(extra or {}), **asked.mistakes(k)},
        f"the change with {k} of {len(asked.tokens)} tokens hidden",
    )


def sought(student, rng, wanted, **sizes) -> Question:
    """A question for which `wanted` holds."""
    while True:
        asked = Question(student, rng, **sizes)
        if wanted(asked):
            return asked


@graded("intervention", weight=3)
def test_the_most_attended_words_go(student, rng):
    """The words looked at most are replaced by UNK, all at once: the probability falls by so
    much."""
    for k in (2, 1, 4):
        judged(student, sought(student, rng, lambda asked: asked.right(k) > 0.05), k)


@graded("intervention", weight=2)
def test_the_label_stays(student, rng):
    """The same label is used before and after, also where the words hidden change the model's
    mind."""
    for k in (2, 1):
        judged(student, sought(student, rng, lambda asked: asked.flips(k), n_classes=4), k)


@graded("intervention", weight=1)
def test_surer_is_negative(student, rng):
    """Where the model becomes surer, the change is negative."""
    asked = sought(student, rng, lambda asked: asked.right(2) < -0.05)
    judged(
        student,
        asked,
        2,
        {
            (
                "the absolute value is taken: a negative change means that the model has become "
                "surer"
            ): -asked.right(2)
        },
    )


@graded("intervention", weight=1)
def test_equal_weights(student, rng):
    """Among equal weights the earlier word goes first."""
    looks = [3.0, 1.0, 2.0, 2.0, 1.0, 2.0]
    for k in (2, 3):

        def late(asked, k=k):
            """What is hidden if the later of equals goes first."""
            return asked.change(
                sorted(range(len(asked.tokens)), key=lambda place: (-asked.looks[place], -place))[
                    :k
                ]
            )

        asked = sought(
            student, rng, lambda asked: abs(asked.right(k) - late(asked)) > 0.01, n=6, looks=looks
        )
        judged(student, asked, k, {"among equal weights a later word goes first": late(asked)})


@graded("intervention", weight=1)
def test_a_word_that_occurs_twice(student, rng):
    """A place is hidden, not a word: the other place of the same word stays."""
    last = 6  # where the first of the seven words stands again

    def everywhere(asked):
        """What is hidden if every token that is spelt like the attended one goes."""
        return asked.change([0, last])

    asked = sought(
        student,
        rng,
        lambda asked: abs(asked.right(1) - everywhere(asked)) > 0.02,
        n=last + 1,
        twice=True,
    )
    mistake = "every token that is spelt like an attended one is hidden: hide places, not words"
    judged(student, asked, 1, {mistake: everywhere(asked)})


@graded("intervention", weight=1)
def test_none_and_all(student, rng):
    """0 hides nothing; more than the text has hides everything."""
    asked = Question(student, rng)
    judged(student, asked, 0)
    for k in (len(asked.tokens), len(asked.tokens) + 5):
        judged(student, asked, k)


@graded("intervention", weight=0.5)
def test_a_negative_number_is_refused(student, rng):
    """A negative number of words is a ValueError."""
    asked = Question(student, rng)
    expect.raises("ValueError", lambda: student.prediction_change(asked.model, asked.text, -1))


@graded("intervention", weight=1.5)
def test_on_a_trained_model(student, rng):
    """On the small trained classifier and made-up reviews: the change that it really shows."""
    mine, theirs = load_classifier(), student.make("attention_lab.trained.load_classifier")
    draw = random.Random(int(torch.randint(2**31, (), generator=rng)))
    for _ in range(4):
        text = draw.choice(REVIEWS).format(*draw.sample(ADJECTIVES, 3))
        tokens, k = tokenize(text), draw.randint(1, 3)
        before, weights = mine(tokens)
        label = int(before.argmax())
        after, _ = mine(reference.hidden(tokens, reference.most_looked_at(weights.tolist(), k)))
        value = expect.number(student.prediction_change(theirs, text, k), "the change")
        right = (before[label] - after[label]).item()
        expect.true(
            abs(value - right) < 2e-3,
            f"With {k} of {len(tokens)} words of a review hidden ({LABELS[label]},"
            f" {before[label]:.2f} before), the change is wrong by {abs(value - right):.2g}. Hidden"
            f" words are replaced by {UNK}.",
        )


ADJECTIVES = (
    "warm funny dull bright boring clever touching silly brilliant tired charming awful moving weak"
    " powerful predictable".split()
)
REVIEWS = (
    "A {} and {} film with a {} ending.",
    "The story is {}, but the acting is {} and the music {}.",
    "Two hours of {} jokes and {} songs: {}!",
    "It's {}, it's {}, and in the end it's simply {}.",
)
