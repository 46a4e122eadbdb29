"""Grading one submission: from its files to a report."""

from importlib import import_module
from typing import Any

# Hidden tests that were written for version 0.1.0 import these from here.
MODULES = {"expect", "diagnoses", "gradients", "isolation"}
NAMES = {"graded", "Handle", "Student", "Mistake", "StudentError"}


def __getattr__(name: str) -> Any:
    if name in MODULES:
        return import_module(f"kireji.testing.{name}")
    if name in NAMES:
        return getattr(import_module("kireji.testing"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
