"""Known wrong answers, worked out on the same inputs as the right one, so that a message can name
the mistake made.

Each function returns {Diagnosis: what that mistake gives}, ready for `expect.close(...,
diagnoses=...)`. They run in the trusted process, on what the test knows; nothing of the student's
is executed here.
"""

import itertools
import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import torch
from torch import Tensor

from kireji.testing.mistakes import Diagnosis

PLAIN_MEAN = Diagnosis(
    "context_plain_mean", "the context is the plain mean of the values, not the weighted one"
)

MASK_INVERTED_ONCE = Diagnosis(
    "mask_inverted_once",
    "the mask is inverted in one of the places that use it, so that no key gets any weight",
)


class AttentionMistakes(NamedTuple):
    """The same mistakes seen from both outputs: {what the student did: tensor}."""

    weights: dict[str, Tensor]
    context: dict[str, Tensor]


def attention_mistakes(
    scores: Tensor,
    mask: Tensor | None,
    value: Tensor,
    other_scores: Mapping[str, Tensor] | None = None,
    other_values: Mapping[str, Tensor] | None = None,
) -> AttentionMistakes:
    """What common slips after the scores, and wrong scores themselves, make of `attention_weights`
    and `context`.

    scores (B, T_q, T_k)   mask broadcasts to it, True = may attend   value (B, T_k, d_v)
    other_scores {mistake: (B, T_q, T_k)}   other_values {mistake: (B, T_k, d_v)}
    A variant that is no different from the right answer on these inputs is left out."""
    allowed = (
        torch.ones_like(scores, dtype=torch.bool) if mask is None else mask.expand(scores.shape)
    )
    right = masked_softmax(scores, allowed)
    weights: dict[str, Tensor] = {
        Diagnosis(
            "softmax_over_queries",
            "the softmax runs over the queries (dim=1), not over the keys (dim=-1)",
        ): masked_softmax(scores, allowed, dim=1),
        Diagnosis(
            "softmax_over_batch",
            "the softmax runs over the batch (dim=0), not over the keys (dim=-1)",
        ): masked_softmax(scores, allowed, dim=0),
        Diagnosis(
            "no_softmax", "the scores are returned as weights, without a softmax"
        ): scores.masked_fill(~allowed, -math.inf),
        Diagnosis(
            "log_softmax", "the weights are log-probabilities (log_softmax instead of softmax)"
        ): right.log(),
        Diagnosis("sigmoid_for_softmax", "sigmoid is used instead of softmax"): torch.sigmoid(
            scores
        )
        * allowed,
        Diagnosis("scores_negated", "the scores are negated before the softmax"): masked_softmax(
            -scores, allowed
        ),
    }
    if mask is not None:
        plain = torch.softmax(scores, dim=-1)
        weights |= {
            Diagnosis("mask_ignored", "the mask is ignored"): plain,
            Diagnosis("mask_inverted", "the mask is inverted: True means may attend"): (
                masked_softmax(scores, ~allowed)
            ),
            Diagnosis(
                "mask_after_softmax",
                "the mask is applied after the softmax, so the rows no longer sum to 1",
            ): (plain * allowed),
            Diagnosis(
                "masked_scores_zero",
                "masked scores are set to 0 before the softmax: exp(0) is 1, not 0",
            ): torch.softmax(scores * allowed, dim=-1),
            Diagnosis(
                "masked_scores_tiny",
                "masked scores are set to 1e-9 or so before the softmax, where a large negative"
                " number was meant",
            ): torch.softmax(scores.masked_fill(~allowed, 1e-9), dim=-1),
            Diagnosis(
                "masked_scores_finite",
                "masked scores are a large negative number such as -1e9, so a row without any"
                " allowed key attends to everything",
            ): torch.softmax(scores.masked_fill(~allowed, -1e9), dim=-1),
        }
        weights[MASK_INVERTED_ONCE] = torch.zeros_like(right)
    for mistake, wrong in (other_scores or {}).items():
        weights[mistake] = masked_softmax(wrong, allowed)
    weights = {mistake: wrong for mistake, wrong in weights.items() if not _same(wrong, right)}
    context = {
        mistake: wrong @ value.to(wrong.dtype)
        for mistake, wrong in weights.items()
        if wrong.isfinite().all()
    }
    if scores.shape[1] == scores.shape[2]:
        weights[
            Diagnosis(
                "weights_transposed",
                "the weights are transposed: rows are queries, columns are keys",
            )
        ] = right.transpose(1, 2)
    for mistake, wrong in (other_values or {}).items():
        if not _same(wrong, value):
            context[mistake] = right @ wrong.to(right.dtype)
    mixed = right @ value.to(right.dtype)
    context[PLAIN_MEAN] = value.to(right.dtype).mean(dim=1, keepdim=True).expand_as(mixed)
    return AttentionMistakes(weights, _different(mixed, context))


def masked_softmax(scores: Tensor, allowed: Tensor, dim: int = -1) -> Tensor:
    """Weights over the allowed places along `dim`; where there is none, zero."""
    return torch.softmax(scores.masked_fill(~allowed, -math.inf), dim=dim).nan_to_num(0.0)


