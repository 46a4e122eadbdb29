"""`python -m kireji.data`: fetch, filter and split the data of all assignments, saying what
happens.

`python -m kireji.data FOLDER` only fetches the packages that they come from into FOLDER, as the
images of the compose deployment do."""

import sys
from pathlib import Path

from kireji.course.layout import find_course
from kireji.data import prepare
from kireji.data.step import fetch_packages
from kireji.errors import KirejiError


def main(arguments: list[str]) -> int:
    try:
        if arguments:
            fetch_packages(find_course().graders, Path(arguments[0]))
            return 0
        summary = prepare(find_course(), progress=print)
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    for name, count in summary.items():
        print(f"{name}: {count:,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
