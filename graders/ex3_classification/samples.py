"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is right, the slip)."""

MISTAKES = (
    ("attention_pooling_solution", "scores = scores.masked_fill(~mask, -math.inf)", "pass"),     # the mask comes after the softmax only
    ("training_solution", "tensor.detach().clone()", "tensor"),                                  # the living tensors are kept
    ("faithfulness_solution", "argsort(descending=True)", "argsort()"),                          # the least attended tokens
)
