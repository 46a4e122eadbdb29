"""Errors that are no defect of ours: whoever runs the command reads one sentence, and no stack
trace."""


class KirejiError(Exception):
    """Its text says what was expected, what came, and what to do."""


class PlatformError(KirejiError):
    """The platform failed while it judged a submission: the place where it ran went away, or the
    machine refused something. Nothing is kept, recorded or counted; the submission is judged
    again."""
