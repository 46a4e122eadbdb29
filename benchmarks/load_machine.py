"""What students' servers take of the machine: memory, and processors that are busy."""

import json
import subprocess
import time
from dataclasses import dataclass

import psutil

MIB = 2**20


@dataclass(frozen=True)
class Use:
    """What all students' servers together take."""

    memory: float  # bytes; what processes share is counted once
    cores: float  # processors busy, on average


class EmbeddedMachine:
    """Students' servers are processes below `kireji up`; `process` is that of `up`."""

    def __init__(self, process: int) -> None:
        self.up = psutil.Process(process)
        self.before = {child.pid for child in self.up.children(recursive=True)}

    def use(self, seconds: float) -> Use:
        """Look for so long."""
        first = self._cpu()
        time.sleep(seconds)
        second = self._cpu()
        busy = sum(spent - first.get(pid, 0.0) for pid, spent in second.items())
        return Use(
            sum(self._each(lambda process: process.memory_full_info().pss).values()), busy / seconds
        )

    def _cpu(self) -> dict[int, float]:
        return self._each(lambda process: sum(process.cpu_times()[:2]))

    def _each(self, ask) -> dict[int, float]:
        found = {}
        for process in self.up.children(recursive=True):
            if process.pid not in self.before:
                try:
                    found[process.pid] = ask(process)
                except (psutil.NoSuchProcess, psutil.AccessDenied):
                    continue
        return found


class ContainerMachine:
    """Students' servers are containers, whose names begin with PROJECT-student-."""

    def __init__(self, project: str) -> None:
        self.prefix = f"{project}-student-"

    def use(self, seconds: float) -> Use:
        """Look for so long: the engine's own figures, several times."""
        deadline, looks = time.monotonic() + seconds, []
        while not looks or time.monotonic() < deadline:
            looks.append(self._look())
        return Use(
            sum(use.memory for use in looks) / len(looks),
            sum(use.cores for use in looks) / len(looks),
        )

    def _look(self) -> Use:
        said = subprocess.run(
            ["docker", "stats", "--no-stream", "--format", "{{json .}}"],
            capture_output=True,
            text=True,
            check=True,
        )
        lines = [
            line
            for line in map(json.loads, said.stdout.splitlines())
            if line["Name"].startswith(self.prefix)
        ]
        return Use(
            sum(size(line["MemUsage"].split("/")[0]) for line in lines),
            sum(float(line["CPUPerc"].rstrip("%")) for line in lines) / 100,
        )


def size(text: str) -> float:
    """Bytes of what the engine prints, as in 151.2MiB."""
    units = {"B": 1, "KIB": 2**10, "MIB": 2**20, "GIB": 2**30}
    text = text.strip().upper()
    number = text.rstrip("KMGIB")
    return float(number) * units[text[len(number) :]]
