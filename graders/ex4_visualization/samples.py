"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is
right, the slip)."""

MISTAKES = (
    ("heads_solution", "vmin=0, vmax=top, ", ""),  # each head on a scale of its own
    # left and right cancel
    ("measures_solution", " - torch.arange(T_k)).abs()", " - torch.arange(T_k))"),
    # the residual left out
    (
        "rollout_solution",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))",
        "layer.mean(dim=0)",
    ),
)
