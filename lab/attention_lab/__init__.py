"""attention_lab: what your notebooks may import.

data       find and read the course's sentences
text       tokens and vocabularies
batches    padded tensors, in batches of similar length
models     plumbing around the parts you write
training   fit: training within a budget of CPU time, best checkpoint kept
sequence_tasks   copy, reverse, sort and associative recall, generated from seeds
sequence_models  two models with an attention plugged in
comparison       the grid of mechanisms and tasks, trained into one checkpoint
metrics    BLEU and chrF
plots      pictures
axes       what stands on a matplotlib Axes, as plain data
checks     check("..."): instant checks of your work, as often as you like
"""

from attention_lab.checks import check

__all__ = ["check"]
