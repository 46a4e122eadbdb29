"""Grading one submission: from its files to a report. What a hidden test needs is imported from here."""

from kireji.sandbox import CallFailed as StudentError
from kireji.sandbox import SandboxLost

from . import expect
from .expect import Mistake
from .graded import graded
from .student import Handle, Student

__all__ = ["Handle", "Mistake", "SandboxLost", "Student", "StudentError", "expect", "graded"]
