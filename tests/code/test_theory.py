"""The module's text: its links and figures exist, its equations render anywhere, its numbers are
those of the lessons."""

import re

import basic_attention
import numpy as np
import pytest
import self_attention
from PIL import Image

from kireji import paths

TEXT = (paths.DOCS / "explanation" / "theory.md").read_text()
FIGURES = paths.DOCS / "figures"
WORDS = " ".join(TEXT.split())
MATHS = [block or inline for block, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", TEXT)]


def found(lesson: str) -> str:
    return (FIGURES / f"{lesson}.txt").read_text()


def test_every_figure_is_shown_and_small():
    shown = set(re.findall(r"!\[[^\]]+\]\(\.\./figures/(\w+\.png)\)", TEXT))
    assert shown == {path.name for path in FIGURES.glob("*.png")}
    assert all((FIGURES / name).stat().st_size < 150_000 for name in shown)


def test_links_into_the_text_meet_a_heading():
    anchors = {
        re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-")
        for heading in re.findall(r"^#+ (.+)$", TEXT, re.MULTILINE)
    }
    links = re.findall(r"\]\(#([^)]+)\)", TEXT)
    assert len(links) == 10 and set(links) <= anchors


def test_every_lesson_is_pointed_to():
    assert set(re.findall(r"\(\.\./\.\./code/(\w+)\.py\)", TEXT)) == {
        path.stem for path in paths.LESSONS.glob("*.py")
    }


def test_equations_keep_to_what_every_renderer_knows():
    commands = {command for maths in MATHS for command in re.findall(r"\\([a-zA-Z]+)", maths)}
    assert commands <= {
        "alpha",
        "delta",
        "omega",
        "sum",
        "exp",
        "tanh",
        "sin",
        "cos",
        "ln",
        "frac",
        "sqrt",
        "top",
        "dots",
        "cdots",
        "infty",
        "partial",
        "approx",
        "le",
        "mathrm",
        "text",
        "qquad",
        "quad",
        "left",
        "right",
        "tilde",
        "bar",
    }
    # Some hosts read these as Markdown before they read them as an equation.
    assert [maths for maths in MATHS if re.search(r"\}_|\\[,;:!{}\\]|\*|<|\|", maths)] == []
    assert all(paragraph.count("$") % 2 == 0 for paragraph in TEXT.split("\n\n"))


def test_the_variance_table_is_what_the_lesson_computes():
    rows = re.findall(r"^\| (\d+) \| ([\d. |]+) \|$", TEXT, re.MULTILINE)
    assert [int(d_k) for d_k, _ in rows] == basic_attention.WIDTHS
    for d_k, numbers in rows:
        computed = basic_attention.saturation(int(d_k), scaled=False) + basic_attention.saturation(
            int(d_k), scaled=True
        )
        assert [float(number) for number in numbers.split(" | ")] == pytest.approx(
            computed, abs=0.011
        )


@pytest.mark.parametrize(
    ("lesson", "finding", "sentences"),
    [
        (
            "basic_attention",
            r"dot-product +97% +18%",
            ["97 % without any training", "18 %, where guessing would give 14 %"],
        ),
        (
            "basic_attention",
            r"general +100% +99%[^%]+%\n +additive +100% +100%",
            ["right in 99 % and 100 % of the cases"],
        ),
        (
            "basic_attention",
            r"location-based .* 100%\n",
            ["Location finds it in 100 % of the cases"],
        ),
        (
            "basic_attention",
            r"by mistake: +\[[\d.]+, 0.21,",
            ["the second of five rows then sums to 0.21"],
        ),
        (
            "seq2seq_attention",
            r"with attention +step +420 +96\.7%",
            ["After 420 steps the model with attention has 96.7 % of unseen dates right"],
        ),
        (
            "seq2seq_attention",
            r"without +step +420 +10\.3% .* 2%\n",
            ["the other has 10.3 %, and among the longest sources 2 %"],
        ),
        (
            "seq2seq_attention",
            r"without +step +1260 +92\.7% .* 33 7\d% +39 7\d%\n",
            ["three times as long: it comes to 92.7 %", "between 70 and 80 % on the long sources"],
        ),
        (
            "self_attention",
            r"guessing: 17%.*\n.*\n.*two-way LSTM.* 2 87% .* 12 40%",
            ["names 87 % with two pairs on the table, 40 % with twelve"],
        ),
        (
            "self_attention",
            r"self-attention .*(100%.*){10}",
            ["The self-attention makes no mistake"],
        ),
        (
            "attention_visualization",
            r"'snowfall' with 0\.9.* layer 2, head 4",
            ["in each layer head 4 looks at *snowfall*"],
        ),
        (
            "attention_visualization",
            r"the cut with 0\.62",
            ["a whole head gives it 0.62 of its weight", "draws 0.62 of one head's attention"],
        ),
        (
            "attention_visualization",
            r"Rollout gives 'snowfall' 0\.15",
            ["finds *snowfall* again, with 0.15"],
        ),
        (
            "attention_visualization",
            r"season word +23%\n +hour +53%\n +cut +100%",
            [
                "Without the season word 23 % of the creatures are right",
                "Without the hour 53 %",
                "without it 100 % are right",
            ],
        ),
    ],
)
def test_numbers_quoted_are_those_that_the_lesson_printed(lesson, finding, sentences):
    assert re.search(finding, found(lesson)), (
        "the lesson finds something else by now: change the text and this test"
    )
    assert [sentence for sentence in sentences if sentence not in WORDS] == []


def pixels(path) -> np.ndarray:
    with Image.open(path) as picture:
        return np.asarray(picture.convert("L"), dtype=float)


def test_figures_without_training_have_not_drifted(tmp_path):
    saturation = [
        [basic_attention.saturation(d_k, scaled) for d_k in basic_attention.WIDTHS]
        for scaled in (False, True)
    ]
    basic_attention.publish(
        tmp_path,
        "basic_attention",
        {
            "masks": basic_attention.draw_masks()[0],
            "saturation": basic_attention.draw_saturation(*saturation),
        },
        [],
    )
    basic_attention.publish(
        tmp_path, "self_attention", {"positions": self_attention.draw_positions()}, []
    )
    for path in tmp_path.glob("*.png"):
        new, old = pixels(path), pixels(FIGURES / path.name)
        assert new.shape == old.shape
        # of 255: room for another version of the fonts, not for another curve
        assert np.abs(new - old).mean() < 1, path.name
