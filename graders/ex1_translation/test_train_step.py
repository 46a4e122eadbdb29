"""train_step(model, batch, optimizer, pad_id) -> float, on a small stand-in model whose every number is known here.

Directions of steps are compared rather than lengths, and losses also with the student's own sequence_loss, so that a
mistake there is not paid for twice."""

import torch

from kireji.grading import StudentError, expect, graded

from . import reference_training as training

VOCAB_SIZE, HIDDEN_SIZE, PAD, BOS, EOS = 9, 4, 0, 1, 2
B, T_SRC, T_TGT = 3, 4, 6


class Bench:
    """A stand-in model in the sandbox, an SGD optimizer on it, and its parameters as they are known here."""

    def __init__(self, student, rng, scale=1.0, lr=1.0, spread=0.3):
        self.student, self.scale, self.lr = student, scale, lr
        encoder = student.make("attention_lab.stand_ins.BagEncoder", VOCAB_SIZE, HIDDEN_SIZE)
        decoder = student.make("attention_lab.stand_ins.BagDecoder", VOCAB_SIZE, HIDDEN_SIZE, scale)
        self.model = student.make("attention_lab.models.TranslationModel", encoder, decoder)
        sizes = {"encoder.embedding.weight": (VOCAB_SIZE, HIDDEN_SIZE), "decoder.embedding.weight": (VOCAB_SIZE, HIDDEN_SIZE),
                 "decoder.output.weight": (VOCAB_SIZE, HIDDEN_SIZE), "decoder.output.bias": (VOCAB_SIZE,)}
        self.model.load({name: spread * torch.randn(size, generator=rng) for name, size in sizes.items()})
        self.optimizer = student.make("torch.optim.SGD", self.model.parameter_list(), lr=lr)

    def step(self, batch):
        """One call of train_step: what it returned, and the parameters before and after."""
        before = self.parameters()
        handle = self.student.make("attention_lab.batches.Batch", batch["source_ids"], batch["lengths"], batch["target_ids"])
        returned = self.student.train_step(self.model, handle, self.optimizer, PAD)
        return returned, before, self.parameters()

    def parameters(self):
        return {name: expect.tensor(tensor, name=name) for name, tensor in self.model.parameters().items()}

    def wanted(self, parameters, batch):
        """The direction in which gradient descent goes, all parameters in one row."""
        return -training.flat(training.gradients(parameters, batch["source_ids"], batch["target_ids"], PAD, self.scale))


def draw(rng, padded=False):
    """A batch; with `padded` the targets have different lengths."""
    target_ids = torch.randint(EOS + 1, VOCAB_SIZE, (B, T_TGT), generator=rng)
    target_ids[:, 0], target_ids[:, -1] = BOS, EOS
    for row, length in enumerate((T_TGT, 3, 4) if padded else ()):
        target_ids[row, length - 1] = EOS
        target_ids[row, length:] = PAD
    return {"source_ids": torch.randint(EOS + 1, VOCAB_SIZE, (B, T_SRC), generator=rng),
            "lengths": torch.full((B,), T_SRC), "target_ids": target_ids}


def likeness(moved, wanted):
    """Cosine of the angle between two steps; 0 where one of them is nothing."""
    return float(moved @ wanted / (moved.norm() * wanted.norm()).clamp_min(1e-12))


def moved_by(bench, batch):
    returned, before, after = bench.step(batch)
    expect.number(returned, "the returned loss")
    moved = training.flat(after) - training.flat(before)
    expect.finite(moved, "the parameters after the step")
    return moved, before


@graded("train_step", weight=2)
def test_returns_the_teacher_forced_loss(student, rng):
    """The returned number is the loss of predicting each target word from the true ones before it."""
    bench, batch = Bench(student, rng, spread=1.0), draw(rng)
    returned, before, _ = bench.step(batch)
    value = expect.number(returned, "the returned loss")
    source_ids, target_ids = batch["source_ids"], batch["target_ids"]
    logits = training.logits(before, source_ids, target_ids, bench.scale)
    right = training.loss(before, source_ids, target_ids, PAD, bench.scale)
    if abs(value - own_loss(student, logits, target_ids[:, 1:])) < 1e-3 * max(1.0, abs(value)):
        return
    shifted = torch.log_softmax(logits.double(), dim=-1)
    free = training.logits(before, source_ids, target_ids, bench.scale, teacher_forcing=False)

    def against(log_probabilities, targets):
        return -torch.log_softmax(log_probabilities.double(), dim=-1).gather(-1, targets.unsqueeze(-1)).mean()

    expect.close(torch.tensor(value).double(), torch.tensor(right).double(), name="the returned loss", diagnoses={
        "the words put in are compared with the logits, not the words that come next: the targets are target_ids[:, 1:]":
            against(shifted, target_ids[:, :-1]),
        "the decoder is fed its own guesses: teacher forcing feeds it the true words": against(free, target_ids[:, 1:]),
        "bos is not put in: the inputs are target_ids[:, :-1], the targets target_ids[:, 1:]":
            against(training.logits(before, source_ids, target_ids[:, 1:], bench.scale), target_ids[:, 2:]),
        "it is the loss after the step, not before": lambda: torch.tensor(training.loss(
            bench.parameters(), source_ids, target_ids, PAD, bench.scale)).double(),
        "it is the sum over tokens, not the mean": torch.tensor(right * target_ids[:, 1:].numel()).double()})


