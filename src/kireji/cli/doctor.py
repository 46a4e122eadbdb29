"""`./kireji doctor`: what is right and wrong with this installation."""

import sys

import click


@click.command()
def doctor() -> None:
    """Look at this installation and say what is right, what is wrong, and what to do about it.

    Looks at the machine, the set-up, the wall, the course, the hub and Docker; changes nothing.
    The page names no person and no password: it can be pasted into a public issue. The exit status
    is 1 if something is wrong."""
    from kireji.doctor.__main__ import main

    sys.exit(main())
