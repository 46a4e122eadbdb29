"""What MultiHeadAttention is asked: torch's nn.MultiheadAttention with the same parameters is the
oracle."""

import math
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from kireji.testing import expect
from kireji.testing.counter_examples import chosen, numbers, smallest
from kireji.testing.expect import Diagnosis
from kireji.testing.isolation import stands_in

from . import reference

B, T_Q, D_MODEL = 2, 4, 8
NAMES = ("W_q", "W_k", "W_v", "W_o")
MIXED = Diagnosis(
    "heads_mix_positions",
    "the head split mixes positions and heads: view(B, T, H, d_k) first, then transpose(1, 2)",
)


@dataclass
class HeadQuestion:
    """Inputs, torch's module as the oracle, and the student's to ask."""

    module: nn.MultiheadAttention
    attention: Any
    query: Tensor
    key: Tensor
    value: Tensor

    @property
    def n_heads(self) -> int:
        return self.module.num_heads

    def ask(self, mask: Tensor | None = None, rows: slice = slice(None)) -> tuple[Tensor, Tensor]:
        inputs = [tensor[rows] for tensor in (self.query, self.key, self.value)]
        result = self.attention(*inputs) if mask is None else self.attention(*inputs, mask)
        context, attention_weights = expect.returns(result, "context", "attention_weights")
        n, T_k = inputs[0].shape[0], self.key.shape[1]
        expect.true(
            (
                tuple(attention_weights.shape) != (n, T_Q, T_k)
                if isinstance(attention_weights, Tensor)
                else True
            ),
            "attention_weights should have an axis for the heads, (B, H, T_q, T_k): they are not"
            " averaged over heads.",
        )
        return (
            expect.axes(context, ("B", "T_q", "d_model"), (n, T_Q, D_MODEL), "context"),
            expect.axes(
                attention_weights,
                ("B", "H", "T_q", "T_k"),
                (n, self.n_heads, T_Q, T_k),
                "attention_weights",
            ),
        )

    def right(self) -> tuple[Tensor, Tensor]:
        """The context (B, T_q, d_model) and the weights (B, H, T_q, T_k), without a mask."""
        if not stands_in("scaled_dot_product_attention"):
            return reference.call_multi_head(self.module, self.query, self.key, self.value)
        weights = torch.stack(
            [reference.shares(head_scores, None) for head_scores in self.scores().unbind(1)], dim=1
        )
        return self.context(weights), weights

    def context(self, weights: Tensor) -> Tensor:
        """The context (B, T_q, d_model) that weights (B, H, T_q, T_k) lead to."""
        return self.join(weights @ self.split(self.projected("v")))

    def projected(self, which: str, x: Tensor | None = None) -> Tensor:
        """(B, T, d_model): the input `which` of "q", "k", "v" (or x) through that projection."""
        place = "qkv".index(which)
        W, b = (
            part.detach().chunk(3)[place]
            for part in (self.module.in_proj_weight, self.module.in_proj_bias)
        )
        return ((self.query, self.key, self.value)[place] if x is None else x).double() @ W.T + b

    def split(self, x: Tensor) -> Tensor:
        """(B, T, d_model) -> (B, H, T, d_k): head h gets the h-th block of features."""
        return torch.stack(x.chunk(self.n_heads, dim=-1), dim=1)

    def scores(self) -> Tensor:
        """(B, H, T_q, T_k), not scaled."""
        return torch.einsum(
            "bhqd,bhkd->bhqk", self.split(self.projected("q")), self.split(self.projected("k"))
        )

    def join(self, heads: Tensor) -> Tensor:
        """(B, H, T_q, d_k) -> (B, T_q, d_model), through W_o."""
        return self.out(torch.cat(heads.unbind(1), dim=-1))

    def out(self, joined: Tensor) -> Tensor:
        return joined @ self.module.out_proj.weight.detach().T + self.module.out_proj.bias.detach()

    def weight_mistakes(self) -> dict[str, Tensor]:
        """{what the student did: the heads' weights it gives}"""
        scores, d_k, H = self.scores(), D_MODEL // self.n_heads, self.n_heads
        q, k = self.projected("q"), self.projected("k")

        def mixed(x: Tensor) -> Tensor:  # a view that cuts positions and features together
            return x.reshape(B, H, -1, d_k)

        def strided(x: Tensor) -> Tensor:  # features dealt out to the heads in turn
            return x.unflatten(-1, (d_k, H)).permute(0, 3, 1, 2)

        root = math.sqrt(d_k)
        wrong = {
            MIXED: mixed(q) @ mixed(k).mT / root,
            Diagnosis(
                "heads_strided",
                "head h takes every H-th feature, where it should take a block of d_k features next"
                " to each other",
            ): strided(q) @ strided(k).mT / root,
            Diagnosis("not_scaled", "the scores are not divided by sqrt(d_k)"): scores,
            Diagnosis(
                "scaled_by_d_model",
                "the scores are divided by sqrt(d_model): each head has d_k = d_model / n_heads"
                " features",
            ): scores / math.sqrt(D_MODEL),
            Diagnosis(
                "scaled_by_n_heads", "the scores are divided by sqrt(n_heads) instead of sqrt(d_k)"
            ): scores / math.sqrt(H),
            Diagnosis("scaled_by_d_k", "the scores are divided by d_k instead of sqrt(d_k)"): (
                scores / d_k
            ),
            Diagnosis(
                "shared_projection", "the queries' projection serves for the keys as well"
            ): self.split(q) @ self.split(self.projected("q", self.key)).mT / root,
            Diagnosis(
                "shared_key_projection", "the keys' projection serves for the queries as well"
            ): self.split(self.projected("k", self.query)) @ self.split(k).mT / root,
            Diagnosis("projections_exchanged", "W_q and W_k are exchanged"): (
                self.split(self.projected("k", self.query))
                @ self.split(self.projected("q", self.key)).mT
                / root
            ),
            Diagnosis("heads_reversed", "the heads are in the reverse order"): (
                (scores / root).flip(1)
            ),
            Diagnosis("heads_alike", "every head gets the first head's scores"): (
                (scores / root)[:, :1].expand_as(scores)
            ),
        }
        known = {mistake: torch.softmax(scores, dim=-1) for mistake, scores in wrong.items()}
        known[
            Diagnosis(
                "softmax_over_queries", "the softmax runs over the queries, not over the keys"
            )
        ] = torch.softmax(scores / root, dim=-2)
        known[
            Diagnosis("softmax_over_heads", "the softmax runs over the heads, not over the keys")
        ] = torch.softmax(scores / root, dim=1)
        right = torch.softmax(scores / root, dim=-1)
        return {m: w for m, w in known.items() if not expect.agree(w, right)}

    def context_mistakes(self, weights: Tensor) -> dict[str, Tensor]:
        """{what the student did: the context it gives with these weights (B, H, T_q, T_k)}"""
        H, v, bias = self.n_heads, self.projected("v"), self.module.out_proj.bias.detach()
        heads = weights @ self.split(v)  # (B, H, T_q, d_k)
        cut = weights @ v.reshape(B, H, -1, D_MODEL // H)
        known = {
            MIXED: self.out(cut.transpose(1, 2).flatten(2)),
            MIXED.and_also(", and the same on the way back"): self.out(
                cut.reshape(B, T_Q, D_MODEL)
            ),
            Diagnosis(
                "heads_strided",
                "head h takes every H-th feature, where it should take a block of d_k features next"
                " to each other",
            ): self.join(weights @ v.unflatten(-1, (-1, H)).permute(0, 3, 1, 2)),
            Diagnosis(
                "heads_joined_without_transpose",
                "the heads are joined without going back first: transpose(1, 2), then flatten",
            ): self.out(heads.reshape(B, T_Q, D_MODEL)),
            Diagnosis("W_o_not_used", "W_o is not used"): torch.cat(heads.unbind(1), dim=-1),
            Diagnosis("W_o_without_bias", "the bias of W_o is left out"): self.join(heads) - bias,
            Diagnosis("W_o_twice", "W_o is applied twice"): self.out(self.join(heads)),
            Diagnosis("values_not_projected", "the values are not projected: W_v is not used"): (
                self.join(weights @ self.split(self.value.double()))
            ),
            Diagnosis("keys_mixed", "the keys are mixed instead of the values"): self.join(
                weights @ self.split(self.projected("k"))
            ),
            Diagnosis("value_projection_of_key", "the values' projection gets the key"): self.join(
                weights @ self.split(self.projected("v", self.key))
            ),
            Diagnosis("heads_reversed", "the heads are joined in the reverse order"): (
                self.join(heads.flip(1))
            ),
            Diagnosis(
                "heads_interleaved", "the heads' features are interleaved when they are joined"
            ): self.out(heads.permute(0, 2, 3, 1).flatten(2)),
            Diagnosis(
                "heads_share_weights",
                "every head mixes its values by the mean of the heads' weights",
            ): self.join(weights.mean(dim=1, keepdim=True).expand_as(weights) @ self.split(v)),
            Diagnosis("heads_added", "the heads are averaged, not joined side by side"): self.out(
                heads.mean(dim=1).repeat(1, 1, H)
            ),
        }
        right = self.context(weights)
        return {m: c for m, c in known.items() if not expect.agree(c, right)}


def question(student: Any, rng: Generator, n_heads: int, T_k: int = 5) -> HeadQuestion:
    """Inputs and parameters drawn here, and the student's module with these parameters."""
    module = reference.multi_head(D_MODEL, n_heads, rng)
    attention = student.make("MultiHeadAttention", D_MODEL, n_heads)
    found = attention.parameters()
    without_missing_biases(module, found)
    attention.load(state_for(found, module))
    attention.eval()
    query, key, value = (torch.randn(B, T, D_MODEL, generator=rng) for T in (T_Q, T_k, T_k))
    return HeadQuestion(module, attention, query, key, value)


def state_for(found: dict[str, Tensor], module: nn.MultiheadAttention) -> dict[str, Tensor]:
    """The module's parameters under the student's names: W_q, W_k, W_v, W_o, or torch's own where
    they wrap torch's module."""
    state = {name: tensor.detach().float() for name, tensor in module.state_dict().items()}
    for prefix in {
        name.removesuffix("in_proj_weight") for name in found if name.endswith("in_proj_weight")
    }:
        return {prefix + name: tensor for name, tensor in state.items()}
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    needed = {f"{name}.weight": (D_MODEL, D_MODEL) for name in NAMES}
    biases = {f"{name}.bias": (D_MODEL,) for name in NAMES if f"{name}.bias" in found}
    expect.true(
        shapes == needed | biases,
        f"MultiHeadAttention({D_MODEL}, {module.num_heads}) should have the parameters W_q, W_k,"
        f" W_v and W_o, nn.Linear({D_MODEL}, {D_MODEL}) with bias; found {shapes or 'none'}.",
        "parameters_differ",
    )
    weights = (*state["in_proj_weight"].chunk(3), state["out_proj.weight"])
    all_biases = (*state["in_proj_bias"].chunk(3), state["out_proj.bias"])
    parts = {f"{name}.weight": W for name, W in zip(NAMES, weights, strict=True)}
    parts |= {f"{name}.bias": b for name, b in zip(NAMES, all_biases, strict=True)}
    return {name: parts[name].contiguous() for name in found}


def without_missing_biases(module: nn.MultiheadAttention, found: dict[str, Tensor]) -> None:
    """Have the oracle do without the biases that the student's module does not have: only the test
    that looks for them takes points."""
    if any(name.endswith("in_proj_weight") for name in found):
        return
    parts = (*module.in_proj_bias.data.chunk(3), module.out_proj.bias.data)
    for name, bias in zip(NAMES, parts, strict=True):
        if f"{name}.bias" not in found:
            bias.zero_()


def with_biases(student: Any) -> None:
    """Mistake if one of the four projections has no bias."""
    found = student.make("MultiHeadAttention", D_MODEL, 2).parameters()
    missing = [name for name in NAMES if f"{name}.weight" in found and f"{name}.bias" not in found]
    expect.true(
        not missing,
        f"{', '.join(missing)} should have a bias, as in nn.MultiheadAttention: nn.Linear(d_model,"
        " d_model).",
        "bias_left_out",
    )


def smallest_of(student: Any, output: int) -> AbstractContextManager:
    """Adds the smallest input on which an output (0 context, 1 weights) of two heads is wrong to a
    Mistake in the block."""
    oracle = nn.MultiheadAttention(4, 2, batch_first=True, dtype=torch.float64)
    with torch.no_grad():
        oracle.in_proj_weight.copy_(torch.eye(4).repeat(3, 1))
        oracle.out_proj.weight.copy_(torch.eye(4))

    def call(query: Tensor, key: Tensor, value: Tensor, note: str) -> Tensor:
        attention = student.make("MultiHeadAttention", 4, 2)
        found = attention.parameters()
        attention.load(
            {name: torch.eye(4) if p.dim() > 1 else torch.zeros(4) for name, p in found.items()}
        )
        return expect.returns(attention(query, key, value), "context", "weights")[output]

    def right(query: Tensor, key: Tensor, value: Tensor, note: str) -> Tensor:
        return reference.call_multi_head(oracle, query, key, value)[output]

    return smallest(
        call,
        right,
        query=numbers("B T_q 4"),
        key=numbers("B T_k 4"),
        value=numbers("B T_k 4"),
        module=chosen("MultiHeadAttention(4, 2); each W is the identity, each bias 0"),
    )
