"""The whole loop with the sample students: the real notebook, a really trained model, nbgrader's
own steps."""

import json
import re
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from click.testing import CliRunner
from nbgrader.api import Gradebook

from attention_lab.data import load_pairs, load_reviews
from attention_lab.metrics import bleu
from attention_lab.text import tokenize
from kireji.cli.demo import demo
from kireji.demo import loop
from kireji.demo.checkpoint import trained_checkpoints
from tests.demo.own_models import at_own_models
from tests.support.clone import COURSE, ROOT

FOLDER = loop.folder_of(COURSE)
pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(2400)]


@pytest.fixture(scope="module")
def results(tmp_path_factory):
    file = tmp_path_factory.mktemp("demo") / "reports.json"
    result = CliRunner().invoke(demo, ["--json", str(file)], catch_exceptions=False)
    assert result.exit_code == 0, result.output
    return {
        (report["student"], report["assignment"]): report for report in json.loads(file.read_text())
    }


def of(results, student):
    return [report for (name, _), report in results.items() if name == student]


def messages(report):
    return {
        test["message"]
        for cell in report["cells"]
        for test in cell["tests"]
        if test["status"] != "passed"
    }


def test_every_student_has_a_report_for_every_assignment(results):
    students = {student.name for student in loop.STUDENTS}
    assert set(results) == {
        (student, name) for student in students for name in COURSE.assignment_names()
    }


def test_the_full_solution_gets_every_automatic_point(results):
    for report in of(results, "ada"):
        short = [
            test for cell in report["cells"] for test in cell["tests"] if test["status"] != "passed"
        ]
        # Each checkout has its own split and trains its own models: a metric may miss its target by
        # a little, nothing else.
        assert all(test["status"] == "partly" and test["fraction"] >= 0.8 for test in short), short
        assert report["max_score"] > 80


def test_three_mistakes_cost_points_only_where_they_were_made(results):
    for report in of(results, "ben"):
        wrong = {
            cell["grade_id"]
            for cell in report["cells"]
            if cell["score"] is not None and cell["score"] < cell["max_score"]
        }
        # One more where the submitted weights were trained with the right code and are used with
        # the wrong one.
        assert len(wrong) in (3, 4), messages(report)


def test_an_untouched_release_gets_nothing(results):
    for report in of(results, "cleo"):
        assert report["score"] == 0
        assert {test["status"] for cell in report["cells"] for test in cell["tests"]} == {"missing"}


def test_a_battered_notebook_costs_nothing(results):
    for ada, dora in zip(of(results, "ada"), of(results, "dora"), strict=True):
        assert dora["score"] == ada["score"], messages(dora)


def test_the_cheater_gets_what_the_wrong_solution_is_worth(results):
    for report in of(results, "mallory"):
        assert report["score"] == 0
        assert all(test["message"] for cell in report["cells"] for test in cell["tests"])


def test_written_questions_wait_for_a_person(results):
    for report in of(results, "ada"):
        assert [cell["score"] for cell in report["cells"]].count(None) >= 1


def test_the_gradebook_has_the_reports_scores(results):
    with Gradebook(f"sqlite:///{FOLDER}/gradebook.db") as gradebook:
        for (student, assignment), report in results.items():
            assert gradebook.find_submission(assignment, student).score == pytest.approx(
                report["score"]
            )


def test_the_attacks_found_nothing(results):
    for student, assignment in results:
        if student == "mallory":
            text = (
                FOLDER / "autograded" / student / assignment / f"{assignment}.ipynb"
            ).read_text()
            assert not re.search(
                r"found /\S* (test_|graders|held_out|secret|gradebook|reference)", text
            )
            assert "reached (" not in text


def test_feedback_pages_are_there_and_hide_what_is_hidden(results):
    for student, assignment in results:
        page = FOLDER / "feedback" / student / assignment / f"{assignment}.html"
        text = page.read_text()
        assert "<script" not in text and "onerror" not in text
        for hidden in (COURSE.graders / assignment).glob("*.py"):
            for line in hidden.read_text().splitlines():
                if line.strip().startswith("expect."):
                    assert line.strip() not in text
        fetched = list((FOLDER / "homes" / student / assignment / "feedback").rglob("*.html"))
        assert [Path(path).read_text() for path in fetched] == [text]


def test_nbgraders_own_command_and_judge_give_the_same_scores(results, tmp_path):
    name = COURSE.assignment_names()[0]
    config = tmp_path / "nbgrader_config.py"
    config.write_text(
        (ROOT / "nbgrader_config.py").read_text()
        + f"\nc.CourseDirectory.root = {str(FOLDER)!r}\nc.Exchange.root ="
        f" {str(FOLDER / 'exchange')!r}\n"
    )
    autograde = [sys.executable, "-m", "nbgrader", "autograde", name, "--student", "ben", "--force"]
    subprocess.run(autograde, cwd=tmp_path, check=True, capture_output=True)
    with Gradebook(f"sqlite:///{FOLDER}/gradebook.db") as gradebook:
        recorded = gradebook.find_submission(name, "ben").score
    judge = [
        sys.executable,
        "-m",
        "kireji",
        "judge",
        name,
        str(FOLDER / "submitted" / "ben" / name),
        "--json",
    ]
    said = json.loads(subprocess.run(judge, check=True, capture_output=True, text=True).stdout)
    before = results["ben", name]
    for report in (said, before):
        report.pop("seconds")
    assert recorded == pytest.approx(said["score"]) and said["cells"] == before["cells"]


def test_the_trained_checkpoint_is_kept():
    for name in COURSE.assignment_names():
        folder = trained_checkpoints(COURSE, COURSE.assignment(name))
        assert trained_checkpoints(COURSE, COURSE.assignment(name)) == folder and list(
            folder.glob("*.safetensors")
        )


def test_assignment_4_looks_at_the_models_of_1_and_3(results, tmp_path, monkeypatch):
    """As its notebook says how, with the checkpoints that the demo's solutions trained: weights and
    words belong together."""
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(COURSE.lab_data))
    own = at_own_models(tmp_path)
    assert [type(own[name].model).__name__ for name in ("translator", "classifier")] == [
        "TranslationModel",
        "AttentionClassifier",
    ]
    pairs = load_pairs("ex1_translation", "validation")[:40]
    assert (
        bleu(
            [own["translator"].translate(pair.source) for pair in pairs],
            [[pair.target] for pair in pairs],
        )
        > 10
    )
    for pair in pairs[:5]:
        source, target, weights = own["translator"].align(pair.source, pair.target)
        assert (source, target) == (
            tokenize(pair.source),
            tokenize(pair.target),
        ) and weights.shape == (len(target), len(source))
        torch.testing.assert_close(weights.sum(dim=1), torch.ones(len(target)))
    reviews, classifier = load_reviews("ex3_classification", "validation")[:60], own["classifier"]
    said = [classifier(tokenize(review.text)) for review in reviews]
    assert sum(
        classifier.labels[shares.argmax()] == review.label
        for (shares, _), review in zip(said, reviews, strict=True)
    ) > 0.6 * len(reviews)
    assert all(
        len(weights) == len(tokenize(review.text))
        for (_, weights), review in zip(said, reviews, strict=True)
    )
    assert sum(own["prediction_change"](classifier, review.text, 3) for review in reviews) > 0
