"""Train within a budget of CPU time, keep the best checkpoint, draw the curve. Trains nothing while grading."""

import json
import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

from torch import nn
from torch.optim import Optimizer

from attention_lab.checkpoints import load_checkpoint, save_checkpoint
from attention_lab.mode import is_grading
from attention_lab.progress import CpuClock, advance_to, cpu_bar


@dataclass
class History:
    """What happened in training: mean loss since the last look, and the validation score, at each `seconds`."""

    seconds: list[float] = field(default_factory=list)
    loss: list[float] = field(default_factory=list)
    score: list[float] = field(default_factory=list)

    def plot(self, score_name: str = "validation BLEU") -> "Figure":  # noqa: F821
        from attention_lab.plots import training_curve  # matplotlib only where something is drawn
        return training_curve(self, score_name)


def half_constant(share: float) -> float:
    """Factor of the learning rate: 1 for the first half of the budget, then a cosine down to 0.02."""
    if share < 0.5:
        return 1.0
    return 0.02 + 0.98 * (1 + math.cos(math.pi * (2 * share - 1))) / 2


def fit(model: nn.Module, optimizer: Optimizer, step: Callable[[Any], float], batches: Iterable[Any],
        validate: Callable[[], float], checkpoint: str | Path, *, cpu_seconds: float = 180.0, looks: int = 30,
        patience: int = 12, schedule: Callable[[float], float] = half_constant,
        metadata: Mapping[str, str] | None = None) -> History:
    """Train until the budget of CPU time is used; leave the best weights in `model` and in `checkpoint`.

    step(batch) -> loss: one training step.   batches: iterated anew each epoch.   validate() -> score, higher is better.
    The score is looked at `looks` times; training ends early when `patience` looks in a row brought nothing new.
    schedule(share of the budget used) -> factor of the learning rate.   `metadata`: text to save with the weights
    (such as the vocabulary), which a later load must find unchanged.
    While grading nothing is trained: the checkpoint is loaded, or a CheckpointError says what is wrong with it.
    Interrupting the kernel ends the training and keeps the best weights so far."""
    metadata = dict(metadata or {})
    if is_grading():
        history = _history_of(load_checkpoint(model, checkpoint, must_match=metadata))
        model.eval()
        return history

    history, losses = History(), []
    rates = [group["lr"] for group in optimizer.param_groups]
    clock = CpuClock(cpu_seconds)
    with cpu_bar(clock) as bar:
        try:
            model.train()
            for batch in _forever(batches):
                for group, rate in zip(optimizer.param_groups, rates):
                    group["lr"] = rate * schedule(clock.share())
                losses.append(step(batch))
                if not math.isfinite(losses[-1]):
                    raise ValueError(f"the loss became {losses[-1]} after {clock.elapsed():.0f} CPU seconds: "
                                     "look at the masks and at the gradient clipping, or lower the learning rate")
                advance_to(bar, clock.elapsed())
                if clock.share() < (len(history.score) + 1) / looks:
                    continue
                _look(model, validate, history, clock, losses)
                losses = []
                best = max(range(len(history.score)), key=history.score.__getitem__)
                if best == len(history.score) - 1:
                    save_checkpoint(model, checkpoint, metadata | {"history": json.dumps(asdict(history))})
                bar.set_postfix_str(f"loss {history.loss[-1]:.2f}, score {history.score[-1]:.1f} "
                                    f"(best {history.score[best]:.1f})")
                if clock.share() >= 1 or len(history.score) - 1 - best >= patience:
                    break
        except KeyboardInterrupt:
            bar.write("Stopped by you; the best weights so far are kept.")
    if history.score:
        load_checkpoint(model, checkpoint)
    model.eval()
    return history


def _look(model: nn.Module, validate: Callable[[], float], history: History, clock: CpuClock, losses: list[float]) -> None:
    model.eval()
    history.score.append(validate())
    model.train()
    history.seconds.append(clock.elapsed())
    history.loss.append(sum(losses) / len(losses))


def _forever(batches: Iterable[Any]) -> Iterable[Any]:
    while True:
        yield from batches


def _history_of(metadata: Mapping[str, str]) -> History:
    """The curve saved with a checkpoint; an empty one where there is none or it cannot be read."""
    try:
        return History(**json.loads(metadata.get("history", "{}")))
    except (ValueError, TypeError):
        return History()
