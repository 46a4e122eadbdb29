"""Hidden graders of ex1: a translation model with additive attention, one test file per graded
cell."""
