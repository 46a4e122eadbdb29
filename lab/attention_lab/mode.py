"""Whether this notebook is being worked on by a student or run by the autograder."""

import os


def is_grading() -> bool:
    """True while the autograder runs the notebook: nothing trains, checks are skipped, progress
    bars are silent."""
    return os.environ.get("ATTENTION_LAB_GRADING") == "1"
