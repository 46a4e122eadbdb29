"""What can go wrong with the data, each in one sentence a newcomer can act on."""

from kireji.errors import KirejiError


class DataError(KirejiError):
    """The data cannot be had; the message is one sentence that says what is missing and what
    to do."""
