"""A fifth assignment, as an instructor would write it: the content of each of its files, by place.

docs/howto/add-an-assignment.md explains these files one by one and quotes them."""

import nbformat
from nbformat import NotebookNode
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

NAME = "quiz_words"

ASSIGNMENT = """\
title = "Words by their endings"
order = 5
files = []  # nothing is trained: the notebook alone is handed in
"""

WORDS = "word,language\n" + "".join(
    f"{stem}{ending},{language}\n"
    for stem in ("na", "forma", "sta", "rela", "op", "act", "posi", "solu", "crea", "mo")
    for ending, language in (("zione", "italian"), ("ción", "spanish"))
)

DATA = '''\
"""Words of two languages, from a file beside this one."""

import csv
from pathlib import Path

from kireji.data import DataSet, LocalFile


def extract(file: Path) -> list[tuple[str, str]]:
    with file.open(encoding="utf-8", newline="") as lines:
        return [(row["word"], row["language"]) for row in csv.DictReader(lines)]


DATA = DataSet(
    LocalFile(Path(__file__).with_name("words.csv")),
    columns=("word", "language"),
    extract=extract,
    key=lambda row: row[0],
    held_out=6,
    validation=2,
)
'''

SHARED_DATA = '''\
"""The words that no student has seen: read once, for every submission."""

import functools

from ..tables import Rows, held_out_rows


@functools.cache
def held_out() -> Rows:
    return held_out_rows("quiz_words")


def prepare() -> None:
    held_out()
'''

REFERENCE = '''\
"""What is right, worked out the slow and obvious way."""

import math

import torch
from torch import Tensor


def shares(scores: Tensor) -> Tensor:
    rows = [[math.exp(score) for score in row] for row in scores.tolist()]
    return torch.tensor([[one / sum(row) for one in row] for row in rows])
'''

TARGETS = '''\
"""Where the metric curve begins and ends. Guessing gets 0.5; looking at the ending gets 1.0."""

BASELINE, TARGET = 0.5, 0.95
'''

TEST_SHARES = '''\
"""shares(scores): a softmax over each row."""

import torch

from kireji.testing import expect, graded

from . import reference


@graded("shares")
def test_each_row_is_shared_out(student, rng):
    """Each row of scores becomes shares that sum to 1."""
    scores = torch.randn(3, 4, generator=rng)
    expect.close(
        student.shares(scores),
        reference.shares(scores),
        hint="Take the softmax over the last axis.",
        diagnoses={"the softmax runs over the rows": torch.softmax(scores, dim=0)},
    )
'''

TEST_LANGUAGE = '''\
"""language(word): how many words that no student has seen are recognised."""

from kireji.testing import expect, graded

from . import shared_data, targets


@graded("language")
def test_unseen_words(student):
    """The language of words that you have not seen."""
    rows = shared_data.held_out()
    right = [student.language(row["word"]) == row["language"] for row in rows]
    expect.metric(
        sum(right) / len(right), baseline=targets.BASELINE, target=targets.TARGET, name="accuracy"
    )
'''

SAMPLES = '''\
"""A typical mistake in the solution, for the sample student who makes it: (answer, what is right, the slip)."""

MISTAKES = (("shares_solution", "dim=-1", "dim=0"),)
'''

CHECKS = '''\
"""Checks of quiz_words: one function for each task, named like it."""

import torch

from attention_lab.checks.look import Look, Student


def shares(student: Student, look: Look) -> None:
    weights = student.shares(torch.tensor([[0.0, 0.0], [1.0, 1.0]]))
    look.shape(weights, (2, 2), "the shares")
    look.close(
        weights, torch.full((2, 2), 0.5), "equal scores get equal shares", "exp, then divide."
    )


def language(student: Student, look: Look) -> None:
    look.that(
        student.language("stazione") == "italian", "stazione is Italian", "look at the ending."
    )
'''

GALLERY = '''\
"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and words of its message."""

from tests.graders.galleries import of

GALLERY = [
    *of(
        "shares",
        (
            "softmax over the rows",
            "torch.softmax(scores, dim=-1)",
            "torch.softmax(scores, dim=0)",
            "test_each_row_is_shared_out",
            "runs over the rows",
        ),
    ),
    *of(
        "language",
        ("always Italian", 'else "spanish"', 'else "italian"', "test_unseen_words", "accuracy"),
    ),
]
'''

