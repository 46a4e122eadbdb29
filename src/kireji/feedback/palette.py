"""The house colours, shared by the pictures and the pages: indigo on paper, vermilion for what
needs a look.

Indigo against vermilion stays apart for every common colour vision deficiency and in grey; nothing
is ever told by colour alone (a word, a sign or a position says it too).
"""

from matplotlib.colors import LinearSegmentedColormap

PAPER = "#fffdf9"  # the ground of every picture
INK = "#1f2430"  # text
QUIET = "#667085"  # secondary text
HAIRLINE = "#ddd7cc"  # rules, frames
GRID = "#ece7dc"  # between the cells of a map
INDIGO = "#2b4a8b"  # weight, success, "yours"
VERMILION = "#c0492b"  # less than expected, a mistake
OCHRE = "#b7791f"  # in between

# One series after another: apart in hue and in lightness.
SERIES = (INDIGO, VERMILION, "#3f8f8a", OCHRE, "#7b5ea7", "#4b5563")

WEIGHTS = LinearSegmentedColormap.from_list(
    "kireji_weights",
    [
        (0, PAPER),
        (0.08, "#dde4f1"),
        (0.25, "#b3c2e0"),
        (0.5, "#6f89be"),
        (0.8, INDIGO),
        (1, "#14244c"),
    ],
)
DIFFERENCE = LinearSegmentedColormap.from_list(
    "kireji_difference",
    [
        (0, "#7f2a14"),
        (0.12, VERMILION),
        (0.36, "#eab7a5"),
        (0.47, "#f8e8e0"),
        (0.5, PAPER),
        (0.53, "#e4e9f4"),
        (0.64, "#a9badb"),
        (0.88, INDIGO),
        (1, "#14244c"),
    ],
)
