"""Lesson 7. What attention costs, and three ways to pay less: a cache, a window, a kernel.

Nothing is trained. Multiplications are counted, and each saving is compared with the attention of
lesson 1 number by number: the cache changes nothing, the window forgets what is far away, the
kernel replaces the softmax and is another function.

    python code/cost.py --out pictures
"""

from collections.abc import Callable, Sequence

import torch
from basic_attention import (
    BLUE,
    INK,
    QUIET,
    RED,
    arguments,
    attention,
    causal_mask,
    publish,
    scaled_dot_product,
)
from matplotlib.figure import Figure
from torch import Tensor, nn

# ---- multiplications of one layer of width d for a sequence of T positions

D_MODEL, WINDOW = 512, 128


def recurrent(T: int, d: int = D_MODEL) -> int:
    """An LSTM: at each step four gates, each from the input and from the state."""
    return 8 * T * d * d


def projections(T: int, d: int = D_MODEL) -> int:
    """W_q, W_k, W_v and W_o, whatever the attention between them is."""
    return 4 * T * d * d


def full(T: int, d: int = D_MODEL) -> int:
    """Every query meets every key, and every weight its value; all heads together have width d."""
    return projections(T, d) + 2 * T * T * d


def local(T: int, d: int = D_MODEL) -> int:
    """A query meets the WINDOW keys up to its own place."""
    return projections(T, d) + 2 * T * min(WINDOW, T) * d


def linear(T: int, d: int = D_MODEL, d_head: int = 64) -> int:
    """Each key meets its value once, and each query their sum: d_head^2 per head."""
    return projections(T, d) + 2 * T * d_head * d


LAYERS: dict[str, tuple[Callable[[int], int], str, str]] = {
    "recurrent (LSTM)": (recurrent, RED, "--"),
    "self-attention": (full, BLUE, "-"),
    "local attention, 128 keys": (local, INK, ":"),
    "linear attention": (linear, QUIET, "-."),
}


def crossing(d: int = D_MODEL) -> int:
    """The first length at which the weights cost more than the four projections."""
    return next(T for T in range(1, 10**6) if full(T, d) > 2 * projections(T, d))


# ---- a cache: keys and values of the past are kept, since under a causal mask they never change


class Step(nn.Module):
    """One head of causal self-attention, for a whole sequence or one position at a time."""

    def __init__(self, d_model: int, d_k: int):
        super().__init__()
        maps = [nn.Linear(d_model, d_k, bias=False) for _ in range(3)]
        self.W_q, self.W_k, self.W_v = maps
        self.projected = 0  # positions for which a key and a value were computed

    def forward(self, x: Tensor) -> Tensor:
        """x (B, T, d_model): all positions at once. Returns (B, T, d_k)."""
        self.projected += x.shape[1]
        mask = causal_mask(x.shape[1])
        return attention(self.W_q(x), self.W_k(x), self.W_v(x), scaled_dot_product, mask)[0]

    def step(self, newest: Tensor, cache: list[Tensor]) -> Tensor:
        """newest (B, 1, d_model): only the last position; `cache` holds key and value of those
        before it, each (B, t, d_k), and is updated. Returns (B, 1, d_k)."""
        self.projected += 1
        for i, W in enumerate((self.W_k, self.W_v)):
            cache[i] = torch.cat([cache[i], W(newest)], dim=1)  # (B, t + 1, d_k)
        # No mask: the cache holds nothing that lies in the future.
        return attention(self.W_q(newest), *cache, scaled_dot_product)[0]


@torch.no_grad()
def with_and_without_cache(T: int) -> tuple[float, int, int]:
    """Write T positions one after the other, both ways: the greatest difference, and for how many
    positions keys and values were computed without a cache and with one."""
    torch.manual_seed(0)
    head, x = Step(32, 16), torch.randn(2, T, 32)
    slow = torch.cat([head(x[:, : t + 1])[:, -1:] for t in range(T)], dim=1)
    without, head.projected = head.projected, 0
    cache = [torch.zeros(2, 0, 16), torch.zeros(2, 0, 16)]
    fast = torch.cat([head.step(x[:, t : t + 1], cache) for t in range(T)], dim=1)
    return (fast - slow).abs().max().item(), without, head.projected


