"""The course in numbers, in the format of Prometheus. No name of a person is among them."""

import shutil
from collections.abc import Iterable
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from kireji.desk import overview
from kireji.desk.desk import Desk
from kireji.runs import queue
from kireji.runs.run import RunState


def exposition(desk: Desk) -> bytes:
    """What the address `metrics` answers, read from the course at this moment."""
    registry = CollectorRegistry()
    registry.register(_CourseCollector(desk))
    return generate_latest(registry)


class _CourseCollector(Collector):
    def __init__(self, desk: Desk) -> None:
        self.desk = desk

    def describe(self) -> Iterable[Metric]:
        """Nothing beforehand: registering would read the whole course."""
        return []

    def collect(self) -> Iterable[Metric]:
        yield from self._submissions()
        yield from self._runs()
        disk = shutil.disk_usage(self.desk.course.var)
        yield GaugeMetricFamily("kireji_disk_free_bytes", "Free space for the course", disk.free)
        yield GaugeMetricFamily("kireji_disk_size_bytes", "Size of that disk", disk.total)

    def _submissions(self) -> Iterable[Metric]:
        waiting, failed, graded, broken = (
            GaugeMetricFamily(f"kireji_{name}", text, labels=["assignment"])
            for name, text in (
                ("submissions_waiting", "Students whose last attempt is not graded"),
                ("submissions_failed", "Those of them that could not be graded"),
                ("submissions_graded", "Students with a grade"),
                ("hidden_tests_broken", "Students in whose work a hidden test failed itself"),
            )
        )
        for row in overview.rows(self.desk):
            waiting.add_metric([row.name], len(row.waiting))
            failed.add_metric([row.name], len(row.not_graded))
            graded.add_metric([row.name], row.graded)
            broken.add_metric([row.name], len(row.broken))
        return waiting, failed, graded, broken

    def _runs(self) -> Iterable[Metric]:
        found = queue.list_runs(self.desk.course)
        states = GaugeMetricFamily("kireji_runs", "Recent runs by state", labels=["state"])
        for state in RunState:
            states.add_metric([state.value], sum(run.state == state for run in found))
        now = datetime.now(UTC)
        waits = [(now - run.asked).total_seconds() for run in found if run.state == "waiting"]
        yield states
        yield GaugeMetricFamily(
            "kireji_run_longest_wait_seconds",
            "How long the oldest waiting run has waited",
            max(waits, default=0),
        )
        for run in found:  # the newest first
            if run.state == RunState.DONE and run.started and run.ended and run.done:
                yield GaugeMetricFamily(
                    "kireji_run_seconds_per_submission",
                    "How long the last run that is done took for a submission",
                    (run.ended - run.started).total_seconds() / run.done,
                )
                return
