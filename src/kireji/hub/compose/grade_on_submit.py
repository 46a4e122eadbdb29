"""Grading on submit, and releases at their time, in the course's container: `kireji watch` next to
the formgrader's server, started again if it ends."""

import os
import subprocess
import sys
import time

PAUSE = 60.0  # seconds before it is begun again


def start(environment: dict[str, str]) -> None:
    """Start it next to this process; it ends with the container."""
    subprocess.Popen(
        [sys.executable, "-P", "-m", __name__], env=environment, stdin=subprocess.DEVNULL
    )


def main() -> None:
    """Watch for as long as the container lives. What it says goes to the container's log, as it is
    its own standard output."""
    environment = {name: value for name, value in os.environ.items() if name != "KIREJI_LOG"}
    while True:
        status = subprocess.run(
            [sys.executable, "-P", "-m", "kireji", "watch", "--service"], env=environment
        ).returncode
        print(
            f"Grading on submit ended (exit status {status}). It is begun again in {PAUSE:g}"
            " seconds.",
            flush=True,
        )
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
