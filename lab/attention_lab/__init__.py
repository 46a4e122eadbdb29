"""attention_lab: what your notebooks may import.

data       find and read the course's sentences
text       tokens and vocabularies
batches    padded tensors, in batches of similar length
labelled   the same for texts with a label
neutral    sentences without an opinion, to bury others in
models     plumbing around the parts you write, and a baseline
training   fit: training within a budget of CPU time, best checkpoint kept; keep: the same around a loop of yours
metrics    BLEU and chrF
plots      pictures
figures    reads what stands in a drawn figure
checks     check("..."): instant checks of your work, as often as you like
"""

from attention_lab.checks import check

__all__ = ["check"]
