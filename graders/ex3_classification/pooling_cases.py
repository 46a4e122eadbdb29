"""Inputs for AttentionPooling, and what common slips make of its answer.

All sizes differ, so that a transpose cannot pass by luck."""

import torch

from kireji.testing import diagnoses, expect

from . import reference

B, T, HIDDEN_SIZE, ATTENTION_SIZE = 3, 5, 4, 6
SHAPES = {
    "W.weight": (ATTENTION_SIZE, HIDDEN_SIZE),
    "W.bias": (ATTENTION_SIZE,),
    "v.weight": (1, ATTENTION_SIZE),
}


def draw(rng, masked=True):
    """outputs (B, T, hidden_size), and a mask (B, T) with two to four real tokens in any place."""
    outputs = torch.randn(B, T, HIDDEN_SIZE, generator=rng)
    real = torch.rand(B, T, generator=rng).argsort(dim=-1) < torch.randint(
        2, T, (B, 1), generator=rng
    )
    return outputs, real if masked else torch.ones(B, T, dtype=torch.bool)


def loaded(student, rng, scale=2.0):
    """The student's pooling with parameters drawn here, and those parameters."""
    weights = {name: torch.randn(shape, generator=rng) for name, shape in SHAPES.items()}
    weights["v.weight"] = scale * weights["v.weight"]
    pooling = student.make("AttentionPooling", HIDDEN_SIZE, ATTENTION_SIZE)
    pooling.load(weights)
    return pooling, weights


def answer(result, B=B, T=T):
    """(pooled, attention_weights) in the right shapes."""
    pooled, attention_weights = expect.returns(result, "pooled", "attention_weights")
    expect.axes(attention_weights, ("B", "T"), (B, T), "attention_weights")
    expect.axes(pooled, ("B", "hidden_size"), (B, HIDDEN_SIZE), "pooled")
    return pooled, attention_weights


def mistakes(outputs, mask, weights):
    """What common slips make of attention_weights (B, T) and of pooled (B, hidden_size)."""
    right = reference.scores(outputs, weights)
    W, b, v = (weights[name].double() for name in SHAPES)
    projected = outputs.double() @ W.T + b  # (B, T, A)
    other = {
        "the tanh is missing": projected @ v[0],
        "tanh is taken of the score, not of W h + b": (projected @ v[0]).tanh(),
        "relu is used instead of tanh": projected.relu() @ v[0],
        "sigmoid is used instead of tanh": projected.sigmoid() @ v[0],
        "v is not used: the scores are the plain sum over attention_size": projected.tanh().sum(
            dim=-1
        ),
        "the bias of W is not used": (outputs.double() @ W.T).tanh() @ v[0],
    }
    other |= diagnoses.scaling_mistakes(right, ATTENTION_SIZE, scaled=False)
    common = diagnoses.attention_mistakes(
        right.unsqueeze(1),
        mask.unsqueeze(1),
        outputs.double(),
        {what: scores.unsqueeze(1) for what, scores in other.items()},
    )
    of_weights = {
        what: wrong.squeeze(1) for what, wrong in common.weights.items() if "queries" not in what
    }
    of_weights |= {
        (
            "the softmax runs over an axis of length 1, so every weight is 1: it belongs over the "
            "tokens"
        ): (mask.double()),
        "masked scores are set to 0 before the softmax: exp(0) is 1, not 0": (
            torch.softmax(right * mask, dim=-1) * mask
        ),
        "all real tokens get the same weight: the scores do not reach the softmax": (
            mask.double() / mask.sum(dim=-1, keepdim=True).clamp_min(1)
        ),
    }
    of_pooled = {
        what: reference.mix(wrong, outputs)
        for what, wrong in of_weights.items()
        if wrong.isfinite().all()
    }
    good = reference.shares(right, mask)
    real = mask.unsqueeze(-1)
    of_pooled |= {
        "pooled is the plain mean over all positions, padding included": outputs.double().mean(
            dim=1
        ),
        "pooled is divided by the number of tokens: the weights already sum to 1": reference.mix(
            good, outputs
        )
        / T,
        "pooled is the plain sum of the outputs": outputs.double().sum(dim=1),
        "pooled is the largest output of each feature (max pooling)": outputs.double()
        .masked_fill(~real, -1e30)
        .amax(dim=1),
        "pooled is the last output": outputs[:, -1].double(),
    }
    return of_weights, of_pooled
