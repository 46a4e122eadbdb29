"""Inputs for one step of the decoder, its answer with the right shapes, and what this depends
on."""

import torch

from kireji.testing import StudentError, expect

from . import reference
from .attention_cases import shaped

VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, KEY_SIZE, PAD = 13, 5, 6, 8, 0
LENGTHS = torch.tensor([4, 7, 2])
B, T_SRC = 3, 7
FELT = 1e-6  # a change larger than rounding
TINY = 1e-9  # a gradient that is no more than this is none


def make(student):
    decoder = student.make(
        "AttentionDecoder", VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, KEY_SIZE, PAD
    )
    decoder.eval()
    return decoder


def draw(rng):
    """input_ids (B,), hidden (B, hidden_size), encoder_outputs (B, T_src, key_size), mask (B,
    T_src)."""
    return (
        torch.randint(1, VOCAB_SIZE, (B,), generator=rng),
        torch.randn(B, HIDDEN_SIZE, generator=rng).tanh(),
        torch.randn(B, T_SRC, KEY_SIZE, generator=rng),
        reference.padding_mask(LENGTHS, T_SRC),
    )


def checked(result, B=B, T_src=T_SRC):
    """(logits, hidden, attention_weights), where forward returned three tensors of the right
    shapes."""
    logits, hidden, attention_weights = expect.returns(
        result, "logits", "hidden", "attention_weights"
    )
    for name, tensor, names, sizes in (
        ("logits", logits, ("B", "vocab_size"), (B, VOCAB_SIZE)),
        ("hidden", hidden, ("B", "hidden_size"), (B, HIDDEN_SIZE)),
        ("attention_weights", attention_weights, ("B", "T_src"), (B, T_src)),
    ):
        shaped(expect.tensor(tensor, name=name), name, names, sizes)
        expect.finite(tensor, name)
    for name, tensor in (("logits", logits), ("hidden", hidden)):
        expect.true(
            B == 1 or bool(tensor.ne(tensor[:1]).any()), f"{name} is the same for every sentence."
        )
    return logits, hidden, attention_weights


def differs(one, other):
    """(B,): which rows changed."""
    return (one - other).abs().flatten(1).amax(dim=1) > FELT


def felt_by(decoder, inputs, of, cotangent):
    """The names of the parameters that output number `of` changes with."""
    try:
        gradients = decoder.gradients(*inputs, of=of, wrt="parameters", cotangent=cotangent)
    except StudentError:  # an output that depends on no parameter has no gradient
        return set()
    return {
        name
        for name, gradient in gradients.items()
        if isinstance(gradient, torch.Tensor) and bool((gradient.abs() > TINY).any())
    }


def asked_once(student, inputs):
    """Mistake if the decoder asks its attention again in the same step. One that builds its
    attention otherwise is not counted."""
    counted = student.make("attention_lab.stand_ins.CountedAttention")
    try:
        with student.replaced(AdditiveAttention=counted):
            make(student)(*(tensor[:1] for tensor in inputs))
    except StudentError:
        return
    calls = counted.get("calls")
    expect.true(
        not isinstance(calls, int) or calls <= 1,
        f"The attention is asked {calls} times in one step: once, with the state that came in; the"
        " GRU and the output layer read the same context.",
    )
