"""Cells that a student adds: what they use up is not taken from the assignment's own cells."""

import json

import nbformat
import pytest

from kireji.grading.judge import judge
from kireji.grading.submission import Submission
from kireji.sandbox.limits import Limits

LIMITS = Limits(own_cells_seconds=30, own_processor_seconds=2)
FIRST_LINE = "# how long does this take?"
LONG = f"{FIRST_LINE}\nwhile True: pass"
DEAF = f"""{FIRST_LINE}
while True:
    try:
        while True: pass
    except KeyboardInterrupt:
        pass"""


def with_own_cells(notebook: bytes, *sources: str) -> Submission:
    """Right after the imports."""
    document = json.loads(notebook)
    own = [nbformat.v4.new_code_cell(source) for source in sources]
    document["cells"][1:1] = own
    return Submission(json.dumps(document).encode())


def outputs(judgement, source: str) -> str:
    cell = next(one for one in judgement.notebook.cells if one.source == source)
    return json.dumps(cell.outputs)


@pytest.mark.parametrize("experiment", [LONG, DEAF])
def test_a_long_experiment_is_stopped_and_named_and_all_else_counts(toy, submit, experiment):
    after = "print('still ' + 'here')"
    submission = with_own_cells(submit(), experiment, after)
    judgement = judge(submission, toy, b"s" * 32, LIMITS)
    assert judgement.report.score == 6
    (notice,) = judgement.report.notices
    assert f"begins with '{FIRST_LINE}' was stopped" in notice
    assert "OutOfTime" in outputs(judgement, experiment)
    assert "still here" in outputs(judgement, after)


def test_short_experiments_run_and_nothing_is_said(toy, submit):
    submission = with_own_cells(submit(), "from math import pi", "print(f'{pi:.4f}')")
    judgement = judge(submission, toy, b"s" * 32, LIMITS)
    assert (judgement.report.score, judgement.report.notices) == (6, [])
    assert "3.1416" in outputs(judgement, "print(f'{pi:.4f}')")
