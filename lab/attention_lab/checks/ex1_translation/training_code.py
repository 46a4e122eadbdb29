"""Checks of the loss and of one step of training."""

import math

import torch
from torch import nn

from attention_lab.batches import Batch
from attention_lab.checks.look import Look, Student
from attention_lab.models import TranslationModel
from attention_lab.stand_ins import BagDecoder, BagEncoder

PAD, BOS, EOS = 0, 1, 2


def sequence_loss(student: Student, look: Look) -> None:
    target_ids = torch.tensor([[5, 3, EOS, PAD], [4, EOS, PAD, PAD]])
    loss = student.sequence_loss(torch.zeros(2, 4, 6), target_ids, PAD)
    look.shape(loss, (), "the loss")
    look.that(
        abs(loss.item() - math.log(6)) < 1e-5,
        "equal logits over 6 words give log 6",
        f"yours is {loss.item():.4f}, not {math.log(6):.4f}: is it the mean over the 5 real tokens,"
        " not over all 8 or over the rows?",
    )
    # Worked on paper: the words have probabilities 1/2, 1/4, 1/8 and 1/8; the targets are the
    # first two.
    on_paper = torch.tensor([8.0, 4.0, 2.0, 2.0]).log().expand(1, 2, 4)
    loss = student.sequence_loss(on_paper, torch.tensor([[0, 1]]), 3)
    look.that(
        abs(loss.item() - 1.5 * math.log(2)) < 1e-4,
        "the loss is the one worked out on paper",
        f"yours is {loss.item():.4f}, not {1.5 * math.log(2):.4f}: give cross_entropy the logits as"
        " they are, without a softmax, and pad_id as ignore_index (here it is 3, not 0).",
    )
    logits = torch.randn(2, 4, 6)
    logits[0, 3] += torch.arange(6) * 10.0
    before = student.sequence_loss(logits, target_ids, PAD)
    logits[0, 3] = logits[0, 3].flip(0)
    look.close(
        student.sequence_loss(logits, target_ids, PAD),
        before,
        "what is predicted at padding does not count",
        "leave out positions where target_ids is pad_id (ignore_index).",
    )


def train_step(student: Student, look: Look) -> None:
    batch = Batch(
        torch.tensor([[4, 5, 6], [7, 5, PAD]]),
        torch.tensor([3, 2]),
        torch.tensor([[BOS, 4, 5, EOS], [BOS, 6, EOS, PAD]]),
    )

    def fresh(scale: float = 1.0) -> TranslationModel:
        torch.manual_seed(5)
        return TranslationModel(BagEncoder(8, 6), BagDecoder(8, 6, scale))

    model = fresh().eval()
    with torch.no_grad():
        logits, _ = model(*batch)
        real = batch.target_ids[:, 1:] != PAD
        expected = nn.functional.cross_entropy(logits[real], batch.target_ids[:, 1:][real]).item()
    loss = student.train_step(model, batch, torch.optim.SGD(model.parameters(), lr=0.1), PAD)
    look.that(
        isinstance(loss, float),
        "it returns a float",
        f"yours is a {type(loss).__name__}: loss.item().",
    )
    look.that(
        abs(loss - expected) < 1e-4,
        "the loss is that of the next words",
        f"yours is {loss:.4f}, expected {expected:.4f}: position t predicts target_ids[:, t + 1].",
    )
    look.that(model.training, "the model is in training mode", "model.train() at the beginning.")
    moved = _distance(model, fresh())
    look.that(moved > 0, "the weights change", "backward, then optimizer.step().")

    first = Batch(batch.source_ids[1:], batch.lengths[1:], batch.target_ids[1:])
    model, other = fresh(), fresh()
    sgd = torch.optim.SGD(model.parameters(), lr=0.1)
    student.train_step(model, first, sgd, PAD)
    other.load_state_dict(model.state_dict())
    student.train_step(model, batch, sgd, PAD)
    student.train_step(other, batch, torch.optim.SGD(other.parameters(), lr=0.1), PAD)
    look.that(
        _distance(model, other) < 1e-5,
        "gradients left over from the step before change nothing",
        "optimizer.zero_grad() before backward().",
    )

    model = fresh(scale=50.0)
    student.train_step(model, batch, torch.optim.SGD(model.parameters(), lr=1.0), PAD)
    moved = _distance(model, fresh(scale=50.0))
    look.that(
        abs(moved - 1) < 1e-3,
        "a huge gradient is cut to length 1",
        f"the weights moved by {moved:.2f}: clip_grad_norm_ to 1.0 between backward and step.",
    )

    model = fresh()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    losses = [student.train_step(model, batch, optimizer, PAD) for _ in range(40)]
    look.that(
        losses[-1] < losses[0] / 3,
        f"40 steps on one batch learn it: {losses[0]:.2f} -> {losses[-1]:.2f}",
        "are the gradients of the step before zeroed?",
    )


def _distance(model: nn.Module, other: nn.Module) -> float:
    """How far the parameters of two models lie apart."""
    squares = [
        (one - two).square().sum()
        for one, two in zip(model.parameters(), other.parameters(), strict=False)
    ]
    return float(torch.stack(squares).sum().sqrt().detach())
