"""Heat maps read from figures, however they were drawn."""

import numpy as np
import pytest
from matplotlib import pyplot
from matplotlib.figure import Figure

from attention_lab.maps import describe_maps, describe_panels, empty_axes

WEIGHTS = np.array([[0.1, 0.2, 0.7], [0.5, 0.0, 0.5]])


@pytest.mark.parametrize("how", ["imshow", "matshow", "pcolormesh", "pcolor"])
def test_every_way_to_draw_gives_the_same(how):
    axes = Figure().add_subplot()
    image = getattr(axes, how)(WEIGHTS, vmin=0, vmax=1)
    shift = 0.5 if how.startswith("pcolor") else 0.0
    axes.set_xticks(np.arange(3) + shift, ["a", "b", "a"])
    axes.set_yticks(np.arange(2) + shift, ["x", "y"])
    axes.figure.colorbar(image)
    seen = describe_maps(axes)
    assert seen["x_ticks"] == [(shift, "a"), (1 + shift, "b"), (2 + shift, "a")] and seen[
        "y_ticks"
    ] == [(shift, "x"), (1 + shift, "y")]
    (found,) = seen["maps"]
    assert np.array_equal(found["values"], WEIGHTS) and found["limits"] == [0, 1]
    assert (found["x"], found["y"]) == ([shift, 1 + shift, 2 + shift], [shift, 1 + shift])
    assert seen["bars"] == [[0, 1]]


def test_an_image_from_below_is_read_by_its_places():
    axes = Figure().add_subplot()
    axes.imshow(WEIGHTS, origin="lower", extent=(0, 3, 0, 2))
    (found,) = describe_maps(axes)["maps"]
    assert found["y"] == [0.5, 1.5] and found["x"] == [0.5, 1.5, 2.5]


def test_colours_and_scatters_are_no_maps():
    axes = Figure().add_subplot()
    axes.imshow(np.zeros((2, 3, 3)))
    axes.scatter([0], [1], c=[0.5])
    axes.pcolormesh(WEIGHTS, shading="gouraud")
    assert describe_maps(axes)["maps"] == []


def test_panels_come_as_they_are_read():
    figure = Figure(layout="constrained")
    grid = figure.subplots(2, 2, squeeze=False)
    for number, axes in enumerate(grid.T.flat):  # drawn column by column
        image = axes.imshow(WEIGHTS + number)
        axes.set_title(str(number))
    grid[1, 1].set_visible(False)
    figure.colorbar(image, ax=grid.ravel().tolist())
    seen = describe_panels(figure)
    assert [panel["title"] for panel in seen["panels"]] == ["0", "2", "1"]
    assert len(seen["bars"]) == 1


def test_hidden_tick_labels_are_not_read():
    figure, (left, right) = pyplot.subplots(1, 2, sharey=True)
    left.imshow(WEIGHTS)
    right.imshow(WEIGHTS)
    left.set_yticks([0, 1], ["x", "y"])
    left.set_ylim(0.5, -0.5)  # the second row is out of view
    assert describe_maps(left)["y_ticks"] == [(0, "x")] and describe_maps(right)["y_ticks"] == []
    pyplot.close(figure)


def test_anything_else_is_refused():
    with pytest.raises(TypeError, match="expected matplotlib Axes, not Figure"):
        describe_maps(Figure())
    with pytest.raises(TypeError, match="expected a matplotlib Figure, not NoneType"):
        describe_panels(None)


def test_empty_axes_are_not_the_current_ones():
    axes = empty_axes()
    assert (
        describe_maps(axes)["maps"] == []
        and pyplot.gca() is not axes
        and pyplot.gcf() is axes.figure
    )
    pyplot.close(axes.figure)
