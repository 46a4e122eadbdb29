"""attend(text) and top_tokens(text, k): whether the attended tokens are what the decision rests on.

Comprehensiveness and sufficiency (DeYoung et al. 2020), each against as many tokens at random, on
held-out reviews."""

import pytest
import torch

from attention_lab.text import tokenize
from kireji.feedback import pictures
from kireji.testing import Handle, expect, graded

from ..tables import lab_rows
from . import measures, targets
from .classifier_answers import in_both_modes, own_answer

K = 3  # tokens deleted or kept
TEXTS = 250
DRAWS = 3  # of random tokens for each text
SHORTEST, LONGEST = 10, 60


@pytest.fixture
def reviews(held_out):
    """Held-out reviews that can be taken apart token by token."""
    return fitting(held_out.texts)[:TEXTS]


def fitting(texts):
    """Those texts that can be taken apart token by token."""
    return [text for text in texts if measures.deletable(text, SHORTEST, LONGEST)]


def known_reviews(n):
    """n such reviews that students have."""
    rows = lab_rows("ex3_classification", "validation")[3::7]
    return fitting([row["text"] for row in rows])[:n]


def attended(student, text, seed=0):
    """(tokens, attention_weights) of attend, where their kinds and sizes fit."""
    tokens, weights = expect.returns(student.attend(text, seed=seed), "tokens", "attention_weights")
    expect.true(
        isinstance(tokens, (list, tuple)) and list(tokens) == tokenize(text),
        "tokens should be those of tokenize(text).",
    )
    expect.tensor(weights, name="attention_weights")
    expect.true(
        tuple(weights.shape) == (len(tokens),),
        f"attention_weights should have shape (T,) = ({len(tokens)},), a weight for each token, and"
        f" has {tuple(weights.shape)}.",
    )
    return tokens, weights


def top(student, text, k):
    """[(position, token)] of top_tokens, where they are such pairs."""
    result = student.top_tokens(text, k)
    expect.true(
        isinstance(result, (list, tuple)),
        f"top_tokens should return a list of (position, token), but {expect.kind(result)} came.",
    )
    pairs = []
    for pair in result:
        expect.true(
            isinstance(pair, (list, tuple)) and len(pair) == 2 and isinstance(pair[1], str),
            "top_tokens should return pairs (position, token), but one of them is"
            f" {expect.kind(pair)}.",
        )
        expect.true(
            not isinstance(pair[0], torch.Tensor),
            "A position should be a plain whole number, and is a tensor still, which equals nothing"
            " in a set of positions: .tolist() or int() gives numbers.",
        )
        position = expect.number(pair[0], "a position")
        expect.true(position == int(position), "A position should be a whole number.")
        pairs.append((int(position), pair[1]))
    return pairs


@graded("faithfulness", weight=3)
def test_top_tokens_are_the_most_attended(student, attach):
    """top_tokens gives the k tokens with the most weight, the most attended first, each with its
    place in the text."""
    reviews = known_reviews(12)
    show(student, reviews[0], attach)
    for text in [*reviews, "Good, good, very good."]:
        tokens, weights = attended(student, text)
        expect.rows_sum_to_one(
            weights.unsqueeze(0), hint="The weights of one text, as the model gives them."
        )
        expect.close(
            weights,
            own_answer(student, "model", [text])[1][0].to(weights.dtype),
            name="attend's attention_weights",
            hint="They are not those that the trained `model` returns for this text.",
        )
        for k in (1, 4, len(tokens) + 3):
            pairs = top(student, text, k)
            expect.true(
                len(pairs) == min(k, len(tokens)),
                f"top_tokens(text, {k}) of a text of {len(tokens)} tokens gives {len(pairs)}: "
                f"{min(k, len(tokens))} expected.",
            )
            positions = [position for position, _ in pairs]
            expect.true(
                len(set(positions)) == len(positions),
                "The same position is there twice: a word that occurs in the text twice has two"
                " places.",
            )
            for position, token in pairs:
                expect.true(
                    0 <= position < len(tokens) and tokens[position] == token,
                    "Position and token do not belong together: tokenize(text)[position] should be"
                    " the token (positions begin at 0).",
                )
            values = [float(weights[position]) for position in positions]
            best = weights.sort(descending=True).values[:k].tolist()
            if not _same(sorted(values, reverse=True), best):
                order = [
                    float(weights[position])
                    for position, _ in top(student, text, len(tokens))
                    if 0 <= position < len(tokens)
                ]
                expect.true(
                    not _same(order, weights.sort().values.tolist()),
                    "These are the tokens with the least attention: descending=True.",
                )
                expect.true(
                    False, f"The {k} tokens are not those with the most attention, by attend(text)."
                )
            expect.true(_same(values, best), "The most attended token should come first.")


