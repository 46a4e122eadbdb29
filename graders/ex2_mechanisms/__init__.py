"""Hidden graders of ex2: attention mechanisms, and their comparison on sequence tasks; one test
file per graded cell."""
