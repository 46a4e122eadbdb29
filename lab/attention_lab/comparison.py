"""The grid: which mechanism is trained on which task, how, and where its weights are kept."""

import json
import math
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import cast

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from attention_lab.checkpoints import load_checkpoint, save_checkpoint
from attention_lab.earlier import EarlierCheckpoint, score_of
from attention_lab.mode import may_train
from attention_lab.progress import step_bar
from attention_lab.sequence_models import Attention, RecurrentModel, SelfAttentionModel
from attention_lab.sequence_tasks import sequence_batch
from attention_lab.training import constant_then_cosine

HIDDEN_SIZE = 64  # of the recurrent model's states; d_model of the self-attention model
MAX_LENGTH = 32  # positions that location attention knows: the longest source, 16 pairs to recall
N_HEADS = 4
SHORTEST, LONGEST = 2, 10  # lengths trained on
LENGTHS = (4, 8, 12, 16)  # lengths compared: two trained on, two longer than any trained on
STEPS, BATCH_SIZE = 800, 64
# training of a model ends early when the mean loss of so many steps is below this
RECENT, LEARNED = 50, 0.002

GRID = {
    "copy": ("none", "scaled_dot_product", "general", "location", "monotonic", "self_attention"),
    "reverse": (
        "none",
        "dot_product",
        "scaled_dot_product",
        "location",
        "monotonic",
        "self_attention",
    ),
    "sort": ("none", "dot_product", "scaled_dot_product", "self_attention"),
    "recall": ("none", "dot_product", "scaled_dot_product", "general", "location"),
}
PAIRS = tuple((mechanism, task) for task, mechanisms in GRID.items() for mechanism in mechanisms)


def model_name(mechanism: str, task: str) -> str:
    """The name of one trained model in the checkpoint: `general_on_recall`."""
    return f"{mechanism}_on_{task}"


@dataclass
class Curves:
    """loss[model_name]: the mean training loss of every RECENT steps."""

    loss: dict[str, list[float]] = field(default_factory=dict)


def build_models(
    build_attention: Callable[[str], Attention | None],
    positional_encoding: Callable[[int, int], Tensor],
) -> nn.ModuleDict:
    """An untrained model for every pair of the grid with a mechanism that works; the others are
    named and left out.

    build_attention(mechanism) -> the attention, or None for "none"."""
    models = nn.ModuleDict()
    broken: dict[str, str] = {}
    for number, (mechanism, task) in enumerate(PAIRS):
        torch.manual_seed(number)
        try:
            model: nn.Module
            if mechanism == "self_attention":
                model = SelfAttentionModel(
                    lambda: cast(Attention, build_attention("self_attention")),
                    positional_encoding,
                    HIDDEN_SIZE,
                )
            else:
                model = RecurrentModel(build_attention(mechanism), HIDDEN_SIZE)
            batch = sequence_batch(task, 3, 2, seed=0)
            logits, _ = model(batch.source_ids, batch.cue_ids)
            if logits.shape[:2] != batch.target_ids.shape:
                raise ValueError(
                    f"its context does not fit: the logits have shape {tuple(logits.shape)}"
                )
        except Exception as error:  # a mechanism that is not written yet must not stop the others
            broken[mechanism] = (
                f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
            )
            continue
        models[model_name(mechanism, task)] = model
    for mechanism, reason in broken.items():
        print(f"left out: {mechanism} ({reason})")
    return models


def train_grid(
    build_attention: Callable[[str], Attention | None],
    positional_encoding: Callable[[int, int], Tensor],
    checkpoint: str | Path,
    steps: int = STEPS,
    seed: int = 0,
) -> tuple[nn.ModuleDict, Curves]:
    """Train every model of the grid, one after the other, on lengths SHORTEST to LONGEST; keep all
    weights in one checkpoint.

    An earlier checkpoint with lower losses is kept next to the new one, and a sentence says
    where. While grading or validating nothing is trained: the checkpoint is loaded, or a
    CheckpointError says what is wrong with it. Interrupting the kernel ends the training; models
    not yet trained stay as they are, and nothing is saved."""
    models = build_models(build_attention, positional_encoding)
    if not may_train():
        metadata = load_checkpoint(models, checkpoint)
        models.eval()
        return models, _curves_of(metadata)
    curves = Curves()
    with step_bar(steps * len(models)) as bar:
        for number, (name, model) in enumerate(models.items(), start=1):
            curves.loss[name] = _train(model, name.rpartition("_on_")[2], steps, seed, bar)
            bar.set_postfix_str(f"{number}/{len(models)} {name}: loss {curves.loss[name][-1]:.3f}")
            bar.n = number * steps
            bar.refresh()
    models.eval()
    earlier = EarlierCheckpoint(checkpoint)
    earlier.keep()
    save_checkpoint(models, checkpoint, {"curves": json.dumps(asdict(curves))})
    earlier.compare(score_of(Path(checkpoint)))
    return models, curves


def _train(model: nn.Module, task: str, steps: int, seed: int, bar) -> list[float]:
    """Train one model; returns the mean loss of every RECENT steps."""
    rng = torch.Generator().manual_seed(seed)
    torch.manual_seed(seed)  # for an attention with dropout in it
    # Self-attention learns steadily with a smaller rate; the recurrent model likes a larger one.
    rate = 2e-3 if isinstance(model, SelfAttentionModel) else 5e-3
    optimizer = torch.optim.Adam(model.parameters(), lr=rate, fused=True)
    losses, means = [], []
    model.train()
    for done in range(steps):
        optimizer.param_groups[0]["lr"] = rate * min(
            constant_then_cosine(done / steps), (done + 1) / RECENT
        )
        length = int(torch.randint(SHORTEST, LONGEST + 1, (), generator=rng))
        batch = sequence_batch(task, length, BATCH_SIZE, rng)
        logits, _ = model(batch.source_ids, batch.cue_ids)  # (B, T, N_SYMBOLS)
        loss = F.cross_entropy(logits.flatten(0, 1), batch.target_ids.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        losses.append(loss.item())
        if not math.isfinite(losses[-1]):
            raise ValueError(
                f"the loss became {losses[-1]} at step {done} of {task}: is there a softmax over a"
                " row of -inf?"
            )
        bar.update()
        if len(losses) == RECENT:
            means.append(sum(losses) / RECENT)
            losses.clear()
            if means[-1] < LEARNED:
                break
    return means or [sum(losses) / len(losses)]


def _curves_of(metadata: dict[str, str]) -> Curves:
    """The curves saved with a checkpoint; none where they cannot be read."""
    try:
        return Curves(**json.loads(metadata.get("curves", "{}")))
    except (ValueError, TypeError):
        return Curves()
