"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is
right, the slip)."""

MISTAKES = (
    # nan where nothing is real
    (
        "attention_pooling_solution",
        "attention_weights = attention_weights.masked_fill(~mask, 0.0)",
        "pass",
    ),
    ("training_solution", "tensor.detach().clone()", "tensor"),  # the living tensors are kept
    ("faithfulness_solution", "argsort(descending=True)", "argsort()"),  # the least attended tokens
)
