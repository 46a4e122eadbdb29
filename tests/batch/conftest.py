"""The toy assignment for the engine's own tests."""

from tests.toy import submit, toy  # noqa: F401
