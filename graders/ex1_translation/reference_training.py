"""The training stand-in of `attention_lab.stand_ins` (BagEncoder, BagDecoder), worked out word by word outside the sandbox."""

import torch
from torch import Tensor

from . import reference

Parameters = dict[str, Tensor]


def logits(parameters: Parameters, source_ids: Tensor, target_ids: Tensor, scale: float,
           teacher_forcing: bool = True) -> Tensor:
    """source_ids (B, T_src), target_ids (B, T_tgt) -> logits (B, T_tgt - 1, vocab_size).

    Without teacher forcing the decoder reads its own likeliest word instead of the target's."""
    hidden = parameters["encoder.embedding.weight"][source_ids[:, 0]]                # (B, hidden_size)
    word, steps = target_ids[:, 0], []
    for t in range(target_ids.shape[1] - 1):
        word = target_ids[:, t] if teacher_forcing or t == 0 else word
        hidden = torch.tanh(hidden + parameters["decoder.embedding.weight"][word])
        said = hidden @ parameters["decoder.output.weight"].T + parameters["decoder.output.bias"]
        steps.append(scale * said)
        word = said.argmax(dim=-1)
    return torch.stack(steps, dim=1)


def loss(parameters: Parameters, source_ids: Tensor, target_ids: Tensor, pad_id: int, scale: float) -> float:
    """The teacher-forced loss: mean over real tokens of the targets, bos left out."""
    parameters = {name: tensor.double() for name, tensor in parameters.items()}
    return float(reference.sequence_loss(logits(parameters, source_ids, target_ids, scale), target_ids[:, 1:], pad_id))


def gradients(parameters: Parameters, source_ids: Tensor, target_ids: Tensor, pad_id: int, scale: float) -> Parameters:
    """{name: gradient of the teacher-forced loss}."""
    leaves = {name: tensor.double().requires_grad_() for name, tensor in parameters.items()}
    value = reference.sequence_loss(logits(leaves, source_ids, target_ids, scale), target_ids[:, 1:], pad_id)
    return dict(zip(leaves, torch.autograd.grad(value, list(leaves.values()))))


def flat(parameters: Parameters) -> Tensor:
    """All numbers of {name: tensor} in one row, in the order of the names."""
    return torch.cat([parameters[name].detach().double().flatten() for name in sorted(parameters)])
