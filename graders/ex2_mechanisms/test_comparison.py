"""build_attention, predict and compare: the trained models, measured again on sequences that nobody
has seen."""

import torch

from attention_lab.comparison import GRID, HIDDEN_SIZE, LENGTHS, MAX_LENGTH, PAIRS
from attention_lab.sequence_tasks import SequenceBatch
from kireji.feedback import pictures
from kireji.testing import Mistake, expect, graded

from . import reported_rows, targets
from .remeasure import COMPARED, answers, rebuilt

# Pairs whose mechanism can do the task; the others are there to fail.
UNFIT = {("monotonic", "reverse"), ("location", "recall")}
ABLE = [
    (mechanism, task)
    for mechanism, task in PAIRS
    if mechanism != "none" and (mechanism, task) not in UNFIT
]
# Where to look does not change with the length: what is looked for stands there, or is always step
# t.
TIMELESS = [
    ("monotonic", "copy"),
    ("dot_product", "recall"),
    ("scaled_dot_product", "recall"),
    ("general", "recall"),
]


@graded("comparison", weight=3)
def test_build_attention(student, rng):
    """build_attention gives each mechanism by its name, and None for "none"."""
    query, key = (torch.randn(2, T, HIDDEN_SIZE, generator=rng) for T in (3, 4))
    expect.true(student.build_attention("none") is None, 'build_attention("none") should be None.')
    for mechanism, own in (
        ("dot_product", "dot_product_attention"),
        ("scaled_dot_product", "scaled_dot_product_attention"),
    ):
        same(
            student.make("build_attention", mechanism),
            getattr(student, own),
            query,
            key,
            mechanism,
            own,
        )
    for mechanism, own, sizes in (
        ("general", "GeneralAttention", (HIDDEN_SIZE, HIDDEN_SIZE)),
        ("location", "LocationAttention", (HIDDEN_SIZE, MAX_LENGTH)),
        ("self_attention", "MultiHeadAttention", (HIDDEN_SIZE, 4)),
    ):
        given, mine = student.make("build_attention", mechanism), student.make(own, *sizes)
        state, needed = given.parameters(), mine.parameters()
        expect.true(
            {name: tensor.shape for name, tensor in state.items()}
            == {name: tensor.shape for name, tensor in needed.items()},
            f'build_attention("{mechanism}") should be {own}{sizes}; its parameters differ from'
            " that.",
        )
        mine.load(state)
        same(given, mine, query, key, mechanism, own)
        other = student.make("build_attention", mechanism, seed=1).parameters()
        expect.true(
            any(not torch.equal(state[name], other[name]) for name in state),
            f'build_attention("{mechanism}") should give a fresh module each time.',
        )
    given = student.make("build_attention", "monotonic")
    weights = expect.returns(given(query, key, key), "context", "attention_weights")[1]
    expect.true(
        bool((weights.argmax(dim=-1) == torch.arange(3)).all()),
        'build_attention("monotonic") should look at position t in step t.',
    )
    expect.raises(
        "ValueError", lambda: student.build_attention("telepathy"), "There is no such mechanism."
    )


def same(given, own, query, key, mechanism: str, name: str) -> None:
    results = [
        expect.returns(attention(query, key, key), "context", "attention_weights")
        for attention in (given, own)
    ]
    expect.true(
        torch.allclose(results[0][0], results[1][0], atol=1e-4),
        f'build_attention("{mechanism}") does something else than your {name}: is it the right'
        " one?",
    )


@graded("comparison", weight=3)
def test_rows_are_complete(reported):
    """compare() has one row (mechanism, task, length, accuracy) for every pair of the grid at every
    length."""
    missing = [
        (mechanism, task, length)
        for mechanism, task in PAIRS
        for length in LENGTHS
        if (mechanism, task, length) not in reported
    ]
    expect.true(
        not missing,
        f"{len(missing)} rows are missing, the first is {missing[0] if missing else ''}.",
    )


