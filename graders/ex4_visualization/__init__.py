"""Hidden tests of ex4_visualization: maps read from figures, measures, rollout, patterns, moments
of training, an intervention."""
