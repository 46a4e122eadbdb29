"""The least that grading can cost: the same cells and the same tests in one process without a
wall."""

import os
import tempfile
import time
from pathlib import Path

from benchmarks.grading_systems import work_of, write
from kireji.course.layout import find_course


def floor(course: Path, out: Path) -> None:
    """The same cells and the same tests in one warm process without a wall, each submission in a
    fork of it."""
    from kireji.batch.executors.forkserver import ForkserverExecutor

    with ForkserverExecutor(1) as forks:
        for name, student in work_of(course):
            forks.submit(bare, str(course), name, student, str(out)).result()


def bare(course: str, name: str, student: str, out: str) -> None:
    """One submission of the floor. Its crashing ones end here, as they would."""
    from benchmarks.in_kernel import run
    from kireji.grading.rebuild import rebuild
    from kireji.grading.submission import read_submission

    started, used = time.monotonic(), time.process_time()
    accepted = find_course().assignment_file(name).files
    folder = Path(course) / "submitted" / student / name
    submission = read_submission(folder, name, accepted)
    notebook, _ = rebuild(find_course().assignment(name), submission.notebook)
    os.environ.update(
        {
            "ATTENTION_LAB_GRADING": "1",
            "ATTENTION_LAB_DATA": str(find_course().lab_data),
            "MPLBACKEND": "agg",
        }
    )
    with tempfile.TemporaryDirectory() as folder:
        os.chdir(folder)
        for file, content in submission.files.items():
            Path(file).write_bytes(content)
        from IPython.core.interactiveshell import InteractiveShell
        from IPython.utils.capture import capture_output

        shell = InteractiveShell.instance()
        with capture_output():
            for cell in notebook.cells:
                if cell.cell_type == "code" and "os._exit" not in cell.source:
                    # for which it takes a kernel
                    shell.run_cell(cell.source.replace("%matplotlib inline", ""))
            reports = run(shell.user_ns, name).reports.values()
    passed = sum(report.fraction * report.weight for _, report in reports) / sum(
        report.weight for _, report in reports
    )
    write(
        Path(out),
        name=name,
        student=student,
        passed=passed,
        seconds=time.monotonic() - started,
        cpu=time.process_time() - used,
    )
