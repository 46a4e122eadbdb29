"""`./kireji bench` of two students of a toy assignment: every system is real, and every figure comes from what it did."""

import json

import pytest
from click.testing import CliRunner

from benchmarks import grading
from benchmarks.grading_figures import most_points_apart
from kireji.cli.bench import bench
from tests.toy_checkout import ToyCheckout

pytestmark = [pytest.mark.needs("bubblewrap"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def checkout(tmp_path_factory):
    return ToyCheckout(tmp_path_factory.mktemp("bench"))


@pytest.fixture(scope="module")
def said(checkout):
    """What the command said; its figures are in figures.json."""
    done = checkout.kireji("bench", "--students", "2", "--json", "figures.json")
    assert done.returncode == 0, done.stdout
    return done.stdout


@pytest.fixture(scope="module")
def figures(checkout, said):
    return json.loads((checkout.root / "figures.json").read_text())


def test_every_figure_is_there_and_fits_the_others(figures):
    most = f"ours-{figures['cores']}"
    rates = figures["submissions_per_minute"]
    assert rates.keys() == figures["seconds"].keys() == {"nbgrader", "ours-1", most, "floor"}
    assert all(rate > 0 for rate in rates.values())
    assert all(0 < seconds["median"] <= seconds["p95"] for seconds in figures["seconds"].values())
    assert figures["throughput_vs_nbgrader"] == pytest.approx(rates[most] / rates["nbgrader"])
    assert figures["parallel_efficiency"] == pytest.approx(rates[most] / rates["ours-1"] / figures["cores"])
    assert figures["floor_ratio"] == pytest.approx(rates["floor"] / rates["ours-1"])
    assert figures["cpu_seconds"].keys() == {"start", "cells", "tests", "recording"} and all(figures["cpu_seconds"].values())
    assert figures["overhead_cpu_seconds"] == pytest.approx(figures["cpu_seconds"]["start"] + figures["cpu_seconds"]["recording"])
    assert figures["overhead_seconds"] > 0 and figures["worker_memory_mb"] > 50
    assert figures["recall_ms"] > 0 and figures["regrade_ms"] > 0
    assert (figures["submissions"], figures["mixture"]) == (2, {"full": 1, "partly right": 1}) and figures["failed"] == {}


def test_points_apart_are_those_of_real_grades(checkout, figures):
    lines = {system: (checkout.root / "var" / "bench" / f"{system}.jsonl").read_text().splitlines() for system in ("nbgrader", "ours-1")}
    read = {system: {line["student"]: line["score"] for line in map(json.loads, lines[system]) if "score" in line} for system in lines}
    assert read["nbgrader"] == read["ours-1"] == {"student0000": 6.0, "student0001": 3.0}
    assert figures["most_points_apart"] == 0 and figures["nbgrader_not_graded"] == 0
    one, other = ({"graded": [{"name": "toy", "student": who, "score": score, "graded": graded} for who, score, graded in lines]} for lines in (
        [("ann", 6.0, True), ("bob", 0.0, False), ("cleo", 1.0, True)], [("ann", 4.5, True), ("bob", 3.0, True)]))
    assert most_points_apart(one, other) == 1.5


def test_it_says_the_same_on_the_screen(said, figures):
    assert "2 submissions on" in said and "nbgrader 0.9.6" in said and "one warm process, no wall" in said
    assert f"{figures['throughput_vs_nbgrader']:.2f} times nbgrader's throughput" in said


def test_a_system_that_fails_is_a_sentence(checkout):
    (checkout.root / "source" / "odd").mkdir()
    (checkout.root / "source" / "odd" / "odd.ipynb").write_text("{}")
    done = checkout.kireji("bench", "--assignment", "odd", "--students", "1")
    assert done.returncode == 1 and "Traceback" not in done.stdout, done.stdout


def test_options_are_known_in_one_place(monkeypatch):
    started = []
    monkeypatch.setattr("os.execve", lambda *program: started.append(program))
    CliRunner().invoke(bench, ["--quick", "--help"])
    assert started[0][1][-4:] == ["-m", "benchmarks.grading", "--quick", "--help"]
    shown = CliRunner().invoke(grading.main, ["--help"]).output
    assert all(option in shown for option in ("--json", "--quick", "--otter", "--growth"))
