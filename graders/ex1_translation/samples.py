"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is
right, the slip)."""

MISTAKES = (
    ("sequence_loss_solution", ", ignore_index=pad_id)", ")"),  # padding counts
    ("train_step_solution", "    optimizer.zero_grad()\n", ""),  # gradients pile up
    # one word too many
    ("decoding_solution", "in range(max_length):", "in range(max_length + 1):"),
)
