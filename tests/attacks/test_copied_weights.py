"""Handing in somebody else's checkpoint: the instructor is told, and no points change; a hostile
one is only numbers."""

import json
import pickle
import shutil
import struct
from io import StringIO
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from rich.console import Console
from safetensors.numpy import load, save

from kireji.batch import grade_class
from kireji.cli import grade as command
from kireji.cli.copies import compare
from kireji.copies.kept import page_of
from kireji.copies.weights import fingerprint
from kireji.course.layout import Course
from tests.support.clone import COURSE

NAME = "ex1_translation"
FILE = f"{NAME}.safetensors"


class Submitted:
    """A course as `compare` and `grade_all` use it, in which everything was just graded."""

    def __init__(self, root):
        for folder in ("source", "release", "graders"):
            (root / folder).symlink_to(COURSE.root / folder)
        self.course = Course(root)

    def submitted(self, assignment, student):
        return self.course.root / "submitted" / student / assignment

    def students(self, assignment):
        return sorted(path.parent.name for path in self.course.root.glob("submitted/*/*"))

    def make_ready(self, tell):
        pass

    def collect(self, assignment):
        pass

    def make_gradable(self, assignment, student):
        pass

    def is_graded(self, assignment, student):
        return False

    def score(self, assignment, student):
        return 50.0, 100.0

    def lateness(self, assignment, student):
        return ""

    def report(self, assignment, student):
        return SimpleNamespace(for_instructor=[])


@pytest.fixture
def course(tmp_path, monkeypatch):
    """Two students with weights of their own, and a third, mallory, without any."""
    course = Submitted(tmp_path)
    monkeypatch.setattr(
        grade_class,
        "grade_many",
        lambda course, work, *rest, **more: [(*pair, "") for pair in work],
    )
    for number, name in enumerate(("alice", "bob", "mallory")):
        folder = course.submitted(NAME, name)
        folder.mkdir(parents=True)
        nbformat.write(COURSE.assignment(NAME).skeleton(), folder / f"{NAME}.ipynb")
        rng = np.random.default_rng(number)
        if name != "mallory":
            (folder / FILE).write_bytes(
                save(
                    {
                        "encoder.weight": rng.standard_normal((50, 40)).astype("f"),
                        "decoder.weight": rng.standard_normal((40, 30)).astype("f"),
                    }
                )
            )
    return course


def found(course):
    return [
        (pair.one, pair.other, pair.how)
        for pair in compare(course, NAME, Console(file=StringIO())).pairs
    ]


def test_weights_of_ones_own_are_not_reported(course):
    assert found(course) == []


def test_identical_weights_from_two_students_are_reported(course):
    shutil.copyfile(
        course.submitted(NAME, "alice") / FILE, course.submitted(NAME, "mallory") / FILE
    )
    assert found(course) == [("alice", "mallory", "the same file")]
    assert "alice and mallory" in page_of(course.course, NAME).read_text()


def test_so_are_disguised_ones(course):
    taken = load((course.submitted(NAME, "alice") / FILE).read_bytes())
    disguised = {f"z.{name}": (values + 1e-4).astype(np.float64) for name, values in taken.items()}
    (course.submitted(NAME, "mallory") / "mine.safetensors").write_bytes(
        save(disguised, {"author": "mallory"})
    )
    assert [pair[:2] for pair in found(course)] == [("alice", "mallory")]


def test_grading_tells_the_instructor_beside_the_grades(course):
    shutil.copyfile(
        course.submitted(NAME, "alice") / FILE, course.submitted(NAME, "mallory") / FILE
    )
    out = StringIO()
    command.grade_all(course, [NAME], None, False, 1, Console(file=out, width=120))
    assert "1 pair of submissions" in out.getvalue() and f"./kireji copies {NAME}" in out.getvalue()
    assert out.getvalue().count("50 / 100") == 3


class Payload:
    def __init__(self, marker):
        self.marker = marker

    def __reduce__(self):
        return open, (str(self.marker), "w")


def test_a_pickle_under_the_name_of_a_checkpoint_is_not_opened_as_one(course, tmp_path):
    marker = tmp_path / "ran"
    pickled = pickle.dumps(Payload(marker))
    pickle.loads(pickled).close()  # the attack works on a program that unpickles
    assert marker.exists()
    marker.unlink()
    (course.submitted(NAME, "mallory") / FILE).write_bytes(pickled)
    assert found(course) == [] and not marker.exists()


@pytest.mark.parametrize(
    "header",
    [
        {"a": {"dtype": "F32", "shape": [2**20, 2**20], "data_offsets": [0, 2**42]}},
        {
            str(n): {"dtype": "F32", "shape": [2**16], "data_offsets": [0, 2**18]}
            for n in range(1500)
        },
    ],
    ids=["four terabytes", "a hundred times the file"],
)
def test_a_checkpoint_that_claims_to_be_larger_than_it_is_takes_no_memory(header):
    text = json.dumps(header).encode()
    assert fingerprint(struct.pack("<Q", len(text)) + text + bytes(2**18)).tensors == ()
