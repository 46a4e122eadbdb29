"""`python -m kireji.data`: fetch, filter and split the sentences, saying what happens."""

import sys

from kireji.data import prepare
from kireji.errors import KirejiError


def main() -> int:
    try:
        summary = prepare(progress=print)
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    for name, count in summary.items():
        print(f"{name}: {count:,} rows")
    return 0


if __name__ == "__main__":
    sys.exit(main())
