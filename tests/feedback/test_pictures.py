"""Pictures: the same bytes for the same input, and nothing a student returns makes one fail or
warn."""

import io
import struct

import numpy as np
import pytest
import torch
from PIL import Image

from kireji.feedback import labels, pictures
from kireji.feedback.attention_pictures import MAX_TOKENS

pytestmark = pytest.mark.filterwarnings("error")

HOSTILE_TOKENS = [
    "$x^{",
    r"\frac{",
    "a\nb\tc",
    "\x1b[31mred",
    "\N{CJK UNIFIED IDEOGRAPH-65E5}",
    "\U00013000",
    "x" * 100_000,
    "e" + "\u0301" * 50,
    "",
    "\u0645\u0631\u062d\u0628\u0627",
    "\u0939\u093f\u0928",
    "\ud800",
    "\u202eabc",
    None,
    3,
    "\U0001f469\u200d\U0001f467",
    "\u0301",
    "%s {} {0}",
    "\\",
    "_",
    "^",
]


def decoded(png: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(png))
    picture.load()
    return picture


def uniform(rows: int, columns: int) -> torch.Tensor:
    return torch.full((rows, columns), 1 / columns)


def test_the_same_input_gives_the_same_bytes_without_metadata():
    arguments = (uniform(3, 4), uniform(3, 4), list("abcd"), list("xyz"))
    first = pictures.attention_comparison(*arguments)
    assert first == pictures.attention_comparison(*arguments)
    kinds, place = [], 8
    while place < len(first):
        (length,) = struct.unpack(">I", first[place : place + 4])
        kinds.append(first[place + 4 : place + 8])
        place += 12 + length
    assert set(kinds) <= {b"IHDR", b"IDAT", b"IEND", b"pHYs"}


def test_yours_reference_and_difference_stand_one_above_the_other():
    one = decoded(pictures.attention_map(uniform(5, 5), list("abcde"), list("vwxyz")))
    three = decoded(
        pictures.attention_comparison(uniform(5, 5), uniform(5, 5), list("abcde"), list("vwxyz"))
    )
    assert one.width == three.width
    assert 2.7 * one.height < three.height < 3.1 * one.height


def colour_counts(png: bytes) -> dict[str, int]:
    """How many pixels are clearly blue and clearly red."""
    pixels = np.asarray(decoded(png).convert("RGB")).astype(int)
    red, blue = pixels[..., 0], pixels[..., 2]
    return {"blue": int((blue - red > 40).sum()), "red": int((red - blue > 60).sum())}


def test_only_a_difference_is_vermilion():
    tokens = list("abcde")
    same = colour_counts(pictures.attention_comparison(torch.eye(5), torch.eye(5), tokens, tokens))
    other = colour_counts(
        pictures.attention_comparison(torch.eye(5).flip(0), torch.eye(5), tokens, tokens)
    )
    assert other["red"] > same["red"] + 10_000
    assert same["blue"] > 10_000


@pytest.mark.parametrize("token", HOSTILE_TOKENS, ids=range(len(HOSTILE_TOKENS)))
def test_any_token_is_drawn(token):
    decoded(pictures.attention_map(uniform(2, 2), [token, "b"], ["c", token]))
    text = labels.label(token)
    assert 0 < len(text) <= 14 + 28  # combining marks take no room
    assert text.isprintable()


def test_values_that_are_no_weights_are_marked_not_fatal():
    odd = uniform(3, 3)
    clean = colour_counts(pictures.attention_map(odd, list("abc"), list("xyz")))
    odd[0] = torch.tensor([float("nan"), float("inf"), -1e38])
    marked = colour_counts(pictures.attention_map(odd.requires_grad_(), list("abc"), list("xyz")))
    assert marked["red"] > clean["red"] + 100


def test_long_sentences_are_cut_and_the_picture_stays_bounded():
    longest = decoded(
        pictures.attention_comparison(
            uniform(500, 3000), uniform(500, 3000), ["source"] * 3000, ["target"] * 500
        )
    )
    at_most = decoded(
        pictures.attention_map(
            uniform(MAX_TOKENS, MAX_TOKENS), ["s"] * MAX_TOKENS, ["t"] * MAX_TOKENS
        )
    )
    assert longest.width == at_most.width == 960
    assert longest.height < 5000


@pytest.mark.parametrize("shape", [(2, 3), (3, 3, 1), (0, 0), ()])
def test_counts_that_do_not_match_are_named(shape):
    with pytest.raises(
        ValueError, match=r"attention_weights have shape .* 3 target and 3 source tokens"
    ):
        pictures.attention_map(torch.zeros(shape), list("abc"), list("xyz"))


@pytest.mark.parametrize(
    "value", [28.1, 33, 36, 23.4, 3, -1e300, 1e300, float("nan"), float("inf"), None, "33"]
)
@pytest.mark.parametrize(("baseline", "target"), [(23.4, 33), (0.3, 0.05), (1, 1)])
def test_a_metric_is_drawn_wherever_it_stands(value, baseline, target):
    picture = decoded(pictures.metric(value, baseline, target, "BLEU $x_{"))
    assert picture.width > 4 * picture.height


def test_a_reached_target_is_blue_and_a_missed_baseline_is_red():
    assert colour_counts(pictures.metric(40, 20, 30, "m"))["red"] < 500
    assert colour_counts(pictures.metric(10, 20, 30, "m"))["blue"] < 500


@pytest.mark.parametrize(
    ("student", "expected"),
    [
        (torch.ones(3, 4, dtype=torch.bool), torch.zeros(3, 4, dtype=torch.bool)),
        (torch.rand(3), torch.rand(3, 4)),
        (torch.tensor(1.5), torch.zeros(0, 3)),
        ([float("nan"), -1e30, float("inf")], [1, 2, 3]),
        (torch.rand(99, 99), torch.rand(2, 2)),
    ],
)
def test_small_tensors_of_any_shape_are_compared(student, expected):
    decoded(pictures.tensor_comparison(student, expected, "title $"))


def test_a_cell_that_differs_has_a_frame():
    mask = torch.ones(3, 4)
    other = mask.clone()
    other[1, 2] = 0
    assert (
        colour_counts(pictures.tensor_comparison(other, mask, "m"))["red"]
        > colour_counts(pictures.tensor_comparison(mask, mask, "m"))["red"] + 200
    )


def test_lines_with_gaps_and_hostile_names():
    png = pictures.line_chart(
        {
            "$a_{": ([1, 2, 3], [1, float("nan"), 1e300]),
            "b" * 999: ([1, 2], [2, 3]),
            "empty": ([], []),
        },
        "t\n",
        "x",
        "y",
    )
    assert decoded(png).width == 960
    with pytest.raises(ValueError, match="2 x values and 1 y values"):
        pictures.line_chart({"a": ([1, 2], [1])}, "t", "x", "y")