@graded("comparison", weight=5)
def test_rows_are_true(reported, predicted):
    """The accuracies that compare() reports are found again, through predict, on fresh
    sequences."""
    measured: dict[reported_rows.Key, float] = {}
    whole: dict[reported_rows.Key, float] = {}
    for mechanism, task in PAIRS:
        for length in LENGTHS:
            if (mechanism, task, length) not in reported:
                continue
            batch, answered = predicted(mechanism, task, length)
            right = answered == batch.target_ids
            measured[mechanism, task, length] = float(right.double().mean())
            whole[mechanism, task, length] = float(right.all(dim=1).double().mean())
    mistake = reported_rows.named_mistake(reported, measured, whole)
    expect.never(mistake is not None, mistake or "")
    found = sum(reported_rows.agree(reported[key], measured[key]) for key in measured)
    expect.metric(
        found / (len(PAIRS) * len(LENGTHS)),
        *targets.ROWS_FOUND_AGAIN,
        name="share of rows found again",
    )


@graded("comparison", weight=4)
def test_weights_do_it(student, submitted, rng, predicted):
    """What predict answers is what the submitted weights answer, with your attention in them."""
    agreeing, disagreeing = 0, ""
    for mechanism, task in PAIRS:
        try:
            model = rebuilt(student, submitted, mechanism, task)
        except Mistake as mistake:
            disagreeing = disagreeing or str(mistake)
            continue
        shares = []
        # Two lengths that nobody can foresee.
        for number in torch.randperm(len(LENGTHS), generator=rng)[:2].tolist():
            batch, answered = predicted(mechanism, task, LENGTHS[number])
            few = SequenceBatch(*(tensor[:COMPARED] for tensor in batch))
            shares.append(float((answers(model, few) == answered[:COMPARED]).double().mean()))
        agreeing += min(shares) > 0.98
        if min(shares) <= 0.98:
            disagreeing = disagreeing or (
                f"predict({mechanism!r}, {task!r}, ...) answers otherwise than the trained "
                f"model of that name."
            )
    expect.true(agreeing > 0, disagreeing)
    expect.metric(
        agreeing / len(PAIRS),
        *targets.MODELS_THAT_ANSWER,
        name="share of models that answer for themselves",
    )


def mean(numbers) -> float:
    numbers = list(numbers)
    return sum(numbers) / len(numbers)


@graded("comparison", weight=4)
def test_lengths_trained_on(accuracy, attach):
    """At length 8, which was trained on, every mechanism that can do its task does it."""
    value = mean(accuracy(mechanism, task, 8) for mechanism, task in ABLE)
    attach(
        pictures.metric(value, *targets.AT_LENGTH_8, "accuracy at length 8"),
        "The mean over the pairs whose mechanism can do the task.",
    )
    expect.metric(value, *targets.AT_LENGTH_8, name="mean accuracy at length 8")


@graded("comparison", weight=3)
def test_longer_than_trained(accuracy, attach):
    """At length 16, longer than any trained on: content still finds its key, and a window still
    copies."""
    value = mean(accuracy(mechanism, task, 16) for mechanism, task in TIMELESS)
    attach(
        pictures.metric(value, *targets.AT_LENGTH_16, "accuracy at length 16"),
        "The mean over recall by content, and copying by a monotonic window.",
    )
    expect.metric(value, *targets.AT_LENGTH_16, name="mean accuracy at length 16")


@graded("comparison", weight=2)
def test_attention_pays(accuracy, attach):
    """Attention against none: what it adds on copy and on recall, at length 8."""
    gains = []
    for task in ("copy", "recall"):
        lines = {
            mechanism: [accuracy(mechanism, task, length) for length in LENGTHS]
            for mechanism in GRID[task]
        }
        attach(
            pictures.line_chart(
                {mechanism: (LENGTHS, line) for mechanism, line in lines.items()},
                f"{task}, measured again",
                "length (trained: 2 to 10)",
                "accuracy",
            ),
            f"Your models on {task}, on sequences drawn for this report.",
        )
        at_8 = {mechanism: line[LENGTHS.index(8)] for mechanism, line in lines.items()}
        attentive = [
            value
            for mechanism, value in at_8.items()
            if mechanism != "none" and (mechanism, task) not in UNFIT
        ]
        gains.append(mean(attentive) - at_8["none"])
    expect.metric(mean(gains), *targets.GAIN, name="gain in accuracy")
