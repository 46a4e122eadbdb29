"""Axes described as plain data."""

import pytest
from matplotlib.figure import Figure

from attention_lab.axes import describe_axes


def test_what_stands_on_axes():
    axes = Figure().add_subplot()
    axes.plot([1, 2], [0.5, 0.25], label="one")
    axes.set(xlabel="x", ylabel="y", title="t", ylim=(0, 1))
    axes.legend()
    seen = describe_axes(axes)
    assert (
        seen["lines"][0]["label"] == "one"
        and seen["lines"][0]["x"] == [1, 2]
        and seen["lines"][0]["y"] == [0.5, 0.25]
    )
    assert (seen["title"], seen["x_label"], seen["y_label"], seen["y_limits"], seen["legend"]) == (
        "t",
        "x",
        "y",
        [0, 1],
        ["one"],
    )


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match="expected matplotlib Axes, not Figure"):
        describe_axes(Figure())
