"""`python -m kireji.hub.compose.health URL [FOLDER]`: a container's health check.

0 if the page is there and the disk of FOLDER has room; else a sentence, which `docker inspect` of
the container shows. Standard library only."""

import shutil
import sys
import urllib.request

LEAST_BYTES = 2 * 10**9  # below, students' work and logs soon find no room


def disk_problem(folder: str) -> str | None:
    """What is wrong with the disk of `folder`; None if it has room."""
    free = shutil.disk_usage(folder).free
    if free >= LEAST_BYTES:
        return None
    return (
        f"Only {free / 1e9:.1f} GB are free on the disk with {folder}. Free some space "
        "(docker system df), or nothing more can be handed in."
    )


def main() -> int:
    url, *folders = sys.argv[1:]
    if urllib.request.urlopen(url, timeout=5).status != 200:
        return 1
    problems = [problem for folder in folders if (problem := disk_problem(folder))]
    print("\n".join(problems) or "The page is there, and the disk has room.")
    return bool(problems)


if __name__ == "__main__":
    sys.exit(main())