# ---- a kernel: phi(q) . phi(k) instead of exp(q . k)


def phi(x: Tensor) -> Tensor:
    """Any positive feature map will do; this is elu(x) + 1 of Katharopoulos et al. 2020."""
    return nn.functional.elu(x) + 1


def linear_attention(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """Causal linear attention as the paper writes it first: all weights, then the mixture.

    query, key (B, T, d_k)   value (B, T, d_v)   Returns (B, T, d_v)."""
    weights = torch.where(causal_mask(key.shape[1]), phi(query) @ phi(key).transpose(1, 2), 0.0)
    return weights @ value / weights.sum(dim=-1, keepdim=True)


def linear_attention_as_recurrence(query: Tensor, key: Tensor, value: Tensor) -> Tensor:
    """The same numbers with the brackets moved: a state of fixed size, one step after the other."""
    B, T, d_k = key.shape
    state, norm = value.new_zeros(B, d_k, value.shape[2]), value.new_zeros(B, d_k, 1)
    steps = []
    for t in range(T):
        k, q = phi(key[:, t, :, None]), phi(query[:, t : t + 1])  # (B, d_k, 1), (B, 1, d_k)
        state, norm = state + k @ value[:, t : t + 1], norm + k
        steps.append(q @ state / (q @ norm))  # (B, 1, d_v)
    return torch.cat(steps, dim=1)


def greatest_weight(keys: int, draws: int = 2000) -> tuple[float, float]:
    """One key equals the query, the others are random: the mean weight of that key under the
    softmax and under the kernel."""
    generator = torch.Generator().manual_seed(0)
    query = torch.randn(draws, 1, 16, generator=generator)
    others = torch.randn(draws, keys - 1, 16, generator=generator)
    key = torch.cat([query, others], dim=1)
    softmax = scaled_dot_product(query, key).softmax(dim=-1)  # (draws, 1, keys)
    kernel = phi(query) @ phi(key).transpose(1, 2)
    kernel = kernel / kernel.sum(dim=-1, keepdim=True)
    return softmax[:, 0, 0].mean().item(), kernel[:, 0, 0].mean().item()


# ---- picture


def draw_layers() -> Figure:
    lengths = [2**n for n in range(5, 15)]
    figure = Figure(figsize=(8, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for name, (count, colour, style) in LAYERS.items():
        work = [count(T) / T / 1e6 for T in lengths]
        axes.plot(lengths, work, style, color=colour, linewidth=2, label=name)
    axes.set(
        xscale="log",
        yscale="log",
        xlabel="length of the sequence",
        ylabel="million multiplications\nper position",
    )
    axes.set_xticks(lengths, lengths)
    axes.minorticks_off()
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)
    findings = [f"Million multiplications of a layer of width {D_MODEL}, by the sequence's length:"]
    findings += [
        f"  {name:26}" + "".join(f"{T:7} {count(T) / 1e6:9,.0f}" for T in (100, 1000, 10000))
        for name, (count, _, _) in LAYERS.items()
    ]
    findings += [f"The weights cost as much as the projections at T = {crossing() - 1}."]
    difference, without, cached = with_and_without_cache(20)
    findings += [
        f"Writing 20 positions: keys and values of {without} positions without a cache, of {cached}"
        f" with one; the outputs differ by {difference:.0e}."
    ]
    torch.manual_seed(0)
    query, key, value = torch.randn(3, 2, 30, 8)
    both = linear_attention(query, key, value), linear_attention_as_recurrence(query, key, value)
    findings += [
        "Linear attention as a sum over all keys and as a recurrence differ by"
        f" {(both[0] - both[1]).abs().max().item():.0e}."
    ]
    findings += ["Weight of the one key that equals the query, among random others:"]
    findings += [
        "  {:5} keys   softmax {:.2f}   kernel {:.2f}".format(keys, *greatest_weight(keys))
        for keys in (10, 100, 1000)
    ]
    publish(options.out, "cost", {"layers": draw_layers()}, findings)


if __name__ == "__main__":
    main()