def scaling_mistakes(scores: Tensor, d_k: int, scaled: bool) -> dict[str, Tensor]:
    """Wrong scores of a kind of attention that divides by sqrt(d_k) (`scaled`), or that does not.

    scores (B, T_q, T_k) are the right ones."""
    root = math.sqrt(d_k)
    if scaled:
        return {
            Diagnosis("not_scaled", "the scores are not divided by sqrt(d_k)"): scores * root,
            Diagnosis("scaled_by_d_k", "the scores are divided by d_k instead of sqrt(d_k)"): scores
            / root,
            Diagnosis(
                "scaled_the_wrong_way", "the scores are multiplied by sqrt(d_k) instead of divided"
            ): scores * d_k,
        }
    return {
        Diagnosis(
            "scaled_needlessly",
            "the scores are divided by sqrt of their size: this attention does not scale",
        ): scores / root,
        Diagnosis(
            "scaled_needlessly_by_size",
            "the scores are divided by their size: this attention does not scale",
        ): scores / d_k,
    }


def mask_mistakes(right: Tensor) -> dict[str, Tensor]:
    """Wrong masks near the right one (B, T), True = a real token."""
    shifted_out = torch.cat([right[:, 1:], torch.zeros_like(right[:, :1])], dim=1)
    shifted_in = torch.cat([torch.ones_like(right[:, :1]), right[:, :-1]], dim=1)
    return _different(
        right,
        {
            Diagnosis(
                "mask_inverted", "the mask is inverted: True must mark the real tokens"
            ): ~right,
            Diagnosis(
                "mask_too_short", "the mask is one position too short, as with < length - 1"
            ): shifted_out,
            Diagnosis(
                "mask_too_long", "the mask is one position too long, as with <= length"
            ): shifted_in,
            Diagnosis(
                "mask_reversed", "the rows run the wrong way round: padding is at the end"
            ): right.flip(1),
            Diagnosis(
                "mask_all_true", "everything is True, as if there were no padding"
            ): torch.ones_like(right),
            Diagnosis("mask_all_false", "everything is False"): torch.zeros_like(right),
        },
    )


def causal_mask_mistakes(right: Tensor) -> dict[str, Tensor]:
    """Wrong causal masks near the right one (T, T), True = may attend."""
    T = right.shape[0]
    everything = torch.ones_like(right)
    return _different(
        right,
        {
            Diagnosis(
                "causal_mask_future", "the mask lets a position see the future, not the past"
            ): right.transpose(0, 1),
            Diagnosis(
                "causal_mask_without_itself",
                "the mask is off by one: a position must also see itself",
            ): torch.tril(everything, diagonal=-1),
            Diagnosis(
                "causal_mask_sees_next", "the mask is off by one: a position sees the next one too"
            ): torch.tril(everything, diagonal=1),
            Diagnosis("mask_inverted", "the mask is inverted: True means may attend"): ~right,
            Diagnosis("causal_mask_everything", "every position sees every other one"): everything,
            Diagnosis("causal_mask_only_itself", "a position sees only itself"): torch.eye(
                T, dtype=torch.bool
            ),
        },
    )


def loss_mistakes(token_losses: Tensor, real: Tensor) -> dict[str, Tensor]:
    """Wrong averages of the losses of single tokens.

    token_losses (B, T), also at padding   real (B, T), True = a real token"""
    kept = token_losses * real
    counts = real.sum(dim=1)
    right = kept.sum() / real.sum()
    sentences = (kept.sum(dim=1) / counts.clamp_min(1))[counts > 0]
    return _different(
        right,
        {
            Diagnosis(
                "loss_counts_padding",
                "padding is counted: its loss is added and it is in the denominator",
            ): (token_losses.mean()),
            Diagnosis(
                "loss_denominator_counts_padding",
                "the denominator counts padding too: divide by the number of real tokens",
            ): (kept.sum() / real.numel()),
            Diagnosis(
                "loss_divided_by_sentences",
                "the denominator is the number of sentences, not of real tokens",
            ): (kept.sum() / len(real)),
            Diagnosis(
                "loss_divided_by_steps",
                "the denominator is the number of time steps, not of real tokens",
            ): (kept.sum() / real.shape[1]),
            Diagnosis("loss_summed", "the result is the sum over tokens, not the mean"): kept.sum(),
            Diagnosis(
                "loss_adds_padding", "padding's loss is added, though the denominator is right"
            ): (token_losses.sum() / real.sum()),
            Diagnosis(
                "loss_mean_of_means",
                "the result is the mean over sentences of each sentence's mean: long sentences"
                " count too little",
            ): sentences.mean(),
            Diagnosis(
                "loss_sign", "the sign is turned round: the loss is minus the log-probability"
            ): -right,
            Diagnosis("loss_of_padding_only", "only padding is counted: the mask is inverted"): (
                (token_losses * ~real).sum() / (~real).sum().clamp_min(1)
            ),
        },
    )


def swapped_axes(shape: Sequence[int], names: Sequence[str], sizes: Sequence[int]) -> str | None:
    """A sentence saying which axes stand in the wrong order, where `shape` is `sizes` in another
    order, or None.

    names ("B", "T_q", "T_k") and sizes (2, 3, 4) say what was expected; sizes must all differ to
    say anything."""
    if len(shape) != len(sizes) or tuple(shape) == tuple(sizes) or len(set(sizes)) < len(sizes):
        return None
    for order in itertools.permutations(range(len(sizes))):
        if tuple(sizes[i] for i in order) == tuple(shape):
            came = ", ".join(names[i] for i in order)
            what = (
                "batch and time are swapped"
                if order[:2] == (1, 0)
                else "the axes are in another order"
            )
            return f"{what}: expected ({', '.join(names)}) and got ({came})"
    return None


def _different(right: Tensor, variants: Mapping[str, Tensor]) -> dict[str, Tensor]:
    return {mistake: wrong for mistake, wrong in variants.items() if not _same(wrong, right)}


def _same(one: Tensor, other: Tensor) -> bool:
    return one.shape == other.shape and torch.allclose(
        one.double(), other.double(), atol=1e-6, equal_nan=True
    )
