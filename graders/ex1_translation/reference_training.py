"""The training stand-in of `attention_lab.stand_ins` (BagEncoder, BagDecoder), worked out word by
word outside the sandbox."""

from collections.abc import Callable

import torch
from torch import Tensor

from . import reference
from .fakes import loss_table

Parameters = dict[str, Tensor]


def logits(
    parameters: Parameters,
    source_ids: Tensor,
    target_ids: Tensor,
    scale: float,
    teacher_forcing: bool = True,
) -> Tensor:
    """source_ids (B, T_src), target_ids (B, T_tgt) -> logits (B, T_tgt - 1, vocab_size).

    Without teacher forcing the decoder reads its own likeliest word instead of the target's."""
    hidden = parameters["encoder.embedding.weight"][source_ids[:, 0]]  # (B, hidden_size)
    word, steps = target_ids[:, 0], []
    for t in range(target_ids.shape[1] - 1):
        word = target_ids[:, t] if teacher_forcing or t == 0 else word
        hidden = torch.tanh(hidden + parameters["decoder.embedding.weight"][word])
        said = hidden @ parameters["decoder.output.weight"].T + parameters["decoder.output.bias"]
        steps.append(scale * said)
        word = said.argmax(dim=-1)
    return torch.stack(steps, dim=1)


def cross_entropy(said: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
    """The loss asked for."""
    return reference.sequence_loss(said, target_ids, pad_id)


def straight(said: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
    """`attention_lab.stand_ins.StraightLoss`, which stands in for a broken sequence_loss."""
    total = sum(
        (said[b, t].double() * loss_table()[target_ids[b, t]].double()).sum()
        for b in range(said.shape[0])
        for t in range(said.shape[1])
    )
    return total / said.numel() + pad_id


def gradients(
    parameters: Parameters,
    source_ids: Tensor,
    target_ids: Tensor,
    pad_id: int,
    scale: float,
    loss: Callable[[Tensor, Tensor, int], Tensor],
) -> Parameters:
    """{name: gradient of the teacher-forced loss}."""
    leaves = {name: tensor.double().requires_grad_() for name, tensor in parameters.items()}
    value = loss(logits(leaves, source_ids, target_ids, scale), target_ids[:, 1:], pad_id)
    return dict(zip(leaves, torch.autograd.grad(value, list(leaves.values())), strict=False))


def flat(parameters: Parameters) -> Tensor:
    """All numbers of {name: tensor} in one row, in the order of the names."""
    return torch.cat([parameters[name].detach().double().flatten() for name in sorted(parameters)])
