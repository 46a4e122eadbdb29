"""The first program behind the wall: it takes on the limits, lays out the work folder and becomes the kernel.

Runs inside the sandbox only, before any line of a submission. Holds nothing secret.
"""

import contextlib
import json
import os
import resource
import shutil
import sys

LIMITS = {
    "memory": resource.RLIMIT_AS,
    "files": resource.RLIMIT_FSIZE,
    "open_files": resource.RLIMIT_NOFILE,
    "processes": resource.RLIMIT_NPROC,
}


def main() -> None:
    """Usage: start.py {"limits": {name: bytes or number}, "copies": {from: to}} CONNECTION_FILE."""
    options = json.loads(sys.argv[1])
    for name, limit in options["limits"].items():
        resource.setrlimit(LIMITS[name], (limit, limit))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    with contextlib.suppress(OSError), open("/proc/self/oom_score_adj", "w") as file:
        file.write("1000")      # where memory runs out, the submission ends and not who grades it
    for given, place in options["copies"].items():
        if os.path.isdir(given):
            # The originals are read-only; a student's notebook may overwrite its own copy.
            shutil.copytree(given, place, dirs_exist_ok=True, copy_function=shutil.copyfile)
    from ipykernel import kernelapp

    sys.argv = ["kernel", "-f", sys.argv[2], "--HistoryManager.enabled=False"]
    kernelapp.launch_new_instance()


if __name__ == "__main__":
    main()
