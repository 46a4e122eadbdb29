"""What a student does who looks at their own models in assignment 4: copy the checkpoints, paste
the classes, and say how to build them."""

import re
import shutil
from pathlib import Path
from typing import Any

from kireji.demo.checkpoint import trained_checkpoints
from tests.support.clone import COURSE

PASTED = (
    ("padding_mask", "additive_attention", "encoder", "decoder"),
    ("attention_pooling", "classifier"),
)
OWN = ("ex1_translation", "ex3_classification")


def at_own_models(work: Path) -> dict[str, Any]:
    """The variables of assignment 4's notebook, down to its models, after its own instructions were
    followed in the folder `work`.

    The checkpoints are those that the solutions of assignments 1 and 3 trained."""
    for name in OWN:
        for checkpoint in trained_checkpoints(COURSE, COURSE.assignment(name)).iterdir():
            shutil.copy(checkpoint, work)
    cells = {cell.id: cell.source for cell in COURSE.assignment("ex4_visualization").source.cells}
    needed, build = re.findall(r"```python\n(.*?)```", cells["models-prose"], re.DOTALL)
    # Paths are the notebook's: they lie in its folder.
    build = re.sub(r'"(ex\w+\.safetensors)"', lambda found: repr(str(work / found[1])), build)
    classes = [
        _cell(name, f"{task}_solution")
        for name, tasks in zip(OWN, PASTED, strict=False)
        for task in tasks
    ]
    namespace: dict[str, Any] = {"__name__": "notebook"}
    for code in (
        cells["imports"].replace("%matplotlib inline", ""),
        cells["models"],
        needed,
        *classes,
        build,
        cells["intervention_solution"],
    ):
        exec(code, namespace)
    return namespace


def _cell(name: str, cell_id: str) -> str:
    return next(cell.source for cell in COURSE.assignment(name).source.cells if cell.id == cell_id)
