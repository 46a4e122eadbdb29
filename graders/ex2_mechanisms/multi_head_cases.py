"""What MultiHeadAttention is asked: torch's nn.MultiheadAttention with the same parameters is the
oracle."""

import math
from dataclasses import dataclass
from typing import Any

import torch
from torch import Generator, Tensor, nn

from kireji.testing import expect
from kireji.testing.isolation import stands_in

from . import reference

B, T_Q, D_MODEL = 2, 4, 8
NAMES = ("W_q", "W_k", "W_v", "W_o")


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

    def right(self, mask: Tensor | None = None) -> tuple[Tensor, Tensor]:
        """The context (B, T_q, d_model) and the weights (B, H, T_q, T_k). mask (B, T_q, T_k); rows
        without any key are 0."""
        if not stands_in("scaled_dot_product_attention") and (
            mask is None or bool(mask.any(dim=-1).all())
        ):
            return reference.call_multi_head(self.module, self.query, self.key, self.value, mask)
        weights = torch.stack(
            [reference.shares(head_scores, mask) for head_scores in self.scores().unbind(1)], dim=1
        )
        return self.join(weights @ self.split(self.projected("v"))), weights

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

        wrong = {
            (
                "the head split mixes positions and heads: view(B, T, H, d_k) first, then "
                "transpose(1, 2)"
            ): (mixed(q) @ mixed(k).mT / math.sqrt(d_k)),
            (
                "head h takes every H-th feature: it should take a block of d_k features next to "
                "each other"
            ): (strided(q) @ strided(k).mT / math.sqrt(d_k)),
            "the scores are not divided by sqrt(d_k)": scores,
            (
                "the scores are divided by sqrt(d_model): each head has d_k = d_model / n_heads "
                "features"
            ): (scores / math.sqrt(D_MODEL)),
            "the scores are divided by d_k instead of sqrt(d_k)": scores / d_k,
            "the queries' projection serves for the keys as well": (
                self.split(q) @ self.split(self.projected("q", self.key)).mT / math.sqrt(d_k)
            ),
            "W_q and W_k are exchanged": (
                self.split(self.projected("k", self.query))
                @ self.split(self.projected("q", self.key)).mT
                / math.sqrt(d_k)
            ),
        }
        known = {mistake: torch.softmax(scores, dim=-1) for mistake, scores in wrong.items()}
        known["the softmax runs over the queries, not over the keys"] = torch.softmax(
            scores / math.sqrt(d_k), dim=-2
        )
        known["the softmax runs over the heads, not over the keys"] = torch.softmax(
            scores / math.sqrt(d_k), dim=1
        )
        return known

    def context_mistakes(self) -> dict[str, Tensor]:
        """{what the student did: the context it gives}"""
        weights, values = self.right()[1], self.split(self.projected("v"))
        heads = weights @ values  # (B, H, T_q, d_k)
        known = {
            "the heads are joined without going back first: transpose(1, 2), then flatten": (
                self.out(heads.reshape(B, T_Q, D_MODEL))
            ),
            "W_o is not used": torch.cat(heads.unbind(1), dim=-1),
            "the bias of W_o is left out": self.join(heads) - self.module.out_proj.bias.detach(),
            "the values are not projected: W_v is not used": self.join(
                weights @ self.split(self.value.double())
            ),
            "the keys are mixed instead of the values": self.join(
                weights @ self.split(self.projected("k"))
            ),
            "the values' projection gets the key": self.join(
                weights @ self.split(self.projected("v", self.key))
            ),
            "the heads are joined in the reverse order": self.join(heads.flip(1)),
            "the heads' features are interleaved when joined": self.out(
                heads.permute(0, 2, 3, 1).flatten(2)
            ),
            "every head gets the mean of the heads' weights": self.join(
                weights.mean(dim=1, keepdim=True).expand_as(weights) @ values
            ),
        }
        for mistake, wrong in self.weight_mistakes().items():
            known[mistake] = self.join(wrong @ values)
        mixed = torch.softmax(
            self.projected("q").reshape(B, self.n_heads, T_Q, -1)
            @ self.projected("k").reshape(B, self.n_heads, self.key.shape[1], -1).mT
            / math.sqrt(D_MODEL // self.n_heads),
            dim=-1,
        )
        mixed = mixed @ self.projected("v").reshape(B, self.n_heads, self.key.shape[1], -1)
        both = (
            "the head split mixes positions and heads: view(B, T, H, d_k) first, then"
            " transpose(1, 2)"
        )
        return {
            both: self.out(mixed.transpose(1, 2).flatten(2)),
            both + ", and the same on the way back": self.out(mixed.reshape(B, T_Q, D_MODEL)),
            **known,
        }


def question(student: Any, rng: Generator, n_heads: int, T_k: int = 5) -> HeadQuestion:
    """Inputs and parameters drawn here, and the student's module with these parameters."""
    module = reference.multi_head(D_MODEL, n_heads, rng)
    attention = student.make("MultiHeadAttention", D_MODEL, n_heads)
    attention.load(state_for(attention.parameters(), module))
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
    needed = {
        f"{name}.{kind}": (D_MODEL, D_MODEL)[: 2 if kind == "weight" else 1]
        for name in NAMES
        for kind in ("weight", "bias")
    }
    shapes = {name: tuple(tensor.shape) for name, tensor in found.items()}
    expect.true(
        shapes == needed,
        f"MultiHeadAttention({D_MODEL}, {module.num_heads}) should have the parameters W_q, W_k,"
        f" W_v and W_o, nn.Linear({D_MODEL}, {D_MODEL}) with bias; found {shapes or 'none'}.",
    )
    parts = zip(
        NAMES,
        (*state["in_proj_weight"].chunk(3), state["out_proj.weight"]),
        (*state["in_proj_bias"].chunk(3), state["out_proj.bias"]),
        strict=False,
    )
    return {
        f"{name}.{kind}": tensor.contiguous()
        for name, weight, bias in parts
        for kind, tensor in (("weight", weight), ("bias", bias))
    }
