"""The first program of a sandbox container: runs one submission at a time, each under a uid that is
never used again.

It is root with two powers left, to change its uid and its groups, and talks to the grader through a
unix socket in a folder that no submission may enter. The container goes on when a submission ends,
because Docker delays the restart of containers that end soon: `docs/explanation/architecture.md`
has the measurements. Holds nothing secret.
"""

from pathlib import Path

# the connection file and others: readable and not writable for the submission
OWN = Path("/tmp/supervisor")


def say(sentence: str) -> None:
    print(f"sandbox: {sentence}", flush=True)
