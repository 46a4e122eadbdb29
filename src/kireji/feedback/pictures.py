"""The pictures a hidden test may attach: pure functions from plain numbers and words to PNG
bytes."""

from kireji.feedback.attention_pictures import attention_comparison, attention_map
from kireji.feedback.plots import line_chart, metric, tensor_comparison

__all__ = ["attention_comparison", "attention_map", "line_chart", "metric", "tensor_comparison"]
