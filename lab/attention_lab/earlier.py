"""The checkpoint that a training replaces: where it scored higher, it is kept and named.

Training again is one click away, and may end sooner or worse. So no training destroys a model.
"""

import json
import math
import os
import shutil
from pathlib import Path

from attention_lab.checkpoints import CheckpointError, saved_with

MARK = ".earlier.safetensors"  # files with this ending are not handed in


class EarlierCheckpoint:
    """What `checkpoint` held before a training. `keep` it before the file is replaced, and
    `compare` when the new one is there."""

    def __init__(self, checkpoint: str | Path) -> None:
        self.path = Path(checkpoint)
        self.kept = self.path.with_name(self.path.stem + MARK)
        self.score = score_of(self.path)
        self.taken = False

    def keep(self) -> None:
        """Copy the file, unless one with a higher score is kept already. Only the first call does
        something: from then on the file is this training's."""
        if self.taken:
            return
        self.taken = True
        if self.path.is_file() and self.score >= score_of(self.kept):
            draft = self.kept.with_name(f".{self.kept.name}.unfinished")
            shutil.copyfile(self.path, draft)
            os.replace(draft, self.kept)

    def compare(self, score: float) -> None:
        """Say where the earlier model is if it scored higher than the new one; remove it if the new
        one is at least as good as all before it."""
        if not self.kept.is_file():
            return
        best = score_of(self.kept)
        if score >= best > -math.inf:
            self.kept.unlink()
        elif best > -math.inf:
            print(
                f"An earlier training reached a higher score ({best:.3g}, this one {score:.3g}). "
                f"Its model is kept in {self.kept.name}. To use it again, rename that file to "
                f"{self.path.name}."
            )
        else:
            print(f"The file that was {self.path.name} before is kept as {self.kept.name}.")


def score_of(checkpoint: Path) -> float:
    """The best validation score that was saved with a checkpoint, or minus the mean of the last
    losses where the training looks only at these; minus infinity where it says neither."""
    try:
        saved = saved_with(checkpoint)
        history, curves = (json.loads(saved.get(name, "{}")) for name in ("history", "curves"))
        scores = [float(score) for score in history.get("score", ())]
        losses = [float(loss[-1]) for loss in curves.get("loss", {}).values()]
    except (CheckpointError, ValueError, TypeError, AttributeError, LookupError):
        return -math.inf
    score = max(scores) if scores else -sum(losses) / len(losses) if losses else -math.inf
    return score if math.isfinite(score) else -math.inf
