"""Three typical mistakes in the solution, for the sample student who makes them: (answer, what is
right, the slip)."""

MISTAKES = (
    ("dot_product_solution", " / math.sqrt(d_k)", ""),  # no scaling
    ("location_solution", "(2 * sigma ** 2)", "(sigma ** 2)"),  # the 2 of the Gaussian
    ("causal_mask_solution", ".tril()", ".tril(-1)"),  # a position does not see itself
)
