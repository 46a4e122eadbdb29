"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is right, the slip)."""

MISTAKES = (
    ("sequence_loss_solution", ", ignore_index=pad_id)", ")"),              # padding counts
    ("train_step_solution", "    optimizer.zero_grad()\n", ""),             # gradients pile up
    # a beam's map is left behind when its words move on
    ("decoding_solution", "torch.cat([weights[rows], attention_weights[rows]", "torch.cat([weights, attention_weights"),
)
