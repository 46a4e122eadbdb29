"""attention_lab: what your notebooks may import.

data       find and read the course's sentences
text       tokens and vocabularies
batches    padded tensors, in batches of similar length
labelled   the same for texts with a label
neutral    sentences without an opinion, to bury others in
models     plumbing around the parts you write, and a baseline
training   fit: training within a budget of CPU time, best checkpoint kept; keep: the same around a
           loop of yours
earlier    the checkpoint that a training replaces, kept where it was better
sequence_tasks   copy, reverse, sort and associative recall, generated from seeds
sequence_models  two models with an attention plugged in
comparison       the grid of mechanisms and tasks, trained into one checkpoint
small_models  a small translator and a small classifier, and how those that come with the course
              were trained
trained    trained models with their vocabularies: what they say, and where they look
moments    a small translator that is watched while it learns
patterns   attention maps of known patterns, with noise
scripted   made-up models with known answers
metrics    BLEU and chrF
plots      pictures
axes       the content of a matplotlib Axes, as plain data
maps       the heat maps of a drawn figure
figures    the texts of a drawn figure, and how dark the ground below them is
checks     check("..."): instant checks of your work, as often as you like
"""

from attention_lab.checks import check

__all__ = ["check"]
