"""Checks of ex2_mechanisms: one function for each task, named like it."""

import math

import torch
from torch import Tensor, nn

from attention_lab.axes import describe_axes
from attention_lab.checks.findings import agree
from attention_lab.checks.look import Look, Student, display
from attention_lab.comparison import GRID, HIDDEN_SIZE, LENGTHS, PAIRS
from attention_lab.plots import heat_maps, weight_bars
from attention_lab.sequence_tasks import N_SYMBOLS, sequence_batch

OVER_KEYS = "is the softmax over the last dimension, the keys (dim=-1)?"


def content_scores(student: Student, look: Look) -> None:
    # Worked on paper: one query (2, 0) with d_k = 4 features in all, keys whose dot products with
    # it are 0, 2 and 4.
    query = torch.tensor([[[2.0, 0.0, 0.0, 0.0]]])
    key = torch.tensor([[[0.0, 1.0, 5.0, 0.0], [1.0, 0.0, 0.0, 3.0], [2.0, 7.0, 0.0, 0.0]]])
    value = torch.tensor([[[1.0, 0.0], [0.0, 1.0], [5.0, 5.0]]])
    for name, scores in (
        ("dot_product_attention", (0.0, 2.0, 4.0)),
        ("scaled_dot_product_attention", (0.0, 1.0, 2.0)),
    ):
        context, weights = getattr(student, name)(query, key, value)
        on_paper = torch.tensor([[scores]]).softmax(dim=-1)
        look.shape(weights, (1, 1, 3), f"{name}: attention_weights")
        if not agree(weights, on_paper):
            display(
                weight_bars(weights[0, 0].detach(), on_paper[0, 0], ["key 1", "key 2", "key 3"])
            )
        look.close(
            weights.sum(dim=-1),
            torch.ones(1, 1),
            f"{name}: the weights of a query sum to 1",
            OVER_KEYS,
        )
        look.close(
            weights,
            on_paper,
            f"{name}: the weights are those worked out on paper",
            f"the scores are {scores}: dot products, "
            f"{'divided by sqrt(4)' if scores[1] == 1 else 'not divided by anything'}.",
        )
        look.close(
            context,
            on_paper @ value,
            f"{name}: the context is the weighted sum of the values",
            "weights @ value, not key.",
        )
    general = student.GeneralAttention(2, 3)
    shapes = [tuple(parameter.shape) for parameter in general.parameters()]
    look.that(
        shapes == [(2, 3)],
        "GeneralAttention has one matrix W and no bias",
        f"for (query_size 2, key_size 3) found {shapes}: W = nn.Linear(key_size, query_size,"
        " bias=False).",
    )
    with torch.no_grad():
        next(general.parameters()).copy_(torch.tensor([[1.0, 0.0, 2.0], [0.0, 1.0, 0.0]]))
    key = torch.tensor([[[1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [0.0, 0.0, 1.0]]])
    _, weights = general(torch.tensor([[[1.0, 3.0]]]), key, key)
    look.close(
        weights,
        torch.tensor([[[1.0, 3.0, 2.0]]]).softmax(dim=-1),
        "its scores are query . W(key)",
        "the scores should be (1, 3, 2), not scaled.",
    )

    query, key, value = torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.randn(2, 5, 6)
    mask = torch.ones(2, 1, 5, dtype=torch.bool)
    mask[0, 0, 3:] = False
    mask[1] = False
    for name in ("dot_product_attention", "scaled_dot_product_attention", "GeneralAttention"):
        attention = getattr(student, name)
        _masks(
            attention(4, 4) if name == "GeneralAttention" else attention,
            name,
            query,
            key,
            value,
            mask,
            look,
        )


def _masks(
    attention, name: str, query: Tensor, key: Tensor, value: Tensor, mask: Tensor, look: Look
) -> None:
    """The first sequence may attend to three of five keys, the second to none."""
    context, weights = attention(query, key, value, mask)
    look.that(
        bool((weights[0, :, 3:] == 0).all()),
        f"{name}: masked keys get exactly 0",
        "put -inf into masked scores, before the softmax.",
    )
    look.close(
        weights[0].sum(dim=-1),
        torch.ones(3),
        f"{name}: rows still sum to 1",
        "the mask acts before the softmax; " + OVER_KEYS,
    )
    look.that(
        bool((weights[1] == 0).all() and (context[1] == 0).all()),
        f"{name}: a query that may attend to nothing gets 0",
        "softmax over a row of -inf is nan, and with -1e9 it attends to everything: set masked"
        " weights to 0 after the softmax.",
    )


def location(student: Student, look: Look) -> None:
    attention = student.LocationAttention(2, 6)
    shapes = [tuple(parameter.shape) for parameter in attention.parameters()]
    look.that(
        shapes == [(6, 2)],
        "LocationAttention has one matrix W and no bias",
        f"for (query_size 2, max_length 6) found {shapes}: W = nn.Linear(query_size, max_length,"
        " bias=False).",
    )
    with torch.no_grad():
        next(attention.parameters()).copy_(
            torch.tensor([[1.0, 0.0], [0.0, 1.0], [2.0, 0.0], [0.0, 0.0], [9.0, 9.0], [9.0, 9.0]])
        )
    query, key, value = torch.tensor([[[1.0, 2.0]]]), torch.randn(1, 4, 3), torch.randn(1, 4, 5)
    context, weights = attention(query, key, value)
    look.shape(weights, (1, 1, 4), "attention_weights")
    look.close(
        weights,
        torch.tensor([[[1.0, 2.0, 2.0, 0.0]]]).softmax(dim=-1),
        "the weights are the softmax of the first T_k of W(query)",
        "the scores should be (1, 2, 2, 0): cut W(query) to the keys that there are, then softmax.",
    )
    look.close(
        context,
        weights @ value,
        "the context is the weighted sum of the values",
        "weights @ value.",
    )
    look.close(
        attention(query, torch.randn(1, 4, 3), value)[1],
        weights,
        "other keys change nothing",
        "only the query says where to look.",
    )
    try:
        attention(query, torch.randn(1, 7, 3), torch.randn(1, 7, 5))
    except ValueError:
        look.that(True, "7 positions are too many for max_length 6", "")
    except RuntimeError:
        look.found(
            "7 positions are too many for max_length 6",
            "raise ValueError before computing: torch's own error does not say what is wrong.",
        )
    else:
        look.found("7 positions are too many for max_length 6", "raise ValueError.")
    mask = torch.ones(2, 1, 5, dtype=torch.bool)
    mask[0, 0, 3:] = False
    mask[1] = False
    _masks(
        student.LocationAttention(4, 8),
        "LocationAttention",
        torch.randn(2, 3, 4),
        torch.randn(2, 5, 4),
        torch.randn(2, 5, 6),
        mask,
        look,
    )

    window = student.gaussian_window(torch.tensor([[1.0, 2.5]]), 5, 1.0)
    look.shape(window, (1, 2, 5), "the window")
    on_paper = torch.tensor(
        [[[math.exp(-((s - center) ** 2) / 2) for s in range(5)] for center in (1.0, 2.5)]]
    )
    if not agree(window, on_paper):
        display(heat_maps({"yours": window[0].detach(), "on paper": on_paper[0]}))
    look.close(
        window,
        on_paper,
        "with sigma 1 and centres 1 and 2.5 it is as worked out on paper",
        "exp(-(s - center)^2 / 2) for s = 0, 1, ...: is it 1 at the centre, and not normalised?",
    )
    look.close(
        student.gaussian_window(torch.tensor([[1.0]]), 3, 2.0)[0, 0],
        torch.tensor([math.exp(-1 / 8), 1.0, math.exp(-1 / 8)]),
        "with sigma 2 it is wider",
        "divide by 2 sigma^2.",
    )


def self_attention(student: Student, look: Look) -> None:
    mask = student.causal_mask(3)
    look.shape(mask, (3, 3), "the causal mask")
    look.that(mask.dtype == torch.bool, "it is boolean", f"yours is {mask.dtype}.")
    look.that(
        bool(mask.diagonal().all()),
        "a position may attend to itself",
        "the diagonal should be True.",
    )
    look.that(
        mask.int().tolist() == [[1, 0, 0], [1, 1, 0], [1, 1, 1]],
        "and to everything before it, and to nothing after it",
        f"yours is {mask.int().tolist()}: rows are queries, columns are keys.",
    )

    attention = student.SelfAttention(6, 4)
    shapes = {name: tuple(parameter.shape) for name, parameter in attention.named_parameters()}
    look.that(
        shapes == {f"{name}.weight": (4, 6) for name in ("W_q", "W_k", "W_v")},
        "W_q, W_k and W_v are linear layers without bias",
        f"found {shapes}.",
    )
    x = torch.randn(2, 5, 6)
    context, weights = attention(x)
    expected = nn.functional.scaled_dot_product_attention(
        attention.W_q(x), attention.W_k(x), attention.W_v(x)
    )
    look.shape(weights, (2, 5, 5), "attention_weights")
    look.close(
        context,
        expected,
        "SelfAttention agrees with torch's scaled_dot_product_attention",
        "queries from W_q, keys from W_k, values from W_v, scores over sqrt(d_k).",
    )
    _, weights = attention(x, student.causal_mask(5))
    look.that(
        bool((weights.triu(1) == 0).all()),
        "with a causal mask nothing is seen of the future",
        "hand the mask on.",
    )

    theirs = nn.MultiheadAttention(8, 2, batch_first=True)
    nn.init.normal_(theirs.in_proj_bias)
    yours = student.MultiHeadAttention(8, 2)
    with torch.no_grad():
        parts = zip(
            ("W_q", "W_k", "W_v", "W_o"),
            (*theirs.in_proj_weight.chunk(3), theirs.out_proj.weight),
            (*theirs.in_proj_bias.chunk(3), theirs.out_proj.bias),
            strict=False,
        )
        for name, weight, bias in parts:
            getattr(yours, name).weight.copy_(weight)
            getattr(yours, name).bias.copy_(bias)
    query, memory = torch.randn(2, 3, 8), torch.randn(2, 5, 8)
    expected, expected_weights = theirs(query, memory, memory, average_attn_weights=False)
    context, weights = yours(query, memory, memory)
    look.shape(weights, (2, 2, 3, 5), "MultiHeadAttention: attention_weights")
    if not agree(weights, expected_weights):
        display(
            heat_maps(
                {
                    "yours, head 1": weights[0, 0].detach(),
                    "torch, head 1": expected_weights[0, 0].detach(),
                }
            )
        )
    look.close(
        weights,
        expected_weights,
        "each head's weights are those of nn.MultiheadAttention",
        "view(B, T, H, d_k) and then transpose(1, 2); the scores are divided by sqrt(d_k), not"
        " sqrt(d_model).",
    )
    look.close(
        context,
        expected,
        "the context is that of nn.MultiheadAttention",
        "back: transpose(1, 2), then flatten the heads, then W_o.",
    )
    mask = torch.ones(2, 3, 5, dtype=torch.bool)
    mask[0, :, 4] = False
    _, weights = yours(query, memory, memory, mask)
    look.that(
        bool((weights[0, :, :, 4] == 0).all() and (weights[1, :, :, 4] > 0).all()),
        "a mask (B, T_q, T_k) holds for every head of its sequence",
        "give it an axis for the heads: mask.unsqueeze(1).",
    )
    try:
        student.MultiHeadAttention(10, 4)
    except ValueError:
        look.that(True, "10 features cannot be shared among 4 heads", "")
    else:
        look.found("10 features cannot be shared among 4 heads", "raise ValueError.")

    encoding = student.positional_encoding(3, 4)
    look.shape(encoding, (3, 4), "the encoding")
    on_paper = torch.tensor(
        [[math.sin(t), math.cos(t), math.sin(t / 100), math.cos(t / 100)] for t in range(3)]
    )
    look.close(
        encoding,
        on_paper,
        "with 4 features it is sin t, cos t, sin(t/100), cos(t/100)",
        "sines at even, cosines at odd features; positions from 0.",
    )


def saturation(student: Student, look: Look) -> None:
    torch.manual_seed(0)
    found = {
        (d_k, scaled): student.softmax_gradient_norm(d_k, scaled)
        for d_k in (4, 128)
        for scaled in (True, False)
    }
    look.that(
        all(isinstance(norm, float) for norm in found.values()),
        "it returns a float",
        "use .item().",
    )
    look.that(
        abs(found[4, True] - 0.234) < 0.03,
        f"d_k 4, scaled: {found[4, True]:.3f}",
        "expected about 0.234: the mean over queries of the Frobenius norm of diag(p) - p p^T, with"
        " 32 keys.",
    )
    look.that(
        abs(found[128, True] - 0.24) < 0.03,
        f"d_k 128, scaled: {found[128, True]:.3f}, as large",
        "divide by sqrt(d_k) where `scaled` is True.",
    )
    look.that(
        abs(found[4, False] - 0.293) < 0.04,
        f"d_k 4, not scaled: {found[4, False]:.3f}",
        "expected about 0.29.",
    )
    look.that(
        found[128, False] < 0.2,
        f"d_k 128, not scaled: {found[128, False]:.3f}, much smaller",
        "do not scale where `scaled` is False.",
    )


def build_attention(student: Student, look: Look) -> None:
    look.that(student.build_attention("none") is None, '"none" is None', "no attention at all.")
    query, key = torch.randn(2, 3, HIDDEN_SIZE), torch.randn(2, 5, HIDDEN_SIZE)
    for mechanism in dict.fromkeys(mechanism for mechanism, _ in PAIRS if mechanism != "none"):
        context, _ = student.build_attention(mechanism)(query, key, key)
        look.shape(context, (2, 3, HIDDEN_SIZE), f"{mechanism}: the context")
    try:
        student.build_attention("telepathy")
    except ValueError:
        look.that(True, "an unknown name is a ValueError", "")
    else:
        look.found("an unknown name is a ValueError", "raise ValueError at the end.")


def comparison(student: Student, look: Look) -> None:
    batch = sequence_batch("recall", 5, 7, seed=11)
    answers = student.predict("general", "recall", batch.source_ids, batch.cue_ids)
    look.shape(answers, (7, 5), "the answers of predict")
    look.that(
        not answers.is_floating_point() and int(answers.max()) < N_SYMBOLS,
        "they are numbers of symbols",
        "argmax over the last dimension of the logits.",
    )
    rows = [tuple(row) for row in student.compare()]
    look.that(
        len(rows) == len(PAIRS) * len(LENGTHS) == len({row[:3] for row in rows}),
        f"{len(rows)} rows, one for each pair and length",
        f"expected {len(PAIRS)} pairs times {len(LENGTHS)} lengths.",
    )
    found = {row[:3]: row[3] for row in rows}
    look.that(
        all(isinstance(value, float) and 0 <= value <= 1 for value in found.values()),
        "accuracies are floats between 0 and 1",
        "the mean of right answers, .item().",
    )
    for mechanism, task, length in (("none", "copy", 8), ("general", "recall", 12)):
        batch = sequence_batch(task, length, 300, seed=77)
        right = (
            (student.predict(mechanism, task, batch.source_ids, batch.cue_ids) == batch.target_ids)
            .float()
            .mean()
            .item()
        )
        look.that(
            abs(right - found[mechanism, task, length]) < 0.08,
            f"{mechanism} on {task} at length {length}: {right:.2f}, and your row says the same",
            f"your row says {found[mechanism, task, length]:.2f}: single answers, not whole"
            " sequences, of this very length?",
        )
    look.that(
        all(
            found[mechanism, "recall", 8] > 0.9
            for mechanism in GRID["recall"]
            if mechanism not in ("none", "location")
        ),
        "content finds its key in recall",
        "did the training run to its end?",
    )


def picture(student: Student, look: Look) -> None:
    rows = [
        ("none", "copy", 8, 0.6),
        ("general", "copy", 4, 1.0),
        ("none", "copy", 4, 0.9),
        ("general", "copy", 8, 0.8),
        ("none", "sort", 4, 0.3),
    ]
    seen = describe_axes(student.plot_accuracy(rows, "copy"))
    lines = {line["label"]: list(zip(line["x"], line["y"], strict=False)) for line in seen["lines"]}
    lines = {label: points for label, points in lines.items() if not label.startswith("_")}
    look.that(
        set(lines) == {"none", "general"},
        "a line for each mechanism, its label the mechanism's name",
        f"yours are {sorted(lines)}.",
    )
    look.that(
        lines["none"] == [(4, 0.9), (8, 0.6)],
        "its points are length and accuracy, from short to long",
        f"expected (4, 0.9), (8, 0.6); yours are {lines['none']}.",
    )
    look.that(
        bool(seen["x_label"].strip() and seen["y_label"].strip())
        and "accura" not in seen["x_label"].lower()
        and "length" not in seen["y_label"].lower(),
        "both axes are labelled: length across, accuracy up",
        f"yours say {seen['x_label']!r} and {seen['y_label']!r}.",
    )
    look.that("copy" in seen["title"], "the title names the task", f"it is {seen['title']!r}.")
    look.that(
        seen["y_limits"][0] <= 0 and seen["y_limits"][1] >= 1,
        "0 to 1 is in view",
        "ax.set_ylim(0, 1.05).",
    )
    look.that(
        {"none", "general"} <= set(seen["legend"]), "a legend names the lines", "ax.legend()."
    )
