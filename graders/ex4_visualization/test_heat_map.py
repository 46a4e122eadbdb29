"""plot_attention: judged on the Axes itself."""

from kireji.feedback import pictures
from kireji.testing import expect, graded

from . import drawn_maps, figure_panels


def drawn(student, weights, source_tokens, target_tokens, *ax):
    return figure_panels.axes(
        student, student.make("plot_attention", weights, source_tokens, target_tokens, *ax)
    )


def question(rng, rows: int = 4, columns: int = 6, sharp: float = 2.0):
    """(weights, source_tokens, target_tokens)"""
    return (
        drawn_maps.rows(rows, columns, rng=rng, sharp=sharp),
        drawn_maps.tokens(drawn_maps.SOURCE, columns, rng),
        drawn_maps.tokens(drawn_maps.TARGET, rows, rng),
    )


@graded("heat_map", weight=4)
def test_every_weight_has_its_cell(student, rng, attach):
    """One cell per weight: rows are target tokens from the top, columns source tokens from the
    left."""
    for sizes in ((4, 6), (7, 3), (5, 5)):
        weights, source_tokens, target_tokens = question(rng, *sizes)
        handle = student.make("plot_attention", weights, source_tokens, target_tokens)
        seen = figure_panels.described(student, handle)
        try:
            figure_panels.values(seen, weights)  # first: it names the mistake
            seen.is_drawn()
        except expect.Mistake:
            if seen.shown.shape == weights.shape and seen.shown.isfinite().all():
                attach(
                    pictures.attention_comparison(
                        seen.shown, weights, source_tokens, target_tokens
                    ),
                    "What your picture shows (first), what it should show, and the difference",
                )
            raise


@graded("heat_map", weight=3)
def test_every_token_is_written(student, rng):
    """Every token is at the middle of its row or column, also one that occurs twice."""
    for sizes in ((4, 6), (9, 12)):
        weights, source_tokens, target_tokens = question(rng, *sizes)
        figure_panels.ticks(
            drawn(student, weights, source_tokens, target_tokens), target_tokens, source_tokens
        )


@graded("heat_map", weight=1)
def test_axes_say_what_they_are(student, rng):
    """The x axis says that it is the source, the y axis that it is the target."""
    seen = drawn(student, *question(rng))
    x_label, y_label = seen.x_label.lower(), seen.y_label.lower()
    expect.true(
        "target" not in x_label and "source" not in y_label,
        "The labels of the axes are exchanged: columns (x) are source tokens, rows (y) target"
        " tokens.",
    )
    expect.true(
        "source" in x_label,
        f"The label of the x axis should say that it is the source; it is {seen.x_label!r}.",
    )
    expect.true(
        "target" in y_label,
        f"The label of the y axis should say that it is the target; it is {seen.y_label!r}.",
    )


@graded("heat_map", weight=2)
def test_colours_run_from_0_to_1(student, rng):
    """The colours run from 0 to 1, also where all weights are small."""
    for sharp in (0.3, 3.0):
        weights, *names = question(rng, 4, 7, sharp)
        low, high = drawn(student, weights, *names).limits
        own = figure_panels.near(
            (low, high), (weights.min().item(), weights.max().item())
        ) or figure_panels.near((low, high), (0.0, weights.max().item()))
        expect.true(
            not own,
            f"{expect.NAMED} the colours are stretched to the weights of this map: vague maps then"
            " look as sharp as sharp ones. Give vmin=0 and vmax=1.",
        )
        expect.true(
            figure_panels.near((low, high), (0.0, 1.0)),
            f"The colours run from {low:.3g} to {high:.3g}, not from 0 to 1.",
        )


@graded("heat_map", weight=1)
def test_colour_bar(student, rng):
    """A colour bar says which colour means how much."""
    expect.true(
        drawn(student, *question(rng)).bars > 0,
        "There is no colour bar in the figure: ax.figure.colorbar(image, ax=ax).",
    )


@graded("heat_map", weight=2)
def test_what_does_not_fit_is_refused(student, rng):
    """A map whose shape does not fit its tokens is a ValueError, and nothing is drawn."""
    weights, source_tokens, target_tokens = question(rng)
    # One that fits is drawn: a function that draws nothing at all refuses nothing.
    drawn(student, weights, source_tokens, target_tokens)
    wrong = {
        "one source token too few": (weights, source_tokens[1:], target_tokens),
        "one target token too many": (weights, source_tokens, [*target_tokens, "."]),
        "source and target tokens exchanged": (weights, target_tokens, source_tokens),
        "as many weights in another shape": (weights.reshape(6, 4), source_tokens, target_tokens),
        "a batch of maps": (weights.unsqueeze(0), source_tokens, target_tokens),
    }
    for what, (given, *names) in wrong.items():
        ax = student.make("attention_lab.maps.empty_axes")
        expect.raises(
            "ValueError",
            lambda: student.make("plot_attention", given, *names, ax),
            hint=f"(given: {what})",
        )
        left = getattr(student, "attention_lab.maps.describe_maps")(ax)
        expect.true(
            isinstance(left, dict) and left.get("maps") == [],
            f"Given {what}, something was drawn before the ValueError: compare the shapes first.",
        )


@graded("heat_map", weight=1)
def test_it_draws_where_it_is_told(student, rng):
    """Given Axes are drawn on and returned; without any, a new figure is made."""
    weights, *names = question(rng)
    ax = student.make("attention_lab.maps.empty_axes")
    returned = student.make("plot_attention", weights, *names, ax)
    left = getattr(student, "attention_lab.maps.describe_maps")(ax)
    expect.true(
        isinstance(left, dict) and bool(left.get("maps")), "With ax given, nothing was drawn on it."
    )
    figure_panels.values(figure_panels.axes(student, returned), weights)
    for _ in range(2):
        other, *names = question(rng)
        seen = drawn(student, other, *names)
        expect.true(
            seen.n_maps == 1 and seen.bars <= 1,
            "Without ax, a new figure should be made: an earlier picture is in this one, too "
            "(plt.gca() and plt.imshow draw on whatever was last).",
        )


@graded("heat_map", weight=1)
def test_weights_of_a_model_in_training(student, rng):
    """Weights that still require a gradient can be drawn."""
    weights, *names = question(rng)
    tracked = student.make("torch.nn.Parameter", weights)
    figure_panels.values(
        figure_panels.axes(student, student.make("plot_attention", tracked, *names)), weights
    )
