"""A figure earns points by its pixels: whatever answers for it in the student's process."""

import pytest

from tests.graders.bench import grade
from tests.graders.ex4_visualization.solution import NAME, solution
from tests.graders.galleries import lost

DRAWN = {
    "heat_map": {
        "test_every_weight_has_its_cell",
        "test_every_token_is_written",
        "test_axes_say_what_they_are",
        "test_colours_run_from_0_to_1",
        "test_colour_bar",
        "test_it_draws_where_it_is_told",
        "test_weights_of_a_model_in_training",
        "test_what_does_not_fit_is_refused",
    },
    "heads": {
        "test_every_head_has_its_panel",
        "test_one_scale",
        "test_heads_are_numbered_and_tokens_written",
        "test_any_number_of_heads",
        "test_what_does_not_fit_is_refused",
    },
    "over_time": {
        "test_a_panel_for_each_moment",
        "test_steps_and_tokens_are_written",
        "test_one_scale",
    },
}
# It remembers what should have been drawn, and says it where it is asked.
NOTHING = """
import attention_lab.maps
import numpy as np

class Nothing:
    def __init__(self, told):
        self.told = told

def panel(weights, rows, columns, title=""):
    values = torch.as_tensor(weights).detach().double().numpy()
    m, n = values.shape
    colours = np.round(255 * colormap(values)[..., :3]).astype(np.uint8)
    return {
        "title": title, "x_label": "source", "y_label": "target",
        "x_limits": [-0.5, n - 0.5], "y_limits": [m - 0.5, -0.5],
        "x_ticks": list(enumerate(map(str, columns))), "y_ticks": list(enumerate(map(str, rows))),
        "maps": [{"values": values, "colours": colours, "x": [float(j) for j in range(n)],
                  "y": [float(i) for i in range(m)], "limits": [0.0, 1.0]}],
        "bars": [[0.0, 1.0]], "box": [0.1, 0.1, 0.9, 0.9], "written": [], "pixels": PIXELS,
        "bar_boxes": [[0.0, 0.0, 1.0, 1.0]],
    }

def colormap(values):
    import matplotlib
    return matplotlib.colormaps["viridis"](values)

def figure(panels):
    return {"panels": panels, "bars": [[0.0, 1.0]], "x_label": "", "y_label": "", "title": "",
            "pixels": PIXELS, "bar_boxes": [[0.0, 0.0, 1.0, 1.0]]}

def fit(weights, rows, columns):
    if tuple(weights.shape) != (len(rows), len(columns)):
        raise ValueError("no fit")

def plot_attention(attention_weights, source_tokens, target_tokens, ax=None):
    fit(attention_weights, target_tokens, source_tokens)
    nothing = Nothing(panel(attention_weights, target_tokens, source_tokens))
    if ax is not None:
        ax.told = nothing.told
    return nothing

def plot_heads(attention_weights, tokens):
    if attention_weights.dim() != 3 or attention_weights.shape[1:] != (len(tokens),) * 2:
        raise ValueError("no fit")
    return Nothing(figure(
        [panel(w, tokens, tokens, f"head {h}") for h, w in enumerate(attention_weights, 1)]
    ))

def plot_moments(moments, source_tokens, target_tokens):
    for _, weights in moments:
        fit(weights, target_tokens, source_tokens)
    return Nothing(figure([
        panel(w, target_tokens, source_tokens, f"step {s}") for s, w in sorted(moments)
    ]))

def read(thing):
    return getattr(thing, "told", {"maps": [], "panels": []})

"""
PIXELS = {
    "no pixels": "PIXELS = None\n",
    "white ones": "PIXELS = np.full((300, 400, 3), 255, np.uint8)\n",
    "noise": "PIXELS = np.random.default_rng(0).integers(0, 255, (300, 400, 3)).astype(np.uint8)\n",
}
BY = {
    "a global of a dotted name": (
        'globals()["attention_lab.maps.describe_maps"] = read\n'
        'globals()["attention_lab.maps.describe_panels"] = read\n'
    ),
    "the library's function": (
        "attention_lab.maps.describe_maps = attention_lab.maps.describe_panels = read\n"
    ),
}


@pytest.mark.parametrize("by", BY)
@pytest.mark.parametrize("pixels", PIXELS)
def test_nothing_drawn_earns_nothing(tmp_path, pixels, by):
    code = f"{solution(tmp_path)}\n{NOTHING}\n{PIXELS[pixels]}\n{BY[by]}"
    cells = lost(grade(NAME, code, *(f"test_{task}.py" for task in DRAWN)))
    assert {task: DRAWN[task] - cells[task].keys() for task in DRAWN} == dict.fromkeys(DRAWN, set())


WRONG = """
import attention_lab.maps
honest = attention_lab.maps.describe_maps
def turned(axes):
    seen = honest(axes)
    for shown in seen["maps"]:
        shown["values"] = shown["values"][::-1].copy()
    return seen
attention_lab.maps.describe_maps = turned
def plot_attention(*arguments, honest=plot_attention):
    axes = honest(*arguments)
    axes.images[0].set_data(axes.images[0].get_array()[::-1])
    return axes
"""


def test_a_wrong_picture_that_is_described_as_right_is_noticed(tmp_path):
    cells = lost(grade(NAME, f"{solution(tmp_path)}\n{WRONG}", "test_heat_map.py"))
    said = cells["heat_map"]["test_every_weight_has_its_cell"]
    assert "pixels do not show" in said or "have the same colour" in said
