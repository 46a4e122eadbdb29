"""Errors that are no defect of ours: whoever runs the command reads one sentence, and no stack
trace."""


class KirejiError(Exception):
    """Its text says what was expected, what came, and what to do."""
