"""What may cross the wall between a submission and its grader: plain data and tensors, never code,
never pickle."""

from .codec import decode, encode
from .stream import Stream
from .values import Opaque, Reference, References, WireError, WireLimits

__all__ = [
    "WireLimits",
    "Opaque",
    "Reference",
    "References",
    "Stream",
    "WireError",
    "decode",
    "encode",
]
