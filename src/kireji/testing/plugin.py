"""The pytest plug-in under which hidden tests run: it gives them the student and writes down how
each one ended."""

import base64
import hashlib
import hmac
import re
import traceback
from collections.abc import Callable, Generator, Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
import torch

from kireji.sandbox.channel import CallError, Channel, SandboxLostError
from kireji.testing import expect, held_out
from kireji.testing.marker import mark_of
from kireji.testing.report import Image, TestReport
from kireji.testing.student import Student

MAX_IMAGES = 6
MESSAGE_CHARACTERS = 2000
NOT_DEFINED = "The notebook does not define it, or the cell that defines it failed: {}."
CELL_FAILED = "The cell that defines {} failed with {}"
NOT_CALLABLE = (
    "At the end of the notebook {} is no function and no class, but a value of type {}: a later"
    " cell uses this name for something else. Use another name there."
)
NOT_IMPLEMENTED = "Not implemented yet: the cell still raises NotImplementedError."
BROKEN = (
    "This hidden test itself failed, so it says nothing about your answer. Your instructor is told."
)


class Grading:
    """One run of the hidden tests against one submission.

    secret and digest (of the submission) seed the tests' inputs: the same for the same work,
    unknown beforehand. files: what was handed in with the notebook. code: the notebook's code as it
    was handed in, of which a message may quote a line. failed: names that the notebook lacks, with
    what their cells raised.
    """

    def __init__(
        self,
        channel: Channel,
        secret: bytes,
        digest: str,
        files: Mapping[str, bytes] = MappingProxyType({}),
        code: str = "",
        failed: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.channel, self.secret, self.digest, self.files = channel, secret, digest, files
        self.code, self.failed = code, failed
        self.reports: dict[str, tuple[str, TestReport]] = {}  # by node: (grade_id, report)
        self.notices: list[str] = []
        self.broken: list[str] = []  # of hidden tests that failed themselves: for the instructor
        self.images: list[Image] = []
        self.hushed = False  # held-out data were sent
        self.failure: OSError | MemoryError | None = None  # of the machine, in a hidden test

    def pytest_configure(self, config: pytest.Config) -> None:
        """Pytest's own tracebacks are not read; Python's cost 0.6 s less for 50 tests that fail."""
        config.option.tbstyle = "native"

    def pytest_collection_modifyitems(self, items: list[pytest.Item]) -> None:
        """Send held-out data last, so that the other tests' messages can say everything."""
        items.sort(key=held_out.asked_by)

    @pytest.fixture
    def student(self) -> Generator[Student, None, None]:
        """The submission."""
        student = Student(self.channel)
        yield student
        if not self.channel.lost:
            student.forget()

    @pytest.fixture
    def submitted(self) -> Mapping[str, bytes]:
        """The files handed in with the notebook, by name."""
        return self.files

    @pytest.fixture
    def seed(self, request: pytest.FixtureRequest) -> int:
        """A number that only this test of this submission gets."""
        return self.seed_for(request.node.nodeid)

    @pytest.fixture
    def rng(self, seed: int) -> torch.Generator:
        """torch's random numbers from `seed`."""
        return torch.Generator().manual_seed(seed)

    @pytest.fixture
    def attach(self) -> Callable[[bytes, str], None]:
        """Attach a picture (PNG bytes) with its caption to the running test."""

        def attach(png: bytes, caption: str) -> None:
            if len(self.images) < MAX_IMAGES:
                self.images.append(Image(caption, base64.b64encode(png).decode()))

        return attach

    def seed_for(self, name: str) -> int:
        message = f"{self.digest}/{name}".encode()
        return int.from_bytes(hmac.digest(self.secret, message, hashlib.sha256)[:7], "big")

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_protocol(self, item: pytest.Item) -> Generator[None, Any, Any]:
        """Start every test with a clean sheet."""
        self.images = []
        self.hushed = self.hushed or held_out.asked_by(item)
        token, hushed = expect.measured.set([]), held_out.active.set(self.hushed)
        try:
            return (yield)
        finally:
            expect.measured.reset(token)
            held_out.active.reset(hushed)

    @pytest.hookimpl(wrapper=True)
    def pytest_runtest_makereport(
        self, item: pytest.Function, call: pytest.CallInfo[Any]
    ) -> Generator[None, Any, Any]:
        """Write down how a test ended: its call, or its set-up if that failed."""
        mark = mark_of(item.function)
        if mark and (call.when == "call" or call.excinfo):
            error = call.excinfo and call.excinfo.value
            status, fraction, message = self.outcome(item, error)
            # A test that runs once for each of several things says which one.
            title = (
                f"{mark.title} ({item.callspec.id})" if hasattr(item, "callspec") else mark.title
            )
            self.reports.setdefault(
                item.nodeid,
                (
                    mark.grade_id,
                    TestReport(
                        item.name,
                        title,
                        status,
                        fraction,
                        mark.weight,
                        message[:MESSAGE_CHARACTERS],
                        self.images,
                        getattr(error, "diagnosis", ""),
                        None if self.hushed else getattr(error, "counter_example", None),
                        [metric for _, _, metric in expect.measured.get()],
                    ),
                ),
            )
        return (yield)

    def outcome(self, item: pytest.Item, error: BaseException | None) -> tuple[str, float, str]:
        """(status, fraction, message) of a test that raised `error`, or nothing."""
        if error is None:
            return self.measured_outcome()
        if isinstance(error, expect.Mistake):
            return "failed", 0.0, held_out.message(str(error), item.path.parent)
        if isinstance(error, SandboxLostError):
            return (
                "timeout" if error.out_of_time else "error",
                0.0,
                f"Not tested any more: {error}.",
            )
        if isinstance(error, CallError):
            return self.call_outcome(error, item.path.parent)
        if isinstance(error, (OSError, MemoryError)):
            # A hidden test opens no file of a submission, and what it holds of one is counted: the
            # machine refused something.
            self.failure = self.failure or error
        place = traceback.extract_tb(error.__traceback__)[-1]
        self.broken.append(
            f"The hidden test {item.name} itself failed, and the submission got 0 for it. Mend it"
            f" and grade again. {type(error).__name__} in line {place.lineno} of {place.name}"
            f" ({item.path.name}): {str(error)[:MESSAGE_CHARACTERS]}"
        )
        return "error", 0.0, BROKEN

    @staticmethod
    def measured_outcome() -> tuple[str, float, str]:
        metrics = expect.measured.get()
        fraction = sum(part for part, _, _ in metrics) / len(metrics) if metrics else 1.0
        status = "passed" if fraction >= 1 else "partly" if fraction > 0 else "failed"
        return status, fraction, " ".join(text for _, text, _ in metrics)

    def call_outcome(self, error: CallError, folder: Path) -> tuple[str, float, str]:
        if error.type_name == "NotDefined":
            if reason := self.failed.get(error.message):
                return "missing", 0.0, CELL_FAILED.format(error.message, reason)
            name = held_out.name(error.message, folder)
            return "missing", 0.0, NOT_DEFINED.format(name)
        if error.type_name == "NotCallable":
            name, _, kind = error.message.partition(" ")
            said = held_out.name(name, folder), held_out.type_name(kind)
            return "failed", 0.0, NOT_CALLABLE.format(*said)
        if error.type_name == "NotImplementedError":
            return "missing", 0.0, NOT_IMPLEMENTED
        if error.type_name == "TimeoutError":
            return "timeout", 0.0, f"Out of time: {error.message}."
        line = held_out.line_of(error, self.code)
        message = f"Your code raised {held_out.error(error)}"
        message += f", in the line: {line}" if line else ""
        if error.type_name == "NameError":
            for name in sorted(self.failed.keys() & set(re.findall(r"\w+", line))):
                message += "\n" + CELL_FAILED.format(name, self.failed[name])
        return "failed", 0.0, message
