"""The texts of a drawn figure."""

import pytest
from matplotlib.figure import Figure
from matplotlib.patches import Rectangle

from attention_lab.figures import read_figure


@pytest.fixture
def figure():
    figure = Figure(figsize=(4, 2), dpi=100)
    ax = figure.add_axes((0, 0, 1, 1))
    ax.axis("off")
    return figure, ax


def test_texts_with_places_and_grounds(figure):
    figure, ax = figure
    ax.text(0.1, 0.8, "light", bbox={"facecolor": "white", "edgecolor": "none"})
    ax.text(0.6, 0.2, "dark", color="white", bbox={"facecolor": "black", "edgecolor": "none"})
    ax.add_patch(Rectangle((0, 0.1), 0.5, 0.4, color="0.5"))
    ax.text(0.1, 0.2, "grey")
    read = {text["text"]: text for text in read_figure(figure)["texts"]}
    assert read["light"]["darkness"] == pytest.approx(0, abs=0.01)
    assert read["grey"]["darkness"] == pytest.approx(0.5, abs=0.02)
    assert read["dark"]["darkness"] == pytest.approx(1, abs=0.01)
    left, bottom, right, top = read["light"]["box"]
    assert (
        left == pytest.approx(0.1, abs=0.02)
        and bottom == pytest.approx(0.8, abs=0.05)
        and left < right
        and bottom < top
    )


def test_what_sticks_out_is_read_as_well(figure):
    figure, ax = figure
    ax.text(0.95, 0.5, "far too long for this figure")
    ax.text(1.5, 0.5, "outside")
    read = {text["text"]: text for text in read_figure(figure)["texts"]}
    assert read["far too long for this figure"]["box"][2] > 1 and read["outside"]["darkness"] == 0


def test_something_else_than_a_figure():
    assert read_figure([1])["texts"] is None and read_figure([1])["type"] == "list"
