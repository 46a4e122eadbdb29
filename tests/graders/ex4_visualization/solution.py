"""The notebook's solution as text, with edits, in a folder with the maps of a made-up training
run."""

import json
from pathlib import Path

import torch
from safetensors.torch import save_file

from tests.graders import bench
from tests.support.clone import COURSE

NAME = "ex4_visualization"
TASKS = ("heat_map", "heads", "measures", "rollout", "patterns", "over_time", "intervention")


def solution(work: Path, old: str = "", new: str = "") -> str:
    """The code of the notebook as it is graded in the folder `work`, with `old` replaced by `new`
    in its answers."""
    run(work)
    # What only tries things out costs time and changes no variable that is graded.
    return bench.solution(COURSE.assignment(NAME), work, old, new, without=("-try", "-check"))


def run(work: Path, sharpness: tuple[float, ...] = (0.0, 0.3, 0.9)) -> None:
    """Put the maps of a training run into `work`: after 0, 100, ... steps, each as sharp as it says
    (0 even, 1 one word)."""
    maps = torch.stack([sharp * torch.eye(8) + (1 - sharp) / 8 for sharp in sharpness])
    save_file(
        {"maps": maps},
        work / f"{NAME}.safetensors",
        {"steps": json.dumps([100 * n for n in range(len(sharpness))])},
    )
