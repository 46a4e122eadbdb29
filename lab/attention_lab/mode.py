"""Whether a student works on this notebook, or a program such as the autograder runs it."""

import os


def is_grading() -> bool:
    """True while the autograder runs the notebook: nothing trains, checks are skipped, progress
    bars are silent."""
    return os.environ.get("ATTENTION_LAB_GRADING") == "1"


def may_train() -> bool:
    """False where a program runs the notebook: the autograder, or nbgrader's `validate`, which
    would replace a trained model although no one wants to train."""
    return not is_grading() and not os.environ.get("NBGRADER_EXECUTION")
