"""What the process that forks the judges has at hand; imported there once (see `forks`), and of no
use anywhere else.

Nothing of a submission ever comes here. One thread, or the forked would inherit the locks of the
others.
"""

import contextlib
import gc
import importlib
import io
import os
import sys

import torch
import torch._dynamo
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure

from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.testing.run import collect

MODULES = """
    kireji.batch.judge_pool kireji.testing.expect kireji.testing.diagnoses
    kireji.testing.isolation kireji.testing.gradients kireji.feedback.pictures
    kireji.sandbox.sandbox nbclient nbgrader.preprocessors jupyter_client.asynchronous
    jupyter_client.provisioning.factory IPython.core.formatters""".split()


def warm() -> None:
    """Import all that a judge needs, collect every assignment's hidden tests, and prepare what
    these need for everybody."""
    torch.set_num_threads(1)
    for name in MODULES:
        importlib.import_module(name)
    course = find_course()
    for assignment in map(course.assignment, course.assignment_names()):
        for library in assignment.file.libraries:
            importlib.import_module(library)
        with contextlib.suppress(KirejiError):  # judging says it
            collect(assignment.graders)
        assignment.skeleton()
        # What the hidden tests have for every submission alike. Where data are missing, the tests
        # themselves say it, with the reason.
        if shared := sys.modules.get(
            f"{assignment.graders.parent.name}.{assignment.name}.shared_data"
        ):
            with contextlib.suppress(KirejiError):
                shared.prepare()
    figure = Figure()  # the first of a process looks for fonts
    figure.add_subplot(title="attention", xlabel="$d_k$").imshow([[0.0, 1.0]])
    FigureCanvasAgg(figure).print_png(io.BytesIO())
    gc.collect()
    gc.freeze()  # the forked need not look through it, nor copy it by looking
    if os.path.isdir("/proc/self/task") and len(os.listdir("/proc/self/task")) != 1:
        raise RuntimeError("there is more than one thread")


with contextlib.redirect_stdout(io.StringIO()):
    warm()