ACCEPTED = '''\
"""By hand, without torch's softmax, and by the last letter."""


def shares(scores):
    powers = scores.exp()
    return powers / powers.sum(dim=-1, keepdim=True)


def language(word):
    return {"e": "italian"}.get(word[-1], "spanish")
'''

PROBES = '''\
"""What tells a mutant of the solution from the solution: questions of their own."""


def probe_shares():
    return shares(torch.randn(3, 2))


def probe_language():
    return [language(word) for word in ("stazione", "estación")]
'''

SHARES = """\
def shares(scores):
    \"\"\"Share out each row of `scores` (rows, columns) by a softmax.

    Hint: the shares of a row sum to 1.\"\"\"
    ### BEGIN SOLUTION
    return torch.softmax(scores, dim=-1)
    ### END SOLUTION"""

LANGUAGE = """\
def language(word):
    \"\"\"Say "italian" or "spanish".

    Hint: look at the ending.\"\"\"
    ### BEGIN SOLUTION
    return "italian" if word.endswith("e") else "spanish"
    ### END SOLUTION"""

WELCOME = """\
# Words by their endings

*12 points*

| # | task | points |
|---|---|---|
| 1 | `shares` | 6 |
| 2 | `language` | 4 |
| 3 | which words deceive | 2 |"""

QUESTION = "### BEGIN MARK SCHEME\nNames one word of both languages.\n### END MARK SCHEME\n"


def _cell(cell: NotebookNode, grade_id: str, **marks: object) -> NotebookNode:
    """`cell` with nbgrader's metadata, as its own toolbar writes them."""
    defaults = {"grade": False, "solution": False, "locked": False, "task": False}
    cell.id = grade_id
    cell.metadata["nbgrader"] = {"schema_version": 3, "grade_id": grade_id, **defaults, **marks}
    return cell


def notebook() -> NotebookNode:
    """Two tasks with points for code, and a written question."""
    cells = [
        _cell(new_markdown_cell(WELCOME), "welcome", locked=True),
        _cell(
            new_code_cell("import torch\n\nfrom attention_lab import check"), "imports", locked=True
        ),
    ]
    for task, answer, points in (("shares", SHARES, 6), ("language", LANGUAGE, 4)):
        cells += [
            _cell(new_markdown_cell(f"## {task}"), f"{task}-prose", locked=True),
            _cell(new_code_cell(answer), f"{task}_solution", solution=True),
            new_code_cell(f'check("{task}")', id=f"{task}-check"),
            _cell(
                new_code_cell("# Hidden tests are here."),
                task,
                grade=True,
                locked=True,
                points=points,
            ),
        ]
    cells += [
        _cell(
            new_markdown_cell("## Which words deceive?\n\nName one *(1)*, and say why *(1)*."),
            "discussion-prose",
            locked=True,
        ),
        _cell(new_markdown_cell(QUESTION), "discussion", grade=True, solution=True, points=2),
    ]
    kernel = {"name": "python3", "display_name": "Python 3 (ipykernel)", "language": "python"}
    return new_notebook(cells=cells, metadata={"kernelspec": kernel})


FILES = {
    f"source/{NAME}/{NAME}.ipynb": nbformat.writes(notebook()) + "\n",
    f"graders/{NAME}/__init__.py": '"""Hidden tests of quiz_words, one file a graded cell."""\n',
    f"graders/{NAME}/assignment.toml": ASSIGNMENT,
    f"graders/{NAME}/words.csv": WORDS,
    f"graders/{NAME}/data.py": DATA,
    f"graders/{NAME}/shared_data.py": SHARED_DATA,
    f"graders/{NAME}/reference.py": REFERENCE,
    f"graders/{NAME}/targets.py": TARGETS,
    f"graders/{NAME}/samples.py": SAMPLES,
    f"graders/{NAME}/test_shares.py": TEST_SHARES,
    f"graders/{NAME}/test_language.py": TEST_LANGUAGE,
    f"lab/attention_lab/checks/{NAME}.py": CHECKS,
    f"tests/graders/{NAME}/gallery.py": GALLERY,
    f"tests/graders/{NAME}/probes.py": PROBES,
    f"tests/graders/{NAME}/accepted/by_hand.py": ACCEPTED,
}
