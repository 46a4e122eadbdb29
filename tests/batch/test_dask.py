"""Grading on a Dask cluster: three worker processes of this machine, one of which is killed in the
middle."""

import sys
from collections import Counter
from concurrent.futures import Future

import pytest

from kireji.batch.executors import dask
from kireji.hub.embedded.lifecycle import free_ports
from tests.batch.cluster_course import STUDENTS
from tests.support.separate_process import result_of

pytestmark = [pytest.mark.needs("dask"), pytest.mark.timeout(600)]


@pytest.fixture(scope="module")
def found(tmp_path_factory):
    """What tests/batch/cluster_course.py saw, which needs a process of its own."""
    return result_of("tests.batch.cluster_course", tmp_path_factory.mktemp("cluster"))


def test_a_killed_worker_loses_nothing(found):
    assert found["killed"]
    # each once
    assert Counter(map(tuple, found["done"])) == {(student, ""): 1 for student in STUDENTS}
    assert found["scores"] == {student: 2 * number for number, student in enumerate(STUDENTS)}


def test_nothing_is_recorded_twice(found):
    assert found["recorded"] == dict.fromkeys(STUDENTS, 1)
    # the captive's once more, and what its worker had not delivered yet
    assert found["judged"] > len(STUDENTS)
    assert found["by"] > 1


def test_a_cluster_that_will_not_do_is_a_sentence(found):
    assert "has no worker. Start some with: dask worker tcp://127.0.0.1:" in found["no worker"]


@pytest.fixture(scope="module")
def deserted(tmp_path_factory):
    """What tests/batch/deserted_course.py saw, which needs a process of its own."""
    return result_of("tests.batch.deserted_course", tmp_path_factory.mktemp("deserted"))


def test_when_all_workers_are_killed_it_ends_in_one_sentence(deserted):
    sentence = deserted["deserted"]
    assert sentence.startswith(
        f"Stopped. {len(deserted['after deserted'])} of {len(STUDENTS)} are graded and recorded;"
        " the same command"
    )
    assert (
        "The cluster at tcp://127.0.0.1:" in sentence
        and "has had no worker" in sentence
        and "\n" not in sentence
    )
    assert set(deserted["after deserted"].values()) <= {1} and len(
        deserted["after deserted"]
    ) < len(STUDENTS)


def test_the_next_call_goes_on_with_workers_that_come_after_all_were_killed(deserted):
    assert deserted["relieved"] == "to the end"
    assert deserted["recorded"] == dict.fromkeys(STUDENTS, 1)
    assert deserted["scores"] == {student: 2 * number for number, student in enumerate(STUDENTS)}


class Workers:
    """A client of two workers that answer `said` and have so many `threads`."""

    def __init__(self, said, threads=1):
        self.said, self.threads = said, threads

    def nthreads(self):
        return {"tcp://one": 1, "tcp://two": self.threads}

    def run(self, call, on_error):
        return {"tcp://one": call(), "tcp://two": call() if self.said is None else self.said}


def test_a_worker_with_another_secret_is_refused_and_neither_is_told(monkeypatch, tmp_path):
    courses = [tmp_path / "ours", tmp_path / "theirs"]
    for number, root in enumerate(courses):
        for folder in ("source", "var"):
            (root / folder).mkdir(parents=True)
        (root / "var" / "secret").write_text(str(number) * 64)
    monkeypatch.setenv("KIREJI_COURSE", str(courses[1]))
    theirs = dask.course_here()
    monkeypatch.setenv("KIREJI_COURSE", str(courses[0]))
    with pytest.raises(
        dask.NoCluster,
        match="two would judge otherwise .* Different: the secret .var/secret.. Give it",
    ):
        dask.check(Workers(theirs), "tcp://here")
    assert "1" * 64 not in str(theirs)


@pytest.mark.parametrize(
    ("workers", "words"),
    [
        (
            Workers(ModuleNotFoundError("No module named 'kireji'")),
            "two does not have this course .No module named 'kireji'",
        ),
        (Workers({}), "two would judge otherwise .* Different: Python, PyTorch, Dask, "),
        (Workers(None, threads=2), "two judges 2 at a time in one process"),
    ],
)
def test_a_worker_that_will_not_do_is_a_sentence(workers, words):
    assert dask.check(Workers(None), "tcp://here") == 2
    with pytest.raises(dask.NoCluster, match=words):
        dask.check(workers, "tcp://here")


class Deserted:
    """A client that lost its workers, or its scheduler."""

    def __init__(self, answer):
        self.answer = answer

    def nthreads(self):
        return self.answer()


@pytest.mark.parametrize("answer", [dict, lambda: (_ for _ in ()).throw(OSError("no scheduler"))])
def test_without_any_worker_grading_ends(monkeypatch, answer):
    monkeypatch.setattr(dask, "POLL_SECONDS", 0.01)
    monkeypatch.setattr(dask, "DESERTED", 0.0)
    lookout = dask.Lookout(Deserted(answer), "tcp://here")
    waiting = lookout.promise(Future())
    lookout.start()
    with pytest.raises(
        dask.NoCluster,
        match="tcp://here has had no worker .* Start some with: dask worker tcp://here",
    ):
        waiting.result(60)
    with pytest.raises(dask.NoCluster):  # what comes later need not wait
        lookout.promise(Future()).result(60)
    lookout.stop()


def test_what_a_worker_answers_is_what_was_promised():
    lookout, asked = (
        dask.Lookout(Deserted(lambda: {"tcp://one": 1}), "tcp://here"),
        [Future(), Future()],
    )
    promised = [lookout.promise(one) for one in asked]
    asked[0].set_result(7)
    asked[1].set_exception(ValueError("odd"))
    assert promised[0].result(60) == 7 and isinstance(promised[1].exception(60), ValueError)


def test_an_address_without_a_scheduler_is_a_sentence(monkeypatch):
    monkeypatch.setattr(dask, "ANSWER_SECONDS", 1)
    for address in (f"tcp://127.0.0.1:{free_ports(1)[0]}", "nowhere at all"):
        with pytest.raises(
            dask.NoCluster, match="There is no Dask scheduler to be reached at"
        ) as sentence:
            dask.Cluster(address)
        assert "\n" not in str(sentence.value)


def test_without_dask_it_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(sys.modules, "distributed", None)
    with pytest.raises(dask.NoCluster, match="setup --cluster"):
        dask.Cluster("tcp://127.0.0.1:1")
