"""Checks of ex1_translation: one function for each task, named like it."""

from attention_lab.checks.ex1_translation.model_code import (
    additive_attention,
    decoder,
    encoder,
    padding_mask,
)
from attention_lab.checks.ex1_translation.training_code import sequence_loss, train_step
from attention_lab.checks.ex1_translation.translations import alignment, decoding, translation

__all__ = [
    "additive_attention",
    "alignment",
    "decoder",
    "decoding",
    "encoder",
    "padding_mask",
    "sequence_loss",
    "train_step",
    "translation",
]
