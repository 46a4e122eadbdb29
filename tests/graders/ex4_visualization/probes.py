"""What tells a mutant of ex4's solution from the solution: questions of their own, not those of the
hidden tests.

Runs in the notebook's namespace, after tests/graders/probing.py; so the names here are the
notebook's and that file's."""


def some_maps(*sizes):
    return torch.rand(*sizes).pow(3).softmax(dim=-1)


def words(count):
    return [f"w{place}" for place in range(count)]


def drawing(of):
    """What is asked for of a figure's maps: values, places, ticks, numbers in titles, source and
    target, colours and their bars."""
    figure = of if isinstance(of, Figure) else of.figure
    shown = []
    for ax in figure.axes:
        if not hasattr(ax, "_colorbar"):
            ticks = [
                [list(axis.get_ticklocs()), [label.get_text() for label in axis.get_ticklabels()]]
                for axis in (ax.xaxis, ax.yaxis)
            ]
            maps = [
                [
                    torch.tensor(image.get_array().tolist()),
                    image.get_extent(),
                    image.origin,
                    image.get_clim(),
                ]
                for image in ax.images
            ]
            says = [
                [letter for letter in ax.get_title() if letter.isdigit()],
                "source" in ax.get_xlabel().lower(),
                "target" in ax.get_ylabel().lower(),
            ]
            shown.append([maps, ticks, says, ax.get_xlim(), ax.get_ylim(), ax.get_visible()])
    return [
        shown,
        any(hasattr(ax, "_colorbar") for ax in figure.axes),
        len(plt.get_fignums()),
        plt.close("all"),
    ]


def looks(of):
    """The rest of it: sizes, words, colours, where the panels stand."""
    figure = of if isinstance(of, Figure) else of.figure
    answers = [figure.get_size_inches().tolist(), type(figure.get_layout_engine()).__name__]
    for ax in figure.axes:
        labels = [
            [label.get_rotation(), label.get_ha()]
            for axis in (ax.xaxis, ax.yaxis)
            for label in axis.get_ticklabels()
        ]
        place = ax.get_subplotspec()
        answers += [
            ax.get_title(),
            ax.get_xlabel(),
            ax.get_ylabel(),
            labels,
            [[image.get_cmap().name, image.get_interpolation()] for image in ax.images],
            str(ax.get_aspect()),
            [*place.get_geometry()] if place else [],
        ]
    plt.close("all")
    return answers


def some_heat_maps(look):
    rows, columns = drawn(1, 5), drawn(1, 6)
    own = plt.figure().add_subplot()
    return [
        look(plot_attention(some_maps(rows, columns), words(columns), words(rows))),
        look(
            plot_attention(
                some_maps(rows, columns).requires_grad_(), words(columns), words(rows), own
            )
        ),
    ]


def some_heads(look):
    return [look(plot_heads(some_maps(H, 3, 3), words(3))) for H in (1, 3, 4, drawn(5, 9))]


def some_moments(look):
    moments = [(step, some_maps(2, 4)) for step in (30, 0, 7, 100, 8)]
    return [look(plot_moments(moments[:count], words(4), words(2))) for count in (1, 3, 5)]


def probe_heat_map():
    return some_heat_maps(drawing)


def probe_heads():
    return some_heads(drawing)


def probe_moments():
    return some_moments(drawing)


def probe_open_heat_map():
    return some_heat_maps(looks)


def probe_open_heads():
    return some_heads(looks)


def probe_open_moments():
    return some_moments(looks)


def probe_heat_map_that_does_not_fit():
    return plot_attention(some_maps(3, 4), words(3), words(4))


def probe_heads_that_do_not_fit():
    return plot_heads(some_maps(2, 3, 4), words(3))


def probe_entropy():
    B, T = drawn(1, 3), drawn(1, 6)
    weights = (
        torch.nn.functional.one_hot(torch.randint(0, T, (B, 3)), T).float() / 2
        + some_maps(B, 3, T) / 2
    )
    masks = [None, torch.rand(B, 3, T) < 0.6, torch.rand(B, 1, T) < 0.6, torch.rand(T) < 0.5]
    return [*(attention_entropy(weights, mask) for mask in masks), attention_entropy(torch.eye(T))]


def probe_distance():
    return [attention_distance(some_maps(*sizes)) for sizes in ((4, 4), (2, 3, 6), (1, 2, 5, 1))]


def probe_alignment():
    weights = (3 * torch.rand(5, 4)).round()
    weights[drawn(0, 4)] = 0
    return hard_alignment(weights / 3)


def probe_error_rate():
    pairs = [[(drawn(0, 3), drawn(0, 3)) for _ in range(count)] for count in (5, 4, 6)]
    return [
        alignment_error_rate(*pairs),
        *(
            alignment_error_rate(*map(set, each))
            for each in ([[], [], []], [pairs[0], [], []], [[], pairs[1], pairs[2]])
        ),
    ]


def probe_rollout():
    layers = [some_maps(H, 4, 4) for H in (1, 3, 2)]
    return [attention_rollout(layers[:count]) for count in (1, 2, 3)] + [layers]


def probe_rollout_of_nothing():
    return attention_rollout([])


def probe_patterns():
    generator = torch.Generator().manual_seed(drawn(0, 10_000))
    return [
        classify_pattern(draw_pattern(name, drawn(SHORTEST, LONGEST), noise, generator))
        for name in PATTERNS
        for noise in (0.0, 0.2, 0.4)
    ]


def probe_watching():
    steps, asked = [], []
    state = torch.zeros(2, 3)

    def step():
        steps.append(len(steps))
        state.add_(1)

    def look():
        asked.append(len(steps))
        return state

    kept = watch_training(step, look, [4, 0, drawn(5, 9), 2])
    return [kept, len(steps), asked, watch_training(step, look, []), len(steps)]


def probe_moments_that_do_not_fit():
    return plot_moments([(0, some_maps(2, 4)), (1, some_maps(4, 2))], words(4), words(2))


def probe_hiding():
    votes = {word: torch.randn(3) for word in ("good", "bad", "not", "film", UNK)}
    asked = []

    def model(tokens):
        asked.append(list(tokens))
        shares = torch.tensor([float(len(token) % 4) for token in tokens])
        return sum(votes[token] for token in tokens).softmax(
            dim=0
        ), shares / shares.sum().clamp_min(1)

    text = "good film bad not film not good"
    return [[prediction_change(model, text, k) for k in (0, 1, 2, 3, 7, 20)], asked]


def probe_hiding_less_than_nothing():
    return prediction_change(
        lambda tokens: (torch.ones(2) / 2, torch.ones(len(tokens))), "one two", -1
    )
