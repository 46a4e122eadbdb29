"""`./kireji bench` of two students of a toy assignment: every system is real, and every figure
comes from what it did."""

import inspect
import json

import pytest
from click.testing import CliRunner

from benchmarks import grading
from benchmarks.grading_figures import most_points_apart
from kireji.cli.bench import bench
from kireji.files.lock import hold
from tests.support.toy_checkout import ToyCheckout

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
    assert figures["parallel_efficiency"] == pytest.approx(
        rates[most] / rates["ours-1"] / figures["cores"]
    )
    assert figures["floor_ratio"] == pytest.approx(rates["floor"] / rates["ours-1"])
    assert figures["cpu_seconds"].keys() == {"start", "cells", "tests", "recording"} and all(
        figures["cpu_seconds"].values()
    )
    assert figures["overhead_cpu_seconds"] == pytest.approx(
        figures["cpu_seconds"]["start"] + figures["cpu_seconds"]["recording"]
    )
    assert figures["overhead_seconds"] > 0 and figures["worker_memory_mb"] > 50
    assert figures["recall_ms"] > 0 and figures["regrade_ms"] > 0
    assert (figures["submissions"], figures["mixture"]) == (
        2,
        {"full": 1, "partly right": 1},
    ) and figures["failed"] == {}


def test_points_apart_are_those_of_real_grades(checkout, figures):
    lines = {
        system: (checkout.root / "var" / "bench" / f"{system}.jsonl").read_text().splitlines()
        for system in ("nbgrader", "ours-1")
    }
    read = {
        system: {
            line["student"]: line["score"]
            for line in map(json.loads, lines[system])
            if "score" in line
        }
        for system in lines
    }
    assert read["nbgrader"] == read["ours-1"] == {"student0000": 6.0, "student0001": 3.0}
    assert figures["most_points_apart"] == 0 and figures["nbgrader_not_graded"] == 0


def test_points_apart_leave_out_what_was_not_graded():
    one, other = (
        {
            "graded": [
                {"name": "toy", "student": who, "score": score, "graded": graded}
                for who, score, graded in lines
            ]
        }
        for lines in (
            [("ann", 6.0, True), ("bob", 0.0, False), ("cleo", 1.0, True)],
            [("ann", 4.5, True), ("bob", 3.0, True)],
        )
    )
    assert most_points_apart(one, other) == 1.5


def test_it_says_the_same_on_the_screen(said, figures):
    assert (
        "2 submissions on" in said
        and "nbgrader 0.9.6" in said
        and "one warm process, no wall" in said
    )
    assert f"{figures['throughput_vs_nbgrader']:.2f} times nbgrader's throughput" in said


def test_a_system_that_fails_says_why_in_a_sentence(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "FOLDER", tmp_path)
    (tmp_path / "course" / "submitted" / "ann" / "nothing").mkdir(parents=True)
    with pytest.raises(
        grading.Failed, match="^nbgrader could not grade the class .*nothing.*nbgrader.log.$"
    ) as failed:
        grading.run("nbgrader", tmp_path / "course", 1)
    assert "\n" not in str(failed.value) and (tmp_path / "nbgrader.log").read_text()


def test_without_another_system_the_rest_is_measured_and_without_ours_nothing(
    tmp_path, monkeypatch, capsys
):
    line = {
        "name": "toy",
        "student": "ann",
        "seconds": 1.0,
        "graded": True,
        "score": 6.0,
        "memory": 100.0,
        "cpu": {"start": 0.1, "cells": 0.2, "tests": 0.3},
        "phases": {"start": 0.1, "cells": 0.2, "tests": 0.3, "total": 0.7},
    }
    result = {
        "wall": 2.0,
        "cpu": 1.0,
        "lines": [{"again": 0.02, "recalled": 0.01}],
        "count": 1,
        "per_minute": 30.0,
        "graded": [line],
        "recording": [{"recording": 0.1, "cpu": 0.1}],
    }
    broken = {"nbgrader"}

    def run(system, root, count):
        if system in broken:
            raise grading.Failed(f"{system} is broken")
        return result | ({"graded": [line | {"cpu": 0.5}]} if system == "floor" else {})

    monkeypatch.setattr(grading, "FOLDER", tmp_path)
    monkeypatch.setattr(grading, "prepare", lambda *arguments: [("toy", "ann", "full")])
    monkeypatch.setattr(grading, "run", run)
    grading.main(quick=True, json_file=str(tmp_path / "figures.json"))
    found = json.loads((tmp_path / "figures.json").read_text())
    assert "Left out: nbgrader is broken" in capsys.readouterr().out
    assert (
        found["failed"] == {"nbgrader": "nbgrader is broken"}
        and "throughput_vs_nbgrader" not in found
        and found["floor_ratio"] == 1
    )
    broken.add("ours-1")
    with pytest.raises(SystemExit, match="^Error: ours-1 is broken$"):
        grading.main(quick=True)


def test_a_second_benchmark_is_refused(tmp_path, monkeypatch):
    monkeypatch.setattr(grading, "FOLDER", tmp_path)
    (tmp_path / "ours-1").mkdir()  # of the first one
    with hold(tmp_path / "bench.lock"), pytest.raises(SystemExit, match="another ./kireji bench"):
        grading.main(quick=True)
    assert (tmp_path / "ours-1").exists()


def test_every_option_is_one_that_the_benchmark_takes(monkeypatch):
    started = []
    monkeypatch.setattr("os.execve", lambda *program: started.append(program))
    CliRunner().invoke(bench, ["--quick", "--peers", "3", "--assignment", "a", "--assignment", "b"])
    chosen = json.loads(started[0][1][-1])
    assert (chosen["quick"], chosen["peers"], chosen["names"], chosen["growth"]) == (
        True,
        3,
        ["a", "b"],
        False,
    )
    assert chosen.keys() == inspect.signature(grading.main).parameters.keys()
