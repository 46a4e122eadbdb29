"""Errors that are no defect of Kireji: the user reads one sentence and no stack trace."""


class KirejiError(Exception):
    """Its text says what was expected, what came, and what to do."""


class PlatformError(KirejiError):
    """The platform failed while it judged a submission: the place where it ran went away, or the
    machine refused something. Nothing is kept, recorded or counted; the submission is judged
    again.

    Made with the reason, as a clause that follows "because"."""

    def __str__(self) -> str:
        return (
            f"The submission was not judged, because {self.args[0]}. This is not the student's "
            "doing: nothing was recorded, and no attempt was used. Grade it again."
        )
