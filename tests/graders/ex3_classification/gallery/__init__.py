"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and
words of its message. A file for each task."""

from tests.graders.ex3_classification.gallery.attention_pooling import POOLING
from tests.graders.ex3_classification.gallery.classifier import CLASSIFIER
from tests.graders.ex3_classification.gallery.faithfulness import FAITHFULNESS
from tests.graders.ex3_classification.gallery.long_texts import LONG
from tests.graders.ex3_classification.gallery.prediction import PREDICTION, WINDOW
from tests.graders.ex3_classification.gallery.text_picture import PICTURE
from tests.graders.ex3_classification.gallery.training import TRAINING

__all__ = ["GALLERY", "WINDOW"]

GALLERY = POOLING + CLASSIFIER + TRAINING + PREDICTION + LONG + FAITHFULNESS + PICTURE
