"""Visible checks: instant, as often as you like, with a hint or a picture. Hidden tests use other
examples."""

import importlib
from collections.abc import Mapping
from typing import Any

from attention_lab.checks.look import Look, Stop, Student
from attention_lab.mode import is_grading

# Which file knows which task; a file is imported when one of its tasks is first checked.
TASKS = {
    "ex1_translation": (
        "padding_mask",
        "additive_attention",
        "encoder",
        "decoder",
        "sequence_loss",
        "train_step",
        "decoding",
        "translation",
        "alignment",
    ),
    "ex2_mechanisms": (
        "content_scores",
        "location",
        "self_attention",
        "saturation",
        "build_attention",
        "comparison",
        "picture",
    ),
    "ex3_classification": (
        "attention_pooling",
        "classifier",
        "training",
        "prediction",
        "long_texts",
        "faithfulness",
        "text_picture",
    ),
    "ex4_visualization": (
        "heat_map",
        "heads",
        "measures",
        "rollout",
        "patterns",
        "over_time",
        "intervention",
    ),
}


def check(task: str, namespace: Mapping[str, Any] | None = None) -> None:
    """Check your work on one task, and print what is right and what to look at. Does nothing while
    grading.

    `namespace`: where your objects are; by default the notebook's variables."""
    assignment = next((name for name, tasks in TASKS.items() if task in tasks), None)
    if assignment is None:
        known = ", ".join(name for tasks in TASKS.values() for name in tasks)
        raise ValueError(f"there is no check called {task!r}; there are {known}")
    if is_grading():
        return
    examine = getattr(importlib.import_module(f"attention_lab.checks.{assignment}"), task)
    look = Look(task)
    try:
        examine(Student(namespace if namespace is not None else _notebook(), look), look)
    except Stop:
        return
    except (
        Exception
    ) as error:  # whatever the student's code raises is told as a finding, not as our own traceback
        look.raised(error)
        return
    look.done()


def _notebook() -> Mapping[str, Any]:
    from IPython import get_ipython

    shell = get_ipython()
    if shell is None:
        raise RuntimeError(
            "check(...) looks at a notebook's variables; outside one, give it a namespace"
        )
    return shell.user_ns
