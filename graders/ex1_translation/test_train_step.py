"""train_step(model, batch, optimizer, pad_id) -> float, on a small stand-in model whose every
number is known here.

The step's direction is compared rather than its length, because where to clip is the student's
choice. Where the student's own sequence_loss is broken, a made-up loss stands in for it."""

import torch

from kireji.testing import expect, graded
from kireji.testing.expect import Diagnosis
from kireji.testing.isolation import stands_in

from . import reference_training as training
from .fakes import VOCAB_SIZE, without

HIDDEN_SIZE, PAD, BOS, EOS = 4, 0, 1, 2
B, T_SRC, T_TGT = 3, 4, 6
PARAMETERS = {
    "encoder.embedding.weight": (VOCAB_SIZE, HIDDEN_SIZE),
    "decoder.embedding.weight": (VOCAB_SIZE, HIDDEN_SIZE),
    "decoder.output.weight": (VOCAB_SIZE, HIDDEN_SIZE),
    "decoder.output.bias": (VOCAB_SIZE,),
}


class Bench:
    """A stand-in model in the sandbox, an SGD optimizer on it, and its parameters as they are known
    here."""

    def __init__(self, student, rng, scale=1.0, spread=0.3):
        self.student, self.scale = student, scale
        self.loss = training.straight if stands_in("sequence_loss") else training.cross_entropy
        encoder = student.make("attention_lab.stand_ins.BagEncoder", VOCAB_SIZE, HIDDEN_SIZE)
        decoder = student.make("attention_lab.stand_ins.BagDecoder", VOCAB_SIZE, HIDDEN_SIZE, scale)
        self.model = student.make("attention_lab.models.TranslationModel", encoder, decoder)
        self.now = {
            name: spread * torch.randn(size, generator=rng) for name, size in PARAMETERS.items()
        }
        self.model.load(self.now)
        self.optimizer = student.make("torch.optim.SGD", self.model.parameter_list(), lr=1.0)

    def step(self, batch):
        """One call of train_step: the number it returned, how the parameters moved, and what they
        were before."""
        handle = self.student.make("attention_lab.batches.Batch", *batch)
        returned = self.student.train_step(self.model, handle, self.optimizer, PAD)
        before, after = self.now, self.model.parameters()
        for name, shape in PARAMETERS.items():
            expect.true(name in after, "The model has lost its parameters.")
            expect.finite(
                expect.tensor(after[name], shape=shape, name=name), name + " after the step"
            )
        self.now = after
        return returned, training.flat(after) - training.flat(before), before

    def wanted(self, parameters, batch):
        """The step of plain gradient descent, all parameters in one row."""
        source_ids, _, target_ids = batch
        return -training.flat(
            training.gradients(parameters, source_ids, target_ids, PAD, self.scale, self.loss)
        )

    def logits(self, parameters, batch, teacher_forcing=True):
        return training.logits(parameters, batch[0], batch[2], self.scale, teacher_forcing)


def draw(rng, padded=False):
    """source_ids (B, T_src), lengths (B,), target_ids (B, T_tgt); with `padded` the targets have
    different lengths."""
    target_ids = torch.randint(EOS + 1, VOCAB_SIZE, (B, T_TGT), generator=rng)
    target_ids[:, 0], target_ids[:, -1] = BOS, EOS
    for row, length in enumerate((T_TGT, 3, 4) if padded else ()):
        target_ids[row, length - 1] = EOS
        target_ids[row, length:] = PAD
    return (
        torch.randint(EOS + 1, VOCAB_SIZE, (B, T_SRC), generator=rng),
        torch.full((B,), T_SRC),
        target_ids,
    )


def likeness(moved, wanted):
    """Cosine of the angle between two steps; 0 where one of them is nothing."""
    return float(moved @ wanted / (moved.norm() * wanted.norm()).clamp_min(1e-12))


def judged_loss(returned, right, mistakes, hint=""):
    value = torch.tensor(expect.number(returned, "the returned loss")).double()
    expect.close(value, right.double(), name="the returned loss", diagnoses=mistakes, hint=hint)


@graded("train_step", weight=2)
@without("sequence_loss")
def test_returns_the_teacher_forced_loss(student, rng):
    """The returned number is the loss of predicting each target word from the true ones before
    it."""
    bench, batch = Bench(student, rng, spread=1.0), draw(rng)
    returned, _, before = bench.step(batch)
    source_ids, lengths, target_ids = batch
    logits, targets = bench.logits(before, batch), target_ids[:, 1:]
    without_bos = bench.logits(before, (source_ids, lengths, target_ids[:, 1:]))
    right = bench.loss(logits, targets, PAD)
    judged_loss(
        returned,
        right,
        {
            Diagnosis(
                "targets_not_shifted",
                "the words put in are compared with the logits, not the words that come next: the"
                " targets are target_ids[:, 1:]",
            ): bench.loss(logits, target_ids[:, :-1], PAD),
            Diagnosis(
                "own_guesses_fed",
                "the decoder is fed its own guesses: teacher forcing feeds it the true words",
            ): (bench.loss(bench.logits(before, batch, teacher_forcing=False), targets, PAD)),
            Diagnosis(
                "bos_left_out",
                "bos is not put in: the inputs are target_ids[:, :-1], the targets"
                " target_ids[:, 1:]",
            ): (bench.loss(without_bos, target_ids[:, 2:], PAD)),
            Diagnosis(
                "loss_after_the_step",
                "the returned loss is that after the step, not before",
            ): bench.loss(bench.logits(bench.now, batch), targets, PAD),
            Diagnosis(
                "targets_shifted_twice",
                "the targets are shifted twice: each logit is compared with the word after the"
                " next, target_ids[:, 2:]",
            ): bench.loss(logits[:, :-1], targets[:, 1:], PAD),
            Diagnosis(
                "softmax_before_loss",
                "the loss gets probabilities: it takes the logits as they are, without a softmax",
            ): bench.loss(logits.softmax(dim=-1), targets, PAD),
            Diagnosis(
                "last_step_only", "the loss is that of the last step alone, not of all steps"
            ): bench.loss(logits[:, -1:], targets[:, -1:], PAD),
            Diagnosis(
                "loss_summed",
                "the returned loss is the sum over tokens, not the mean",
            ): right * targets.numel(),
        },
    )


