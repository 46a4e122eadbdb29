"""What checks look for in drawn attention maps: values, tokens at the ticks, one scale for all
panels."""

import numpy as np
from torch import Tensor

from attention_lab.checks.look import Look, display
from attention_lab.maps import describe_panels
from attention_lab.plots import heat_maps

TOP = 'imshow puts row 0 at the top; with pcolormesh or origin="lower" invert the y axis.'


def cells(seen: dict, weights: Tensor, name: str, look: Look) -> None:
    """Stop unless the map shows the weights, rows from the top and columns from the left; draw both
    where it does not."""
    look.that(
        bool(seen["maps"]),
        f"{name}: there is a map of numbers",
        "draw it with imshow, matshow or pcolormesh.",
    )
    drawn = seen["maps"][-1]
    order = [np.argsort(drawn["y"]), np.argsort(drawn["x"])]
    if seen["y_limits"][0] < seen["y_limits"][1]:
        order[0] = order[0][::-1]
    if seen["x_limits"][0] > seen["x_limits"][1]:
        order[1] = order[1][::-1]
    shown, right = np.asarray(drawn["values"])[order[0]][:, order[1]], weights.numpy()
    if shown.shape == right.shape and np.allclose(shown, right, atol=1e-5):
        look.that(True, f"{name}: every weight has its cell", "")
        return
    hint = (
        f"{shown.shape[0]} rows and {shown.shape[1]} columns of cells for weights of shape"
        f" {tuple(right.shape)}."
    )
    if shown.shape == right.T.shape and np.allclose(shown, right.T, atol=1e-5):
        hint = "rows and columns are exchanged: rows are what looks (target)."
    elif shown.shape == right.shape:
        hint = (
            TOP
            if np.allclose(shown, right[::-1], atol=1e-5)
            else "other numbers than the weights themselves are drawn."
        )
        display(heat_maps({"yours": shown, "the weights": right}))
    look.found(f"{name}: every weight has its cell", hint)


def ticks(seen: dict, rows: list[str], columns: list[str], name: str, look: Look) -> None:
    """Stop unless each cell's middle bears its token."""
    for axis, tokens in (("x", columns), ("y", rows)):
        low, high = seen[f"{axis}_limits"]
        backwards = low > high if axis == "x" else low < high  # rows are read from the top
        places = sorted(seen["maps"][-1][axis], reverse=backwards)
        ticks = sorted(seen[f"{axis}_ticks"], reverse=backwards)
        fits = len(ticks) == len(tokens) and all(
            abs(place - middle) < 0.15 for (place, _), middle in zip(ticks, places, strict=False)
        )
        look.that(
            fits and [text.strip() for _, text in ticks] == tokens,
            f"{name}: every token of the {axis} axis is at the middle of its cell",
            f"found {ticks}; the middles are at {places}: ax.set_{axis}ticks(places, tokens).",
        )


def refuses(call, title: str, look: Look) -> None:
    try:
        call()
    except ValueError:
        look.that(True, title, "")
    except NotImplementedError:
        raise
    except Exception as error:
        look.found(
            title,
            f"{type(error).__name__} came: raise ValueError with both shapes, before drawing.",
        )
    else:
        look.found(title, "no error came: compare the shapes first, and raise ValueError.")


def panels(
    figure, maps: list[Tensor], rows: list[str], columns: list[str], titles: list[str], look: Look
) -> dict:
    seen = describe_panels(figure)
    panels = seen["panels"]
    look.that(
        all(panel["maps"] for panel in panels),
        "no panel is empty",
        "ax.remove() takes a panel away that is left over.",
    )
    look.that(
        len(panels) == len(maps),
        f"{len(maps)} maps have {len(maps)} panels",
        f"yours has {len(panels)}.",
    )
    for panel, map_, title in zip(panels, maps, titles, strict=False):
        cells(panel, map_, f"panel {title}", look)
        look.that(
            title in panel["title"].replace(",", ""),  # 4,000 is 4000
            f"its title says {title}",
            f"it is {panel['title']!r}.",
        )
    limits = [panel["maps"][-1]["limits"] for panel in panels]
    look.that(
        all(np.allclose(limit, limits[0]) for limit in limits) and limits[0][0] == 0,
        "all panels have one scale, from 0 on",
        f"yours are {limits}: work out vmin and vmax once, before the loop.",
    )
    look.that(
        limits[0][1] >= max(map_.max().item() for map_ in maps) - 1e-6,
        "the scale reaches to the largest weight",
        f"it ends at {limits[0][1]:.3g}.",
    )
    left = next((panel for panel in panels if panel["y_ticks"]), None)
    below = next((panel for panel in panels if panel["x_ticks"]), None)
    look.that(
        left is not None and below is not None,
        "tokens are written at rows and columns",
        "set_xticks and set_yticks in each panel.",
    )
    assert left is not None and below is not None  # the line above ends the check otherwise
    ticks({**left, "x_ticks": below["x_ticks"]}, rows, columns, "tokens", look)
    look.that(bool(seen["bars"]), "there is a colour bar", "figure.colorbar(image, ax=panels).")
    return seen
