"""Hidden graders of ex3: attention pooling on an LSTM that reads film reviews, one test file per
graded cell."""
