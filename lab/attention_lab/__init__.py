"""attention_lab: what your notebooks may import.

data       find and read the course's sentences
text       tokens and vocabularies
batches    padded tensors, in batches of similar length
models     plumbing around the parts you write
training   fit: training within a budget of CPU time, best checkpoint kept
metrics    BLEU and chrF
plots      pictures
checks     check("..."): instant checks of your work, as often as you like
"""

from attention_lab.checks import check

__all__ = ["check"]
