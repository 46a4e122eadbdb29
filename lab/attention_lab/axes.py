"""The content of a matplotlib Axes, as plain data: so that a figure can be judged by what it says,
not by its pixels."""

from typing import Any

import numpy as np
from matplotlib.axes import Axes


def describe_axes(axes: Axes) -> dict[str, Any]:
    """Title, labels, limits, and for each line its label and its points.

    {"title", "x_label", "y_label", "x_limits", "y_limits", "lines": [{"label", "x", "y", "color"}],
    "legend": [labels]} TypeError where it is no Axes."""
    if not isinstance(axes, Axes):
        raise TypeError(f"expected matplotlib Axes, not {type(axes).__name__}")
    legend = axes.get_legend() or next(iter(axes.figure.legends), None)
    return {
        "title": axes.get_title() or axes.get_title(loc="left"),
        "x_label": axes.get_xlabel(),
        "y_label": axes.get_ylabel(),
        "x_limits": [float(limit) for limit in axes.get_xlim()],
        "y_limits": [float(limit) for limit in axes.get_ylim()],
        "lines": [
            {
                "label": str(line.get_label()),
                "color": str(line.get_color()),
                "x": np.asarray(line.get_xdata(), dtype=float).tolist(),
                "y": np.asarray(line.get_ydata(), dtype=float).tolist(),
            }
            for line in axes.get_lines()
        ],
        "legend": [text.get_text() for text in legend.get_texts()] if legend else [],
        "texts": [text.get_text() for text in axes.texts],
    }
