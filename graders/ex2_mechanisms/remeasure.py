"""Measures the submitted checkpoint on fresh sequences, outside of the sandbox.

The readers and writers are rebuilt here from the submitted weights; only the student's own
attention is asked in the sandbox, with vectors, and mixes vectors. So whatever `predict` may
answer, these accuracies are the weights' doing.
"""

from collections.abc import Callable, Mapping
from typing import Any

import torch
from torch import Generator, Tensor, nn

from attention_lab.comparison import HIDDEN_SIZE, model_name
from attention_lab.sequence_models import RecurrentModel, SelfAttentionModel
from attention_lab.sequence_tasks import N_SYMBOLS, SequenceBatch, sequence_batch
from kireji.testing import Mistake, expect, weights
from kireji.testing.weights import Checkpoint

CHECKPOINT = "ex2_mechanisms.safetensors"
REPORTED = 200  # sequences on which a reported accuracy is measured again
MEASURED = 100  # on which the metrics are, which are means over many models
COMPARED = 60  # on which `predict` and the weights must answer alike


def fresh(task: str, length: int, n: int, rng: Generator) -> SequenceBatch:
    return sequence_batch(task, length, n, rng)


def trained(student: Any, mechanism: str, task: str) -> Any:
    """The student's trained model of a pair. Mistake where `models` has none."""
    models = student.variable("models")
    name = model_name(mechanism, task)
    # A ModuleDict knows its parts by attribute; what is left out when training began is not there.
    try:
        return models.get(name)
    except Exception as error:
        raise Mistake(
            f"There is no trained model {name}: was {mechanism} left out when the training began?"
        ) from error


def submitted_part(submitted: Mapping[str, bytes], mechanism: str, task: str) -> Checkpoint:
    """The tensors of one model in the submitted file."""
    whole, prefix = weights.read(submitted, CHECKPOINT), model_name(mechanism, task) + "."
    return Checkpoint(
        whole.name,
        {
            name.removeprefix(prefix): tensor
            for name, tensor in whole.tensors.items()
            if name.startswith(prefix)
        },
        whole.text,
    )


def rebuilt(student: Any, submitted: Mapping[str, bytes], mechanism: str, task: str) -> nn.Module:
    """A model of this side with the weights of the submitted file, around the student's own
    attention."""
    theirs = trained(student, mechanism, task)
    checkpoint = submitted_part(submitted, mechanism, task)
    weights.held_by(theirs, checkpoint, f"The model {model_name(mechanism, task)}")
    state = checkpoint.tensors
    if mechanism == "self_attention":
        layers = iter(range(10))
        model: nn.Module = SelfAttentionModel(
            lambda: asking(theirs.get(f"layers.{next(layers)}.attention")),
            lambda T, d_model: student.positional_encoding(T, d_model),
            HIDDEN_SIZE,
        )
    else:
        attention = theirs.get("attention")
        expect.true(
            (attention is None) == (mechanism == "none"),
            f"{model_name(mechanism, task)} {'has no' if attention is None else 'has an'}"
            " attention: is build_attention right?",
        )
        model = RecurrentModel(None if attention is None else asking(attention), HIDDEN_SIZE)
    mine = {
        name: tensor
        for name, tensor in state.items()
        if not name.startswith("attention.") and ".attention." not in name
    }
    try:
        model.load_state_dict(mine)
    except RuntimeError:
        raise Mistake(
            f"The weights of {model_name(mechanism, task)} are not those of the model that the"
            " training builds."
        ) from None
    return model.eval()


def asking(attention: Any) -> Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]:
    """The student's attention, as a function of this side."""

    def ask(query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        context, attention_weights = expect.returns(
            attention(query, key, value), "context", "attention_weights"
        )
        expect.tensor(
            context,
            (query.shape[0], query.shape[1], value.shape[2]),
            name="the context of a trained model",
        )
        return context.float(), attention_weights

    return ask


@torch.no_grad()
def answers(model: nn.Module, batch: SequenceBatch) -> Tensor:
    """(B, T) the rebuilt model's answers."""
    return model(batch.source_ids, batch.cue_ids)[0].argmax(dim=-1)


def accuracy(answers: Tensor, batch: SequenceBatch) -> float:
    """The share of single answers that are right."""
    return float((answers == batch.target_ids).double().mean())


def predicted(student: Any, mechanism: str, task: str, batch: SequenceBatch) -> Tensor:
    """(B, T) what the student's `predict` answers."""
    given = student.predict(mechanism, task, batch.source_ids, batch.cue_ids)
    n, T = batch.target_ids.shape
    expect.never(
        isinstance(given, Tensor) and T != N_SYMBOLS and tuple(given.shape) == (n, N_SYMBOLS),
        expect.Diagnosis(
            "argmax_over_time",
            "predict takes the argmax over the T answers, not over the symbols: of the"
            f" logits (B, T, {N_SYMBOLS}) the last dimension has the symbols, dim=-1",
        ),
    )
    given = expect.tensor(given, (n, T), torch.long, "what predict returns")
    expect.true(
        bool((given >= 0).all() and (given < N_SYMBOLS).all()),
        f"predict should answer with numbers from 0 to {N_SYMBOLS - 1}.",
    )
    return given
