"""Checks of ex3_classification: one function for each task, named like it."""

from attention_lab.checks.ex3_classification.model_code import (
    attention_pooling,
    classifier,
    training,
)
from attention_lab.checks.ex3_classification.trained_models import (
    faithfulness,
    long_texts,
    prediction,
    text_picture,
)

__all__ = [
    "attention_pooling",
    "classifier",
    "faithfulness",
    "long_texts",
    "prediction",
    "text_picture",
    "training",
]
