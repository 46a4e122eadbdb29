"""What can go wrong with the data, each in one sentence a newcomer can act on."""


class DataError(Exception):
    """The sentences cannot be had; the message is one sentence that says what is missing and what to do."""
