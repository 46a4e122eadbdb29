"""The module's text: its links and figures exist, its equations render anywhere, its numbers are
those of the lessons."""

import re

import basic_attention
import numpy as np
import pytest
import self_attention
from PIL import Image

from kireji.installation import DOCS, LESSONS

FRONT = (DOCS / "explanation" / "theory.md").read_text()
SECTIONS = {
    path.stem: path.read_text()
    for path in sorted((DOCS / "explanation" / "attention").glob("*.md"))
}
TEXT = "\n\n".join(SECTIONS.values())
FIGURES = DOCS / "figures"
WORDS = " ".join(TEXT.split())
# Pages to look things up in, and the list of papers.
LOOKED_UP = {"shapes", "glossary", "reading"}
MATHS = [block or inline for block, inline in re.findall(r"\$\$(.+?)\$\$|\$([^$\n]+)\$", TEXT)]


def found(lesson: str) -> str:
    return (FIGURES / f"{lesson}.txt").read_text()


def test_every_figure_is_shown_and_small():
    shown = set(re.findall(r"!\[[^\]]+\]\(\.\./\.\./figures/(\w+\.png)\)", TEXT))
    assert shown == {path.name for path in FIGURES.glob("*.png")}
    assert all((FIGURES / name).stat().st_size < 150_000 for name in shown)


def test_the_front_page_leads_to_every_section():
    assert set(re.findall(r"\(attention/([\w-]+)\.md\)", FRONT)) == set(SECTIONS)


@pytest.mark.parametrize("name", sorted(set(SECTIONS) - LOOKED_UP))
def test_a_section_ends_with_three_exercises_whose_answers_are_folded(name):
    _, exercises = SECTIONS[name].split("\n## Exercises\n")
    assert "\n## " not in exercises
    assert re.findall(r"^\*\*(\d)\.", exercises, re.MULTILINE) == ["1", "2", "3"]
    assert exercises.count("With pen and paper") == 1
    # with an empty line around the answer, so that it is read as Markdown
    answers = re.findall(
        r"<details><summary>Answer</summary>\n\n.+?\n\n</details>", exercises, re.DOTALL
    )
    assert len(answers) == 3


def test_every_lesson_is_pointed_to():
    lessons = {path.stem for path in LESSONS.glob("*.py")}
    assert set(re.findall(r"\(\.\./\.\./\.\./code/(\w+)\.py\)", TEXT)) == lessons
    assert set(re.findall(r"\(\.\./\.\./code/(\w+)\.py\)", FRONT)) <= lessons


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
        "cap",
        "cdot",
        "in",
        "leftarrow",
        "min",
        "mu",
        "phi",
        "propto",
        "sigma",
        "tau",
    }
    # Some hosts read these as Markdown before they read them as an equation.
    assert [maths for maths in MATHS if re.search(r"\}_|\\[,;:!{}\\]|\*|<|\|", maths)] == []
    assert all(paragraph.count("$") % 2 == 0 for paragraph in TEXT.split("\n\n"))


def test_the_variance_table_is_what_the_lesson_computes():
    rows = re.findall(r"^\| (\d+) \| ([\d. |]+) \|$", SECTIONS["square-root"], re.MULTILINE)
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
            r"by mistake: +\[0.31, 0.21, 0.8, 0.44, 1.0\]",
            ["the rows sum to 0.31, 0.21, 0.80, 0.44 and 1"],
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
            r"the cut with 0\.61",
            ["a whole head gives it 0.61 of its weight", "draws 0.61 of one head's attention"],
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
        (
            "attention_visualization",
            r"'a' with 0\.93 .* 100% of unseen.*\n +numeral +53%\n +thing +100%\n.* 52%",
            ["looks at *a*, the numeral, with 0.93", "it is right in 53 %", "it is right in 52 %"],
        ),
        (
            "decoding",
            r"'he is cold' 0\.144 \(score -1\.94\)(.*\n)+.*'it is cold' 0\.342 \(score -1\.07\)",
            ["scores here are -1.94 for *he is cold* and -1.07 for *it is cold*"],
        ),
        (
            "decoding",
            r"a large house \. +BLEU +48\.9 +chrF +73\.0 +n-grams 6/7, 4/6, 2/5, 1/4",
            ["| my mother bought a large house . | 48.9 | 73.0 |"],
        ),
        (
            "decoding",
            r"small house \. +BLEU +48\.9 +chrF +72\.3",
            ["| my mother bought a small house . | 48.9 | 72.3 |"],
        ),
        (
            "decoding",
            r"bought a house \. +BLEU +51\.2 +chrF +75\.7",
            ["| my mother bought a house . | 51.2 | 75.7 |"],
        ),
        (
            "decoding",
            r"mother bought \. +BLEU +0\.0 +chrF +79\.3(.*\n).*BLEU +0\.0 +chrF +82\.2",
            ["what my mother bought . | 0.0 | 79.3 |", "a big houses . | 0.0 | 82.2 |"],
        ),
        ("decoding", r"chrF 26, n-grams 4/5, 2/4, 0/3, 0/2, 0/1", ["0.26$, and chrF is 26"]),
        (
            "cost",
            r"LSTM\) +100 +210 +1000 +2,097 +10000 +20,972\n.* 115 +1000 +2,073 +10000 +112,886\n"
            r".* 115 +1000 +1,180 +10000 +11,796\n.* 111 +1000 +1,114 +10000 +11,141\n",
            [
                "| 210 | 2,097 | 20,972 |",
                "| 115 | 2,073 | 112,886 |",
                "| 115 | 1,180 | 11,796 |",
                "| 111 | 1,114 | 11,141 |",
            ],
        ),
        ("cost", r"at T = 1024\.", ["here at 1,024 positions"]),
        (
            "cost",
            r"20 positions: keys and values of 210 positions without a cache, of 20 with",
            ["it computes keys and values for 210 positions", "with one for 20"],
        ),
        (
            "cost",
            r"10 keys +softmax 0\.74 +kernel 0\.14\n +100 keys +softmax 0\.29 +kernel 0\.01",
            ["gives the right one 0.74 of the weight, with 100 keys 0.29", "it 0.14 and 0.01"],
        ),
        (
            "transformer",
            r"recurrent +BLEU +35\.4 .*in 42 CPU seconds\n.*BLEU +29\.6 ",
            [
                "After 42 CPU seconds it has a BLEU of 35.4",
                "the Transformer 29.6: it stays 5.8 points",
            ],
        ),
    ],
)
def test_numbers_quoted_are_those_that_the_lesson_printed(lesson, finding, sentences):
    assert re.search(finding, found(lesson)), (
        "the lesson finds something else by now: change the text and this test"
    )
    assert [sentence for sentence in sentences if sentence not in WORDS] == []


def test_the_table_of_mistakes_is_what_the_lesson_printed():
    printed = re.findall(
        r"^  .{26} ([\d.]+) to ([\d.]+) +([\d.]+) ", found("mistakes"), re.MULTILINE
    )
    rows = re.findall(
        r"^\|.*\| ([\d.]+)(?: to ([\d.]+))? \| (\d\.\d\d) \|$", SECTIONS["mistakes"], re.MULTILINE
    )
    assert [(low, high or low, padding) for low, high, padding in rows] == printed


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
