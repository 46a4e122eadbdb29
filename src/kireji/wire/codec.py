"""Values to bytes and back.

A message is a 4-byte length, a msgpack structure of that length, and the raw bytes of its tensors
one after another. Every container in the structure is a list that begins with its tag, so no value
can be mistaken for another.
"""

import math
import struct
from typing import Any

import msgpack
import numpy as np
import torch

from .values import NO_REFERENCES, Opaque, Reference, References, WireError, WireLimits

LIMITS = WireLimits()

DTYPES = {
    str(dtype).removeprefix("torch."): dtype
    for dtype in (
        torch.float32,
        torch.float64,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
    )
}
LIST, TUPLE, DICT, TENSOR, ARRAY, OPAQUE, REFERENCE = "ltdxnor"
KEY_TYPES = (str, int, float, bool, type(None))
HEADER = struct.Struct(">I")


def encode(
    value: Any, limits: WireLimits = LIMITS, references: References = NO_REFERENCES
) -> bytes:
    """The message that carries `value`. What cannot cross becomes what `references` has for it, or
    else an `Opaque`. WireError if it is too much."""
    packer = _Packer(references)
    structure = msgpack.packb(packer.pack(value, limits.depth))
    blobs = packer.blobs
    if len(structure) > limits.structure_bytes:
        raise WireError(
            f"a value of {len(structure):,} bytes is over the limit of {limits.structure_bytes:,}"
            " bytes"
        )
    if (total := sum(map(len, blobs))) > limits.tensor_bytes:
        raise WireError(
            f"tensors of {total:,} bytes are over the limit of {limits.tensor_bytes:,} bytes"
        )
    return b"".join([HEADER.pack(len(structure)), structure, *blobs])


def decode(
    message: bytes, limits: WireLimits = LIMITS, references: References = NO_REFERENCES
) -> Any:
    """The value that `message` carries, with references resolved by `references`. Any bytes are
    safe to pass; WireError if they break a rule."""
    if len(message) < HEADER.size:
        raise WireError("a message shorter than its header")
    (length,) = HEADER.unpack_from(message)
    if length > limits.structure_bytes or HEADER.size + length > len(message):
        raise WireError(f"a structure of {length:,} bytes in a message of {len(message):,} bytes")
    view = memoryview(message)
    blob = view[HEADER.size + length :]
    if len(blob) > limits.tensor_bytes:
        raise WireError(
            f"tensors of {len(blob):,} bytes are over the limit of {limits.tensor_bytes:,} bytes"
        )
    try:
        structure = msgpack.unpackb(
            view[HEADER.size : HEADER.size + length], strict_map_key=True, use_list=True
        )
    except (ValueError, TypeError, RecursionError, msgpack.exceptions.UnpackException) as error:
        raise WireError(f"not a structure: {type(error).__name__}") from None
    value, used = _Unpacker(blob, limits, references).unpack_all(structure)
    if used != len(blob):
        raise WireError(f"{len(blob) - used:,} bytes that belong to no tensor")
    return value


class _Packer:
    """Walks a value once, appending each tensor's bytes to `blobs`."""

    def __init__(self, references: References) -> None:
        self.references = references
        self.blobs: list[bytes] = []

    def pack(self, value: Any, depth: int) -> Any:
        """The tagged structure for `value`."""
        # most of what crosses; the rest is for subclasses and all that has to be looked at
        plain = type(value)
        if plain is str:
            return value.encode("utf-8", "replace").decode()
        if value is None or plain is bool or plain is float:
            return value
        if depth == 0:
            return [OPAQUE, _type_name(value), "nested too deeply"]
        if isinstance(value, torch.Tensor):
            return _pack_tensor(value, self.blobs)
        if isinstance(value, np.generic):
            return self.pack(value.item(), depth - 1)
        if isinstance(value, int):
            value = int(value)
            return (
                value if -(2**63) <= value < 2**63 else [OPAQUE, "int", "needs more than 64 bits"]
            )
        if isinstance(value, float):
            return float(value)
        if isinstance(value, str):
            return str.encode(value, "utf-8", "replace").decode()
        if isinstance(value, np.ndarray):
            return _pack_array(value, self.blobs)
        if isinstance(value, Opaque):
            return [OPAQUE, value.type_name, value.reason]
        if isinstance(value, Reference):
            return [REFERENCE, value.number]
        if isinstance(value, (list, tuple)):
            tag = TUPLE if isinstance(value, tuple) else LIST
            return [tag, *(self.pack(item, depth - 1) for item in value)]
        if isinstance(value, dict):
            if not all(isinstance(key, KEY_TYPES) for key in value):
                return [OPAQUE, _type_name(value), "has keys that are neither text nor numbers"]
            flat = [self.pack(part, depth - 1) for item in value.items() for part in item]
            return [DICT, *flat]
        if (crossing := self.references.refer(value)) is not None:
            return self.pack(crossing, depth)
        return [OPAQUE, _type_name(value), ""]


