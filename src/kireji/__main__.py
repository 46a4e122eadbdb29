"""`python -m kireji`: what the launcher runs once everything is set up."""

from kireji.cli.main import main

main()