@graded("train_step", weight=1)
def test_padding_is_told_to_the_loss(student, rng):
    """Padding in the targets does not count in the returned loss."""
    bench, batch = Bench(student, rng, spread=1.0), draw(rng, padded=True)
    returned, before, _ = bench.step(batch)
    value = expect.number(returned, "the returned loss")
    source_ids, target_ids = batch["source_ids"], batch["target_ids"]
    logits = training.logits(before, source_ids, target_ids, bench.scale)
    if abs(value - own_loss(student, logits, target_ids[:, 1:])) < 1e-3 * max(1.0, abs(value)):
        return
    right = training.loss(before, source_ids, target_ids, PAD, bench.scale)
    counted = -torch.log_softmax(logits.double(), dim=-1).gather(-1, target_ids[:, 1:].unsqueeze(-1)).mean()
    expect.close(torch.tensor(value).double(), torch.tensor(right).double(), name="the returned loss",
                 diagnoses={"padding is counted: hand pad_id on to sequence_loss": counted})


@graded("train_step", weight=3)
def test_parameters_go_downhill(student, rng):
    """One call moves every parameter against the gradient of the loss."""
    bench, batch = Bench(student, rng), draw(rng)
    moved, before = moved_by(bench, batch)
    expect.true(bool(moved.ne(0).any()), "the parameters are as they were: are backward() and optimizer.step() both called, in this order?")
    wanted = bench.wanted(before, batch)
    same = likeness(moved, wanted)
    expect.true(same > -0.9, "the parameters go uphill: the loss grows.")
    expect.true(same > 0.999, f"the parameters do not move against the gradient of the teacher-forced loss (cosine {same:.3f}, 1 expected).")
    steps = float(moved.norm() / (bench.lr * wanted.norm()))
    for times in (2, 3):
        expect.true(abs(steps - times) > 0.02, f"the parameters move {times} times as far as one step goes: is step() called more than once?")


@graded("train_step", weight=2)
def test_gradients_start_from_zero(student, rng):
    """The second call goes by its own batch alone: nothing is left of the first one's gradient."""
    bench, first, second = Bench(student, rng), draw(rng), draw(rng)
    moved_by(bench, first)
    moved, before = moved_by(bench, second)
    wanted = bench.wanted(before, second)
    left_over = wanted + bench.wanted(before, first)
    same, summed = likeness(moved, wanted), likeness(moved, left_over)
    expect.true(same > 0.999 or summed < same, "the gradient of the call before is still there: optimizer.zero_grad() belongs before backward().")
    expect.true(same > 0.999, f"the second call does not move the parameters against its own gradient (cosine {same:.3f}, 1 expected).")


@graded("train_step", weight=2)
def test_gradient_is_clipped(student, rng):
    """A huge gradient is clipped: the step stays small."""
    bench, batch = Bench(student, rng, scale=3000.0, spread=1.0), draw(rng)
    moved, before = moved_by(bench, batch)
    expect.true(bool(moved.ne(0).any()), "the parameters are as they were.")
    unclipped = float(bench.wanted(before, batch).norm())
    length = float(moved.norm())
    expect.true(length < 0.9 * unclipped, "the gradient is not clipped: clip_grad_norm_(model.parameters(), max_norm) belongs after "
                                          "backward() and before optimizer.step().")
    expect.true(length < 50, f"the step is still {length:.0f} long at learning rate 1: is max_norm about 1?")


@graded("train_step", weight=1)
def test_returns_a_plain_number(student, rng):
    """The loss comes back as a Python float, so that no graph is kept alive, and is a loss."""
    bench, batch = Bench(student, rng), draw(rng)
    returned, before, after = bench.step(batch)
    expect.true(not isinstance(returned, torch.Tensor), "the loss is still a tensor: loss.item() is a float, and lets the graph go.")
    value = expect.number(returned, "the returned loss")
    expect.true(value > 0, f"the loss of an untrained model is well above 0, but {value:.3g} came.")
    expect.true(bool((training.flat(after) - training.flat(before)).ne(0).any()), "the parameters are as they were.")


def own_loss(student, logits, target_ids):
    """What the student's own sequence_loss says, right or wrong; NaN where it says nothing."""
    try:
        return expect.number(student.sequence_loss(logits, target_ids, PAD))
    except (StudentError, expect.Mistake):
        return float("nan")