@graded("train_step", weight=1)
@without("sequence_loss")
def test_padding_is_told_to_the_loss(student, rng):
    """Padding in the targets does not count in the returned loss."""
    bench, batch = Bench(student, rng, spread=1.0), draw(rng, padded=True)
    returned, _, before = bench.step(batch)
    logits, targets = bench.logits(before, batch), batch[2][:, 1:]
    judged_loss(
        returned,
        bench.loss(logits, targets, PAD),
        {
            Diagnosis("loss_counts_padding", "padding is counted"): bench.loss(
                logits, targets, VOCAB_SIZE
            )
        },
        hint="Is pad_id handed on to sequence_loss?",
    )


@graded("train_step", weight=3)
@without("sequence_loss")
def test_parameters_go_downhill(student, rng):
    """One call moves every parameter against the gradient of the loss."""
    bench, batch = Bench(student, rng), draw(rng)
    _, moved, before = bench.step(batch)
    expect.true(
        bool(moved.ne(0).any()),
        "The parameters are as they were: are backward() and optimizer.step() both called, in this"
        " order?",
        "no_step",
    )
    wanted = bench.wanted(before, batch)
    same, steps = likeness(moved, wanted), float(moved.norm() / wanted.norm())
    expect.true(same > -0.9, "The parameters go uphill: the loss grows.", "uphill")
    expect.true(
        same > 0.999,
        "The parameters do not move against the gradient of the teacher-forced loss (cosine"
        f" {same:.3f}, 1 expected).",
    )
    for times in (2, 3):
        expect.true(
            abs(steps - times) > 0.05,
            f"The parameters move {times} times as far as one step goes: is step() called "
            "more than once?",
        )
    expect.true(
        steps < 1.05,
        f"The parameters move {steps:.3g} times as far as one step of gradient descent goes.",
    )


@graded("train_step", weight=2)
@without("sequence_loss")
def test_gradients_start_from_zero(student, rng):
    """The second call goes by its own batch alone: nothing is left of the first one's gradient."""
    bench, first, second = Bench(student, rng), draw(rng), draw(rng)
    bench.step(first)
    _, moved, before = bench.step(second)
    wanted = bench.wanted(before, second)
    left_over = wanted + bench.wanted(before, first)
    same, summed = likeness(moved, wanted), likeness(moved, left_over)
    expect.true(
        same > 0.999 or summed < same,
        "The gradient of the call before is still there: optimizer.zero_grad() belongs before"
        " backward().",
        "no_zero_grad",
    )
    expect.true(
        same > 0.999,
        "The second call does not move the parameters against its own gradient "
        f"(cosine {same:.3f}, 1 expected).",
    )


@graded("train_step", weight=2)
@without("sequence_loss")
def test_gradient_is_clipped(student, rng):
    """A huge gradient is clipped: the step stays small."""
    bench, batch = Bench(student, rng, scale=3000.0, spread=1.0), draw(rng)
    _, moved, before = bench.step(batch)
    expect.true(bool(moved.ne(0).any()), "The parameters are as they were.")
    unclipped, length = float(bench.wanted(before, batch).norm()), float(moved.norm())
    expect.true(
        length < 0.9 * unclipped,
        "The gradient is not clipped: clip_grad_norm_(model.parameters(), max_norm) belongs after "
        "backward() and before optimizer.step().",
        "not_clipped",
    )
    wanted = training.gradients(before, batch[0], batch[2], PAD, bench.scale, bench.loss)
    each = {name: g * min(1.0, 1.0 / float(g.norm())) for name, g in wanted.items()}
    together, apart = (likeness(-moved, training.flat(g)) for g in (wanted, each))
    expect.never(
        together <= 0.999 and apart >= 0.999,
        Diagnosis(
            "clipped_each_parameter",
            "each parameter's gradient is clipped by itself: one length for all of them together,"
            " clip_grad_norm_(model.parameters(), 1.0), keeps the direction",
        ),
    )
    expect.true(
        together > 0.999,
        f"Clipping turns the step away from the gradient (cosine {together:.2f}, 1 expected): make"
        " all gradients shorter by one factor (clip_grad_norm_); cutting each number by itself"
        " (clip_grad_value_) changes the direction.",
    )
    expect.true(
        length < 50, f"The step is still {length:.0f} long at learning rate 1: is max_norm about 1?"
    )


@graded("train_step", weight=1)
@without("sequence_loss")
def test_returns_a_plain_number(student, rng):
    """The loss comes back as a Python float, so that no graph is kept alive."""
    bench, batch = Bench(student, rng), draw(rng)
    returned, moved, before = bench.step(batch)
    expect.true(
        not isinstance(returned, torch.Tensor),
        "The loss is still a tensor: loss.item() is a float, and lets the graph go.",
        "loss_is_a_tensor",
    )
    judged_loss(returned, bench.loss(bench.logits(before, batch), batch[2][:, 1:], PAD), {})
    expect.true(bool(moved.ne(0).any()), "The parameters are as they were.")
