"""Steps that are done once: each leaves a stamp when it is finished, never before, so a broken run
can go on."""

import hashlib
import shutil
import sys
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from kireji.setup.lock import hold_lock
from kireji.setup.progress import ProgressLine
from kireji.setup.shell import Shell

LOG, LOCK = "setup.log", "setup.lock"
# not /tmp, which may be small, and where a killed installer's leavings stay
SCRATCH = "setup.tmp"
BEGIN = "Setting up Kireji in this folder, once: a few minutes and about 2 GB."


@dataclass(frozen=True)
class Step:
    """Something to make once, and again when what it was made from changes.

    The stamp is next to the product, so that deleting one deletes the other."""

    title: str
    stamp: Path
    made_from: Iterable[bytes]
    products: Iterable[Path]
    run: Callable[[Shell], None]

    def fingerprint(self) -> str:
        digest = hashlib.sha256()
        for part in self.made_from:
            digest.update(hashlib.sha256(part).digest())
        return digest.hexdigest()

    def is_done(self) -> bool:
        try:
            return self.stamp.read_text() == self.fingerprint() and all(
                path.exists() for path in self.products
            )
        except FileNotFoundError:
            return False

    def complete(self, shell: Shell) -> None:
        # Taken before the work: what changes meanwhile makes the step due again.
        fingerprint = self.fingerprint()
        self.stamp.unlink(missing_ok=True)
        self.run(shell)
        self.stamp.parent.mkdir(parents=True, exist_ok=True)
        draft = self.stamp.with_suffix(".unfinished")
        draft.write_text(fingerprint)
        draft.replace(self.stamp)


def complete(steps: list[Step], var: Path, begin: str = BEGIN) -> None:
    """Do every step that is not done yet, one set-up at a time, saying on stderr how it goes.

    var: the folder for the log and the lock. begin: said where nothing is done yet."""
    if all(step.is_done() for step in steps):
        return
    with hold_lock(var / LOCK, say=_say) as earlier:
        if earlier.was_broken_off:
            _say("An earlier set-up did not finish; this one goes on where it stopped.")
        elif not any(step.is_done() for step in steps):
            _say(begin)
        (var / LOG).write_text("")
        with (var / LOG).open("a") as log, _fresh(var / SCRATCH):
            for step in steps:
                # asked only now: an earlier step may have undone it, an other set-up done it
                if not step.is_done():
                    with ProgressLine(step.title, sys.stderr) as line:
                        step.complete(Shell(log, var / SCRATCH, line, keep_open=earlier.descriptor))


@contextmanager
def _fresh(folder: Path) -> Iterator[None]:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    try:
        yield
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)
