"""What tells a mutant of ex2's solution from the solution: questions of their own, not those of the
hidden tests.

Runs in the notebook's namespace, after tests/graders/probing.py; so the names here are the
notebook's and that file's."""


def some_inputs(query_size, key_size):
    B, T_q, T_k = drawn(1, 3), drawn(1, 4), drawn(1, 6)
    masks = [
        None,
        torch.rand(B, T_q, T_k) < 0.6,
        torch.rand(B, 1, T_k) < 0.6,
        torch.zeros(B, T_q, T_k, dtype=torch.bool),
    ]
    return (
        torch.randn(B, T_q, query_size),
        torch.randn(B, T_k, key_size),
        torch.randn(B, T_k, 7),
        masks,
    )


def answer_and_gradients(attention, *inputs):
    inputs = [
        each.clone().requires_grad_()
        if isinstance(each, Tensor) and each.is_floating_point()
        else each
        for each in inputs
    ]
    context, weights = attention(*inputs)
    (context * torch.arange(context.numel()).view_as(context).cos()).sum().backward()
    return [
        context,
        weights,
        [each.grad for each in inputs if isinstance(each, Tensor) and each.is_floating_point()],
    ]


def probe_content():
    query, key, value, masks = some_inputs(4, 4)
    answers = []
    for attention in (dot_product_attention, scaled_dot_product_attention):
        answers += [answer_and_gradients(attention, 3 * query, key, value, mask) for mask in masks]
    heads = [torch.randn(2, 3, T, 5) for T in (4, 6, 6)]
    answers += [
        scaled_dot_product_attention(*heads),
        scaled_dot_product_attention(*heads, torch.rand(2, 1, 4, 6) < 0.7),
    ]
    query, key, value, masks = some_inputs(3, 5)
    return [*answers, [used(GeneralAttention(3, 5), query, key, value, mask) for mask in masks]]


def probe_location():
    query, key, value, masks = some_inputs(3, 5)
    answers = [used(LocationAttention(3, 8), query, key, value, mask) for mask in masks]
    answers += [used(LocationAttention(3, key.shape[1]), query, key, value)]
    center = (6 * torch.randn(2, 3)).requires_grad_()
    window = gaussian_window(center, drawn(1, 7), 0.3 + 2 * float(torch.rand(())))
    window.sum().backward()
    return [*answers, window, center.grad, gaussian_window(torch.arange(3.0).unsqueeze(0), 5, 1)]


def probe_too_long():
    return LocationAttention(3, 4)(torch.randn(1, 2, 3), torch.randn(1, 5, 3), torch.randn(1, 5, 3))


def probe_self_attention():
    T = drawn(1, 6)
    x, causal = torch.randn(2, T, 6), causal_mask(T)
    return [
        causal,
        used(SelfAttention(6, 4), x),
        used(SelfAttention(6, 4), x, causal),
        used(SelfAttention(6, 4), x, causal.expand(2, T, T)),
    ]


def probe_heads():
    answers = []
    for n_heads in (1, 2, 3, 6):
        query, key, value = torch.randn(2, 4, 6), torch.randn(2, 5, 6), torch.randn(2, 5, 6)
        for mask in (
            None,
            torch.rand(2, 4, 5) < 0.6,
            torch.rand(2, 1, 5) < 0.6,
            torch.rand(4, 5) < 0.6,
        ):
            answers.append(used(MultiHeadAttention(6, n_heads), query, key, value, mask))
    return answers


def probe_heads_that_do_not_fit():
    return MultiHeadAttention(6, 4)


def probe_encoding():
    return [positional_encoding(T, d_model) for T, d_model in ((1, 2), (7, 4), (30, 12))]


def probe_saturation():
    """Means of many: two measurements of one thing differ by less than is rounded off."""
    return [
        round(sum(softmax_gradient_norm(d_k, scaled) for _ in range(5)), 1)
        for d_k in (3, 100)
        for scaled in (True, False)
    ]


def probe_build():
    names = (
        "none",
        "dot_product",
        "scaled_dot_product",
        "general",
        "location",
        "monotonic",
        "self_attention",
    )
    answers = []
    for name in names:
        attention = build_attention(name)
        answers.append(type(attention).__name__)
        if attention is not None:
            x = torch.randn(2, 4, HIDDEN_SIZE)
            answers.append(attention(x, x, x))
    return answers


def probe_unknown():
    return build_attention("telepathy")


measured = []


def measured_rows():
    """compare() once for all questions: it measures every model, and draws the same sequences
    whatever the seed."""
    if not measured:
        measured.append(compare())
    return measured[0]


def probe_comparison():
    answers = []
    for mechanism, task in PAIRS[::5]:
        batch = sequence_batch(task, drawn(3, 14), 20, drawn(5, 500))
        answers.append(predict(mechanism, task, batch.source_ids, batch.cue_ids))
    rows = measured_rows()
    return [
        *answers,
        [list(row[:3]) for row in rows],
        round(sum(row[3] for row in rows) / len(rows), 1),
    ]


def probe_open_comparison():
    """To the last digit, which hangs on the sequences drawn and on how many they are."""
    return [list(row) for row in measured_rows()]


def some_pictures():
    rows = [
        (mechanism, task, length, float(torch.rand(())))
        for mechanism in ("a", "b")
        for task in ("copy", "sort")
        for length in (9, 3, 5)
    ]
    own = plt.figure().add_subplot()
    yield plot_accuracy(rows, "copy")
    yield plot_accuracy(rows, "sort", own)
    yield own
    plt.close("all")


def probe_picture():
    """What is asked for: the lines and their names, what the labels and the title say, 0 to 1 in
    view."""
    from attention_lab.axes import describe_axes

    answers = []
    for seen in map(describe_axes, some_pictures()):
        lines = [[line["label"], line["x"], line["y"]] for line in seen["lines"]]
        says = [
            word in seen[label].lower()
            for label, word in (
                ("x_label", "length"),
                ("y_label", "accuracy"),
                ("title", "copy"),
                ("title", "sort"),
            )
        ]
        answers.append(
            [
                lines,
                says,
                sorted(seen["legend"]),
                min(seen["y_limits"]) <= 0,
                max(seen["y_limits"]) >= 1,
            ]
        )
    return answers


def probe_open_picture():
    from attention_lab.axes import describe_axes

    return [
        [
            describe_axes(ax),
            [[type(artist).__name__, artist.zorder] for artist in ax.get_children()],
            ax.figure.get_size_inches().tolist(),
        ]
        for ax in some_pictures()
    ]
