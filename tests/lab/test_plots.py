"""Pictures say what the numbers say; judged on the drawing's objects, not on pixels."""

import io

import numpy as np
import pytest
from matplotlib.patches import PathPatch

from attention_lab.plots import alignment_ribbons, training_curve, weight_bars
from attention_lab.training import History


def drawn(figure) -> bytes:
    """Render the figure: with warnings as errors this finds missing glyphs and layouts that do not
    fit."""
    buffer = io.BytesIO()
    figure.savefig(buffer, format="png")
    return buffer.getvalue()


def test_training_curve_marks_the_kept_checkpoint():
    figure = training_curve(
        History([10, 20, 30], [3.0, 2.0, 1.5], [5.0, 9.0, 8.0]), "validation BLEU"
    )
    loss_axes, score_axes = figure.axes
    assert score_axes.get_ylabel() == "validation BLEU" and "kept: 9.0" in [
        text.get_text() for text in score_axes.texts
    ]
    assert loss_axes.lines[0].get_ydata().tolist() == [3.0, 2.0, 1.5]
    assert drawn(figure).startswith(b"\x89PNG")


def test_training_curve_of_nothing():
    assert drawn(training_curve(History())).startswith(b"\x89PNG")


def test_ribbons_are_as_wide_as_the_weights():
    weights = np.array([[0.9, 0.1, 0.0], [0.0, 0.25, 0.75]])
    figure = alignment_ribbons(["l'", "\u00e9t\u00e9", "."], ["summer", "."], weights)
    ribbons = [
        patch.get_linewidth() for patch in figure.axes[0].patches if isinstance(patch, PathPatch)
    ]
    assert ribbons == pytest.approx([8.1, 0.9, 2.25, 6.75]), "one for each weight worth drawing"
    assert [text.get_text() for text in figure.axes[0].texts] == [
        "l'",
        "\u00e9t\u00e9",
        ".",
        "summer",
        ".",
    ]
    assert drawn(figure).startswith(b"\x89PNG")


def test_ribbons_want_fitting_tokens():
    with pytest.raises(ValueError, match=r"shape \(2, 3\) for 3 target and 2 source tokens"):
        alignment_ribbons(["a", "b"], ["x", "y", "z"], np.zeros((2, 3)))


def test_weight_bars_show_both():
    figure = weight_bars([0.2, 0.8], [0.5, 0.5], ["key 1", "key 2"])
    assert [bar.get_height() for bar in figure.axes[0].patches] == [0.5, 0.5, 0.2, 0.8]
    assert drawn(figure).startswith(b"\x89PNG")
