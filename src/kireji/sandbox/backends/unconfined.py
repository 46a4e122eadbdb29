"""Without a wall: the submission can do whatever the grader's account can. Only where its author is
trusted."""

import sys

from kireji import installation
from kireji.course.layout import find_course
from kireji.sandbox.backends.base import GUEST, WIRE, Backend, font_cache
from kireji.sandbox.environment import environment


class UnconfinedBackend(Backend):
    """Without a wall: the submission can do whatever the grader's account can. Only where its
    author is trusted."""

    def command(self, connection_file: str) -> list[str]:
        work, home, agent = (self.root / name for name in ("work", "home", "agent"))
        for folder in (work, home, agent):
            folder.mkdir(exist_ok=True)
        for source in (GUEST / "agent.py", GUEST / "start.py", GUEST / "no_input.py", WIRE):
            link = agent / source.name
            if not link.exists():
                link.symlink_to(source)
        told = environment(str(work), str(home)) | {
            "PYTHONPATH": f"{installation.LAB}:{agent}",
            "ATTENTION_LAB_DATA": str(find_course().lab_data),
        }
        assignments = [f"{name}={value}" for name, value in told.items()]
        copies = {str(self.submission): str(work), str(font_cache()): str(home / "matplotlib")}
        return [
            "/usr/bin/env",
            "-i",
            "-C",
            str(work),
            *assignments,
            sys.executable,
            str(agent / "start.py"),
            self.start_options(copies),
            connection_file,
        ]
