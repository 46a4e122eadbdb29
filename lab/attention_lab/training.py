"""Train within a budget, keep the best checkpoint, note the curve. Trains nothing while grading."""

import json
import math
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import nn
from torch.optim import Optimizer

from attention_lab.checkpoints import load_checkpoint, save_checkpoint
from attention_lab.earlier import EarlierCheckpoint
from attention_lab.mode import may_train
from attention_lab.progress import Watched, step_bar


@dataclass
class History:
    """What each look at the validation data found: after how many steps, mean training loss since
    the last look, score."""

    steps: list[int] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)

    @property
    def best(self) -> int:
        """The look with the highest score, the first of equals."""
        return max(range(len(self.score)), key=self.score.__getitem__)


def constant_then_cosine(share: float) -> float:
    """Factor of the learning rate: 1 for the first half of the budget, then a cosine down to
    0.02."""
    if share < 0.5:
        return 1.0
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (2 * share - 1))) / 2


def fit(
    model: nn.Module,
    optimizer: Optimizer,
    step: Callable[[Any], float],
    batches: Iterable[Any],
    validate: Callable[[], float],
    checkpoint: str | Path,
    *,
    steps: int,
    cpu_seconds: float = math.inf,
    looks: int = 30,
    patience: int = 12,
    schedule: Callable[[float], float] = constant_then_cosine,
    metadata: Mapping[str, str] | None = None,
) -> History:
    """Train for a number of steps; leave the best weights in `model` and in `checkpoint`.

    step(batch) -> loss: one training step.   batches: iterated anew each epoch.
    validate() -> score, higher is better.
    The budget is `steps`, or `cpu_seconds` of computing where a slow machine uses those up first.
    Steps come first because the same number of them gives the same model everywhere. The score is
    looked at `looks` times; training ends early when `patience` looks in a row brought nothing new.
    schedule(share of the budget used) -> factor of the learning rate.
    `metadata`: text to save with the weights
    (such as the vocabulary), which a later load must find unchanged.
    An earlier checkpoint that scored higher is kept next to the new one, and a sentence says where.
    While grading or validating nothing is trained: the checkpoint is loaded, or a CheckpointError
    says what is wrong with it. Interrupting the kernel ends the training and keeps the best weights
    so far."""
    metadata = dict(metadata or {})
    if not may_train():
        history = _history_of(load_checkpoint(model, checkpoint, must_match=metadata))
        model.eval()
        return history

    history, losses, earlier = History(), [], EarlierCheckpoint(checkpoint)
    rates = [group["lr"] for group in optimizer.param_groups]
    started, share = time.process_time(), 0.0
    model.train()
    with step_bar(steps) as bar:
        try:
            for done, batch in enumerate(_forever(batches), start=1):
                for group, rate in zip(optimizer.param_groups, rates, strict=False):
                    group["lr"] = rate * schedule(share)
                losses.append(step(batch))
                if not math.isfinite(losses[-1]):
                    raise ValueError(
                        f"the loss became {losses[-1]} at step {done}: look at the masks and at the"
                        " gradient clipping, or lower the learning rate"
                    )
                bar.update()
                share = max(done / steps, (time.process_time() - started) / cpu_seconds)
                if share < (len(history.score) + 1) / looks:
                    continue
                history.steps.append(done)
                history.loss.append(sum(losses) / len(losses))
                losses.clear()
                model.eval()
                history.score.append(validate())
                model.train()
                if history.best == len(history.score) - 1:
                    earlier.keep()
                    save_checkpoint(
                        model, checkpoint, metadata | {"history": json.dumps(asdict(history))}
                    )
                bar.set_postfix_str(
                    f"loss {history.loss[-1]:.2f}, score {history.score[-1]:.1f} "
                    f"(best {history.score[history.best]:.1f})"
                )
                if share >= 1 or len(history.score) - 1 - history.best >= patience:
                    break
        except KeyboardInterrupt:
            bar.write("Stopped by you; the best weights so far are kept.")
    if history.score:
        load_checkpoint(model, checkpoint)
        earlier.compare(history.score[history.best])
    model.eval()
    return history


def keep(
    model: nn.Module,
    checkpoint: str | Path,
    batches: Any,
    validate: Callable[[], float],
    epochs: int,
    train: Callable[[Any, Callable[[], float]], tuple[list[float], list[float]]],
    metadata: Mapping[str, str] | None = None,
) -> History:
    """Train with a loop of your own, once: what it leaves in `model` is kept in `checkpoint`.

    train(batches, validate) -> losses, scores, one of each for every epoch: your loop, which
    chooses the best weights
    itself. It gets `batches` and `validate` back with a progress bar on them.
    epochs: the most it will take.
    An earlier checkpoint that scored higher is kept next to the new one, and a sentence says where.
    While grading or validating nothing is trained: the checkpoint is loaded, or a CheckpointError
    says what is wrong with it."""
    metadata = dict(metadata or {})
    if not may_train():
        history = _history_of(load_checkpoint(model, checkpoint, must_match=metadata))
    else:
        watched = Watched(batches, epochs)

        def noted() -> float:
            score = validate()
            watched.note(f"validation {score:.1f}")
            return score

        try:
            losses, scores = train(watched, noted)
        finally:
            watched.close()
        history = History(
            [len(batches) * (epoch + 1) for epoch in range(len(scores))], list(losses), list(scores)
        )
        earlier = EarlierCheckpoint(checkpoint)
        earlier.keep()
        save_checkpoint(model, checkpoint, metadata | {"history": json.dumps(asdict(history))})
        earlier.compare(max(history.score, default=-math.inf))
    model.eval()
    return history


def _forever(batches: Iterable[Any]) -> Iterable[Any]:
    while True:
        yield from batches


def _history_of(metadata: Mapping[str, str]) -> History:
    """The curve saved with a checkpoint; an empty one where there is none or it cannot be read."""
    try:
        return History(**json.loads(metadata.get("history", "{}")))
    except (ValueError, TypeError):
        return History()
