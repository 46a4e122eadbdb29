"""How a variant says that it edits what the training leaves, not the solution's text."""

IN_TRAINING = "what the training leaves"  # `new` then follows the counted classifiers