@graded("faithfulness", weight=1)
def test_attention_without_dropout(student):
    """A model that was left in training mode is asked in eval mode: dropout has no say in
    attend."""
    model = student.variable("model")
    expect.true(
        isinstance(model, Handle), "`model` should still be that of the notebook's own cells."
    )
    for text in known_reviews(4):
        training, evaluating = in_both_modes(model, lambda seed: attended(student, text, seed)[1])
        expect.close(
            training,
            evaluating,
            name="attend's attention_weights with the model in training mode",
            atol=1e-3,
            hint=(
                "Dropout takes part in the answer, so that each call draws another map:"
                " model.eval() first."
            ),
        )


@graded("faithfulness", weight=4)
def test_comprehensiveness(student, reviews, trained, once, rng, attach):
    """Deleting the three most attended tokens changes the prediction more than deleting three at
    random."""
    value = once(
        "comprehensiveness",
        lambda: beyond_chance(student, reviews, trained("model"), once, rng, measures.without),
    )
    attach(
        pictures.metric(value, *targets.COMPREHENSIVENESS, "comprehensiveness above random"),
        f"Mean over {len(reviews)} held-out reviews",
    )
    expect.metric(
        value,
        *targets.COMPREHENSIVENESS,
        "Probability lost by deleting attended tokens, above random ones:",
    )


@graded("faithfulness", weight=3)
def test_sufficiency(student, reviews, trained, once, rng, attach):
    """Keeping only the three most attended tokens keeps more of the prediction than keeping three
    at random."""
    value = once(
        "sufficiency",
        lambda: -beyond_chance(student, reviews, trained("model"), once, rng, measures.only),
    )
    attach(
        pictures.metric(value, *targets.SUFFICIENCY, "sufficiency above random"),
        f"Mean over {len(reviews)} held-out reviews",
    )
    expect.metric(
        value,
        *targets.SUFFICIENCY,
        "Probability kept with attended tokens alone, above random ones:",
    )


def beyond_chance(student, reviews, model, once, rng, edit):
    """What `edit` by the top tokens takes from the predicted class, minus what it takes by random
    ones."""
    chosen = once(
        "chosen", lambda: [{position for position, _ in top(student, text, K)} for text in reviews]
    )
    whole = once("whole", lambda: model.ask(reviews))
    most = once("most", lambda: most_attended(whole.attention_weights, chosen))
    expect.true(
        most,
        "On held-out reviews top_tokens does not give the tokens with the most weight: it gives"
        " others than the trained `model` looks at, when it is called directly.",
    )

    def change(positions):
        edited = [edit(*pair) for pair in zip(reviews, positions, strict=True)]
        return measures.change(whole.probabilities, model.ask(edited).probabilities)

    at_random = [
        change([measures.at_random(text, K, rng) for text in reviews]) for _ in range(DRAWS)
    ]
    return change(chosen) - sum(at_random) / DRAWS


def most_attended(weights, chosen):
    """Whether the chosen positions have the K largest weights of the model's own, text by text."""
    return all(
        len(positions) == K
        and all(0 <= position < len(row) for position in positions)
        and _same(
            sorted((float(row[position]) for position in positions), reverse=True),
            row.sort(descending=True).values[:K].tolist(),
        )
        for row, positions in zip(weights, chosen, strict=True)
    )


def show(student, text, attach):
    """The student's attention beside what deleting each single token does to the prediction."""
    tokens, weights = attended(student, text)
    shown = min(len(tokens), 24)
    edited = [text, *(measures.without(text, {t}) for t in range(shown))]
    whole, *others = own_answer(student, "model", edited)[0].softmax(dim=-1)
    predicted = whole.argmax()
    effect = (whole - torch.stack(others))[:, predicted].abs()
    effect = effect / effect.sum().clamp_min(1e-9)
    attach(
        pictures.attention_comparison(
            weights[:shown].unsqueeze(0),
            effect.unsqueeze(0),
            tokens[:shown],
            [measures.LABELS[int(predicted)]],
        ),
        "A validation review: your attention, how much the prediction moves when a token is deleted"
        " (as shares), and the difference",
    )


def _same(one, other):
    return len(one) == len(other) and torch.allclose(
        torch.tensor(one), torch.tensor(other), atol=1e-5
    )
