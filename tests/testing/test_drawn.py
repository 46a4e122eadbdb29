"""What a figure's objects say counts where its pixels show it."""

import numpy as np
import pytest
from matplotlib import colormaps
from matplotlib.figure import Figure

from attention_lab.maps import describe_maps
from kireji.testing import Mistake, drawn

VALUES = np.array([[0.1, 0.7, 0.2], [0.9, 0.0, 0.1]])


def described(draw=lambda axes: axes.imshow(VALUES, vmin=0, vmax=1)):
    axes = Figure().add_subplot()
    axes.figure.colorbar(draw(axes), ax=axes)
    axes.set_xticks([0, 1, 2], ["the", "cat", "sleeps"])
    return describe_maps(axes)


def look(seen, values=VALUES, pixels=None):
    (found,) = seen["maps"]
    drawn.map_is_drawn(
        drawn.pixels_of(seen) if pixels is None else pixels,
        seen["box"],
        (seen["x_limits"], seen["y_limits"]),
        (np.array(found["x"]), np.array(found["y"])),
        values,
        found["colours"],
        1.0,
    )


@pytest.mark.parametrize("colours", ["viridis", "Blues", "gray_r", "magma"])
def test_a_drawn_map_is_seen(colours):
    look(described(lambda axes: axes.imshow(VALUES, vmin=0, vmax=1, cmap=colours)))


def test_cells_of_pcolormesh_are_seen_and_lines_between_them_do_not_matter():
    look(described(lambda axes: axes.pcolormesh(VALUES, vmin=0, vmax=1, edgecolors="white")))


def test_numbers_written_in_the_cells_do_not_matter():
    def draw(axes):
        for (i, j), value in np.ndenumerate(VALUES):
            axes.text(j, i, f"{value:.2f}", ha="center", color="red")
        return axes.imshow(VALUES, vmin=0, vmax=1)

    look(described(draw))


def test_nothing_drawn_is_no_map():
    seen = described()
    with pytest.raises(Mistake, match="pixels do not show"):
        look(seen, pixels=np.full_like(seen["pixels"], 255))


def test_one_colour_for_all_is_no_map():
    seen = described()
    seen["maps"][0]["colours"][:] = 255
    with pytest.raises(Mistake, match="same colour"):
        look(seen, pixels=np.full_like(seen["pixels"], 255))


def test_values_that_are_not_those_drawn_are_noticed():
    seen = described(lambda axes: axes.imshow(VALUES, vmin=0, vmax=1))
    seen["maps"][0]["colours"] = (255 * colormaps["viridis"](VALUES[::-1])[..., :3]).astype("uint8")
    with pytest.raises(Mistake, match="pixels do not show"):
        look(seen, VALUES[::-1])


def test_labels_are_seen_in_the_pixels():
    seen = described()
    boxes = [box for _, box in seen["written"]]
    drawn.texts_are_drawn(seen["pixels"], boxes)
    with pytest.raises(Mistake, match="0 of"):
        drawn.texts_are_drawn(np.full_like(seen["pixels"], 255), boxes)


def test_a_colour_bar_is_seen_in_the_pixels():
    seen = described()
    assert drawn.bars_drawn(seen["pixels"], seen["bar_boxes"]) == 1
    assert drawn.bars_drawn(np.full_like(seen["pixels"], 255), seen["bar_boxes"]) == 0


@pytest.mark.parametrize(
    "seen",
    [None, {}, {"pixels": "none"}, {"pixels": np.zeros((2, 2))}, {"pixels": np.zeros(3, "uint8")}],
)
def test_a_description_without_pixels_is_refused(seen):
    with pytest.raises(Mistake, match="pixels are missing"):
        drawn.pixels_of(seen)
