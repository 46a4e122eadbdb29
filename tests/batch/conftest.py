"""The toy assignment for the engine's own tests."""

from tests.support.toy import submit, toy  # noqa: F401
