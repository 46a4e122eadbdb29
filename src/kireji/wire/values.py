"""What the wire carries beyond plain data: a description of a value that cannot cross, and a
reference to an object that stays in the sandbox."""

from dataclasses import dataclass
from typing import Any


class WireError(ValueError):
    """A message that breaks the wire's rules; the text says which rule."""


@dataclass(frozen=True)
class WireLimits:
    """How much one message may hold.

    Decoding needs at most about 100 bytes of memory for each byte of structure, and the tensors'
    own bytes twice.
    """

    structure_bytes: int = 4 * 2**20  # everything but tensors: nesting, numbers, strings
    tensor_bytes: int = 256 * 2**20  # all tensors of a message together
    depth: int = 32  # lists within lists
    dimensions: int = 16  # of one tensor

    @property
    def message_bytes(self) -> int:
        """The longest message, in bytes."""
        return 4 + self.structure_bytes + self.tensor_bytes


@dataclass(frozen=True)
class Opaque:
    """Describes a value that cannot cross: its type's name, and why it stayed behind."""

    type_name: str
    reason: str = ""

    def __str__(self) -> str:
        return f"{self.type_name} ({self.reason})" if self.reason else self.type_name


@dataclass(frozen=True)
class Reference:
    """Names an object that stays in the sandbox by its number there."""

    number: int


class References:
    """Turns objects of one side into references and back, while the codec walks a value.

    Here: no object has a reference, and a reference is kept as it is."""

    def refer(self, value: Any) -> Any:
        """The reference or name that crosses in place of `value`, which cannot cross itself. None
        if there is none."""
        return None

    def resolve(self, reference: Reference) -> Any:
        """What the receiving side gets in place of `reference`."""
        return reference


NO_REFERENCES = References()
