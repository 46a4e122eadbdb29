"""What happens to the platform while it judges is never the student's: the score is the same as
without it, or there is none, and nothing is judgements."""

import contextlib
import os
import signal
import threading
import time

import psutil
import pytest

from kireji.batch import judge_pool
from kireji.course.layout import Course, find_course
from kireji.errors import PlatformError
from kireji.grading import cache as judgements
from kireji.grading import judge
from kireji.grading.submission import Submission
from kireji.sandbox.backends import bubblewrap
from kireji.sandbox.sandbox import Sandbox

pytestmark = pytest.mark.needs("bubblewrap")

SECRET = b"s" * 32
# The hidden tests call it eight times: they last longer than the longest delay of a kill below.
SLOW = {
    "double_solution": (
        "import time\ntime.sleep(1)\ndef double(x):\n    time.sleep(0.2)\n    return 2 * x"
    ),
    "share_solution": "time.sleep(1)\ndef share():\n    return 20.0",
}
VICTIMS = {
    "the sandbox": lambda sandbox: sandbox.manager.provisioner.pid,
    "the kernel": lambda sandbox: sandbox.family()[-1].pid,
}


def killing(monkeypatch, victim, method, delay, times=1):
    """Kill the `victim` of a sandbox, `delay` seconds after its `method` is called; the first
    `times` times."""
    plain = getattr(Sandbox, method)
    left = [times]

    def kill(sandbox):
        time.sleep(delay)
        for _ in range(50):
            try:
                os.kill(VICTIMS[victim](sandbox), signal.SIGKILL)
                return
            except (ProcessLookupError, IndexError, psutil.Error):
                time.sleep(0.02)

    def called(sandbox, *arguments):
        if left[0]:
            left[0] -= 1
            threading.Thread(target=kill, args=(sandbox,), daemon=True).start()
        return plain(sandbox, *arguments)

    monkeypatch.setattr(Sandbox, method, called)
    return left


def plain_report(judgement):
    report = judgement.report.as_dict()
    report.pop("seconds")
    return report


@pytest.fixture(scope="module")
def undisturbed(toy, submit):
    return plain_report(judge.judge(Submission(submit(**SLOW)), toy, SECRET))


@pytest.fixture(autouse=True)
def cache(monkeypatch, tmp_path):
    monkeypatch.setenv("KIREJI_COURSE", str(tmp_path))
    return find_course().judgements


@pytest.mark.parametrize("victim", VICTIMS)
@pytest.mark.parametrize(
    ("moment", "method", "delay"),
    [("the cells", "run", 0.5), ("later cells", "run", 1.5), ("the tests", "connect", 0.5)],
)
def test_a_kill_costs_no_point(
    toy, submit, undisturbed, monkeypatch, cache, victim, moment, method, delay
):
    left = killing(monkeypatch, victim, method, delay)
    found = judgements.judge_or_recall(find_course(), Submission(submit(**SLOW)), toy, SECRET)
    assert left == [0] and plain_report(found) == undisturbed
    (file,) = cache.iterdir()
    assert plain_report(judgements.read(file.read_text())) == undisturbed


@pytest.mark.parametrize("method", ["run", "connect"])
def test_a_sandbox_that_is_killed_always_gives_no_score(toy, submit, monkeypatch, cache, method):
    killing(monkeypatch, "the sandbox", method, 0.3, times=99)
    with pytest.raises(PlatformError, match="not judged, because the process of its sandbox"):
        judgements.judge_or_recall(find_course(), Submission(submit(**SLOW)), toy, SECRET)
    assert not cache.exists()


def test_without_the_check_the_student_pays(toy, submit, monkeypatch, undisturbed):
    monkeypatch.setattr(bubblewrap.BubblewrapBackend, "failure", lambda self: None)
    monkeypatch.setattr(bubblewrap.BubblewrapBackend, "may_have_failed", lambda self: False)
    killing(monkeypatch, "the sandbox", "run", 0.5)
    found = judge.judge(Submission(submit(**SLOW)), toy, SECRET)
    assert found.report.score < undisturbed["score"]


def test_a_machine_without_memory_is_no_fault_of_the_submission(toy, submit, monkeypatch, cache):
    kills = iter(range(100))
    monkeypatch.setattr(bubblewrap, "_memory_kills", lambda: next(kills))
    killing(monkeypatch, "the kernel", "run", 0.5, times=99)
    with pytest.raises(PlatformError, match="this machine ran out of memory"):
        judgements.judge_or_recall(find_course(), Submission(submit(**SLOW)), toy, SECRET)
    assert not cache.exists()


def test_a_submission_that_kills_itself_pays_itself(toy, submit):
    own = "import os\nos.kill(os.getpid(), 9)\ndef share():\n    return 20.0"
    found = judge.judge(Submission(submit(share_solution=own)), toy, SECRET)
    assert found.report.score == 4 and "SIGKILL" in " ".join(found.report.notices)


@pytest.mark.parametrize(
    ("error", "words"),
    [(OSError(28, "No space left on device"), "No space left"), (MemoryError(), "not the memory")],
)
@pytest.mark.parametrize(
    "place",
    ["kireji.testing.student.Student.__getattr__", "kireji.grading.judge.run_hidden_tests"],
)
def test_a_full_machine_gives_no_score(toy, submit, monkeypatch, cache, error, words, place):
    def refuse(*arguments, **named):
        raise error

    monkeypatch.setattr(place, refuse)
    with pytest.raises(PlatformError, match=words):
        judgements.judge_or_recall(find_course(), Submission(submit()), toy, SECRET)
    assert not cache.exists()


def zygotes() -> list[psutil.Process]:
    """The processes of ours that run zygote.py, the first that was started first."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.Error, ValueError):  # it has just ended
            program, *words = process.cmdline()
            if "bwrap" not in program and any("zygote.py" in word for word in words):
                found.append(process)
    return sorted(found, key=lambda process: process.pid)


def test_a_killed_parent_costs_nothing(toy, submit, monkeypatch):
    """The zygote that forks the kernels: the next submission starts without it."""
    others = zygotes()  # of earlier tests in this process
    monkeypatch.setattr(bubblewrap, "_zygote", {})
    address = bubblewrap.zygote_address()
    if address is None:
        pytest.skip("this machine starts every kernel from nothing")
    expected = plain_report(judge.judge(Submission(submit()), toy, SECRET))
    own = [process for process in zygotes() if process not in others]
    own[-1].kill()
    assert plain_report(judge.judge(Submission(submit()), toy, SECRET)) == expected


class Failing(judge_pool.Here):
    """Fails as many times as told, in the ways that a judging process can."""

    def __init__(self, outcomes):
        self.outcomes = outcomes

    def submit(self, call, task):
        if self.outcomes:
            return super().submit(lambda: self.outcomes.pop(0))
        return super().submit(lambda: judge_pool.JudgeOutcome(reason="judged"))


def test_a_failed_judgement_is_tried_once_more(monkeypatch, tmp_path, toy):
    monkeypatch.setattr(Course, "assignment", lambda course, name: toy)
    folder = tmp_path / "submitted" / "alice" / "toy"
    failed = judge_pool.JudgeOutcome(reason="the platform failed", failed=True)
    for times, reason in ((0, "judged"), (1, "judged"), (2, "the platform failed")):
        opened = Failing([failed] * times)
        assert list(
            judge_pool.judge_ahead(find_course(), [folder], open_executor=lambda count: opened)  # noqa: B023 (called in this round)
        ) == [(folder, reason)]
