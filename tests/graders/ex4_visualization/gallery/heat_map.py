"""Wrong variants of the task `heat_map`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import Wrong

CELLS = "test_every_weight_has_its_cell"

TOKENS = "test_every_token_is_written"

DRAW = 'ax.imshow(attention_weights.detach().numpy(), vmin=0, vmax=1, cmap="Blues", aspect="auto")'

X_TICKS = '    ax.set_xticks(range(expected[1]), source_tokens, rotation=45, ha="right")\n'

Y_TICKS = "    ax.set_yticks(range(expected[0]), target_tokens)\n    ax.set(xl"

LABELS = 'ax.set(xlabel="source", ylabel="target")'

NEW_FIGURE = (
    "ax = plt.figure(figsize=(2 + 0.5 * expected[1], 1.5 + 0.4 * expected[0]),"
    ' layout="constrained").add_subplot()'
)

REFUSE = (
    '    if tuple(attention_weights.shape) != expected:\n        raise ValueError(f"weights of'
    " shape {tuple(attention_weights.shape)} for {expected[0]} target and {expected[1]} source"
    ' tokens")\n'
)


def heat_map(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "heat_map", old, new, test, says)


HEAT_MAP = [
    heat_map(
        "transposed",
        DRAW,
        DRAW.replace(".detach()", ".detach().T"),
        CELLS,
        "rows and columns are exchanged",
    ),
    heat_map(
        "first row below",
        DRAW,
        DRAW.replace("vmin", 'origin="lower", vmin'),
        CELLS,
        "the first row is at the bottom",
    ),
    heat_map(
        "columns from the right",
        LABELS,
        LABELS + "\n    ax.invert_xaxis()",
        CELLS,
        "from right to left",
    ),
    heat_map(
        "rows divided by their largest",
        DRAW,
        DRAW.replace(
            ".detach()", ".detach().div(attention_weights.detach().amax(dim=1, keepdim=True))"
        ),
        CELLS,
        "each row is divided by its own largest weight",
    ),
    heat_map(
        "map divided by its largest",
        DRAW,
        DRAW.replace(".detach()", ".detach().div(attention_weights.max().detach())"),
        CELLS,
        "divided by the largest of the map",
    ),
    heat_map(
        "softmax again",
        DRAW,
        DRAW.replace(".detach()", ".detach().softmax(dim=-1)"),
        CELLS,
        "softmax once more",
    ),
    heat_map("logarithms", DRAW, DRAW.replace(".detach()", ".detach().log()"), CELLS, "logarithms"),
    heat_map(
        "no map",
        "image = " + DRAW,
        "image = ax.scatter([0], [0], c=[0.5], vmin=0, vmax=1)",
        CELLS,
        "no map of numbers",
    ),
    heat_map(
        "edge cut off", LABELS, LABELS + "\n    ax.set_xlim(0, expected[1] - 1)", CELLS, "cut off"
    ),
    heat_map(
        "nothing returned",
        'label="attention weight")\n    return ax',
        'label="attention weight")',
        CELLS,
        "expected matplotlib Axes, not NoneType",
    ),
    heat_map("no tokens", X_TICKS, "", TOKENS, "are no tokens"),
    heat_map(
        "tokens exchanged",
        X_TICKS,
        X_TICKS.replace("source_tokens", "(target_tokens * 4)[:expected[1]]"),
        TOKENS,
        "another token than theirs",
    ),
    heat_map(
        "tokens backwards",
        "range(expected[0]), target_tokens)\n    ax.set(xl",
        "range(expected[0]), target_tokens[::-1])\n    ax.set(xl",
        TOKENS,
        "the wrong way round",
    ),
    heat_map(
        "every second token",
        X_TICKS,
        X_TICKS.replace(
            "range(expected[1]), source_tokens", "range(0, expected[1], 2), source_tokens[::2]"
        ),
        TOKENS,
        "only 3 tick labels",
    ),
    heat_map(
        "labels without places",
        X_TICKS,
        "    ax.set_xticks(range(len(set(source_tokens))), sorted(set(source_tokens)))\n",
        TOKENS,
        "a token that occurs twice needs two",
    ),
    heat_map(
        "ticks at the edges",
        "image = " + DRAW,
        "image = ax.pcolormesh(attention_weights.detach(), vmin=0, vmax=1)\n    ax.invert_yaxis()",
        TOKENS,
        "at the edges of the cells",
    ),
    heat_map(
        "labels exchanged",
        LABELS,
        LABELS.replace("source", "?").replace("target", "source").replace("?", "target"),
        "test_axes_say_what_they_are",
        "exchanged",
    ),
    heat_map(
        "no labels",
        "    " + LABELS,
        "    pass",
        "test_axes_say_what_they_are",
        "should say that it is the source",
    ),
    heat_map(
        "colours stretched",
        'vmin=0, vmax=1, cmap="Blues", aspect="auto")\n    ax.set_xticks(range(expected[1]),'
        " source_tokens, rotation=45",
        'cmap="Blues", aspect="auto")\n    ax.set_xticks(range(expected[1]), source_tokens,'
        " rotation=45",
        "test_colours_run_from_0_to_1",
        "stretched to the weights",
    ),
    heat_map(
        "no colour bar",
        '    ax.figure.colorbar(image, ax=ax, label="attention weight")\n',
        "",
        "test_colour_bar",
        "no colour bar",
    ),
    heat_map(
        "nothing refused", REFUSE, "", "test_what_does_not_fit_is_refused", "Expected ValueError"
    ),
    heat_map(
        "an assertion",
        REFUSE,
        "    assert tuple(attention_weights.shape) == expected\n",
        "test_what_does_not_fit_is_refused",
        "AssertionError",
    ),
    heat_map(
        "number of cells compared",
        "if tuple(attention_weights.shape) != expected:",
        "if attention_weights.numel() != expected[0] * expected[1]:",
        "test_what_does_not_fit_is_refused",
        "Expected ValueError",
    ),
    heat_map(
        "the current Axes",
        NEW_FIGURE,
        "ax = plt.gca()",
        "test_it_draws_where_it_is_told",
        "a new figure should be made",
    ),
    heat_map(
        "ax ignored",
        "    if ax is None:\n        ax = plt.figure(figsize=(2",
        "    if True:\n        ax = plt.figure(figsize=(2",
        "test_it_draws_where_it_is_told",
        "nothing was drawn on it",
    ),
    heat_map(
        "gradient not cut",
        DRAW,
        DRAW.replace(".detach().numpy()", ".numpy()"),
        "test_weights_of_a_model_in_training",
        "requires grad",
    ),
]