def _pack_tensor(tensor: torch.Tensor, blobs: list[bytes]) -> list[Any]:
    name = str(tensor.dtype).removeprefix("torch.")
    if name not in DTYPES:
        return [OPAQUE, "Tensor", f"dtype {name}"]
    if tensor.layout != torch.strided or tensor.is_meta:
        return [OPAQUE, "Tensor", "a meta tensor" if tensor.is_meta else f"layout {tensor.layout}"]
    flat = tensor.detach().cpu().resolve_conj().resolve_neg().contiguous().reshape(-1)
    blobs.append(flat.view(torch.uint8).numpy().tobytes() if flat.numel() else b"")
    return [TENSOR, name, *tensor.shape]


def _pack_array(array: np.ndarray, blobs: list[bytes]) -> list[Any]:
    if str(array.dtype) not in DTYPES:
        return [OPAQUE, "ndarray", f"dtype {array.dtype}"]
    blobs.append(np.ascontiguousarray(array).tobytes())
    return [ARRAY, str(array.dtype), *array.shape]


def _type_name(value: Any) -> str:
    return str.encode(type(value).__name__[:80], "utf-8", "replace").decode()


class _Unpacker:
    """Walks a structure once, taking each tensor's bytes from the front of what is left of
    `blob`."""

    def __init__(self, blob: memoryview, limits: WireLimits, references: References) -> None:
        self.blob, self.limits, self.used, self.references = blob, limits, 0, references

    def unpack_all(self, structure: Any) -> tuple[Any, int]:
        return self.unpack(structure, self.limits.depth + 1), self.used

    def unpack(self, node: Any, depth: int) -> Any:
        if depth < 0:
            raise WireError(f"nested more than {self.limits.depth} deep")
        if node is None or isinstance(node, (bool, int, float, str)):
            return node
        if not isinstance(node, list) or not node or not isinstance(node[0], str):
            raise WireError(f"a bare {type(node).__name__}")
        tag, *rest = node
        if tag in (LIST, TUPLE):
            items = [self.unpack(item, depth - 1) for item in rest]
            return tuple(items) if tag == TUPLE else items
        if tag == DICT:
            return self.unpack_dict(rest, depth)
        if tag in (TENSOR, ARRAY):
            tensor = self.unpack_tensor(rest)
            if tag == ARRAY and tensor.dtype == torch.bfloat16:
                raise WireError("an array of a dtype that numpy does not have")
            return tensor if tag == TENSOR else tensor.numpy()
        if tag == OPAQUE and len(rest) == 2 and all(isinstance(part, str) for part in rest):
            return Opaque(rest[0][:80], rest[1][:200])
        if tag == REFERENCE and len(rest) == 1 and type(rest[0]) is int:
            return self.references.resolve(Reference(rest[0]))
        raise WireError("an unknown or malformed tag")

    def unpack_dict(self, rest: list[Any], depth: int) -> dict[Any, Any]:
        if len(rest) % 2:
            raise WireError("a dictionary with a key but no value")
        keys = rest[::2]
        if not all(isinstance(key, KEY_TYPES) for key in keys):
            raise WireError("a dictionary key that is neither text nor a number")
        return {
            key: self.unpack(value, depth - 1) for key, value in zip(keys, rest[1::2], strict=True)
        }

    def unpack_tensor(self, rest: list[Any]) -> torch.Tensor:
        if not rest or not isinstance(rest[0], str) or rest[0] not in DTYPES:
            raise WireError("a tensor of no known dtype")
        name, *shape = rest
        if len(shape) > self.limits.dimensions or not all(
            type(n) is int and 0 <= n < 2**31 for n in shape
        ):
            raise WireError("a tensor of impossible shape")
        # torch and numpy count beyond a zero, and overflow
        if math.prod(max(n, 1) for n in shape) >= 2**31:
            raise WireError("a tensor of impossible shape")
        dtype = DTYPES[name]
        length = math.prod(shape) * dtype.itemsize
        if length > len(self.blob) - self.used:
            raise WireError("a tensor without its bytes")
        raw = bytearray(self.blob[self.used : self.used + length])
        self.used += length
        if not raw:
            return torch.empty(shape, dtype=dtype)
        if dtype == torch.bool:  # a bool that is neither 0 nor 1 is undefined behaviour in C++
            return (torch.frombuffer(raw, dtype=torch.uint8) != 0).reshape(shape)
        return torch.frombuffer(raw, dtype=dtype).reshape(shape)
