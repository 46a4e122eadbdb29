"""Reads a checkpoint as numbers: the safetensors format in NumPy, with limits. Runs nothing,
whatever the bytes are.

The file is a length, a JSON header of limited size, and raw numbers. Everything the header claims
is checked before it is believed; what does not add up is no checkpoint.
"""

import json
import math
import struct
from typing import Any

import numpy as np

HEADER_BYTES = 2**20
MAX_TENSORS = 2000
MAX_DIMENSIONS = 8
DTYPES = {
    "F64": "<f8",
    "F32": "<f4",
    "F16": "<f2",
    "I64": "<i8",
    "I32": "<i4",
    "I16": "<i2",
    "I8": "i1",
    "U8": "u1",
    "BOOL": "?",
}
BF16 = "BF16"  # the upper half of a float32, for which NumPy has no name


class TensorsError(Exception):
    """The bytes are no safetensors file that can be read."""


def read_tensors(content: bytes) -> dict[str, np.ndarray]:
    """name -> values, as float64 of the tensor's shape. TensorsError for anything else than a sound
    file."""
    if len(content) < 8:
        raise TensorsError("too short")
    (length,) = struct.unpack("<Q", content[:8])
    if length > min(HEADER_BYTES, len(content) - 8):
        raise TensorsError("a header that is too long")
    try:
        header = json.loads(content[8 : 8 + length])
    except (ValueError, RecursionError):
        raise TensorsError("a header that is no JSON") from None
    if not isinstance(header, dict) or len(header) > MAX_TENSORS:
        raise TensorsError("a header that is no table of tensors")
    header.pop("__metadata__", None)
    data, total = memoryview(content)[8 + length :], 0
    tensors = {}
    for name, entry in header.items():
        shape, dtype, begin, end = _entry(entry)
        total += end - begin
        # or overlapping tensors would make a small file large
        if end > len(data) or total > len(data):
            raise TensorsError("numbers that are not there")
        with np.errstate(invalid="ignore"):  # some nans ring a bell when they are converted
            tensors[name] = _values(data[begin:end], dtype).reshape(shape)
    return tensors


def _entry(entry: Any) -> tuple[list[int], str, int, int]:
    try:
        shape, dtype, (begin, end) = entry["shape"], entry["dtype"], entry["data_offsets"]
        width = 2 if dtype == BF16 else np.dtype(DTYPES[dtype]).itemsize
        numbers = [begin, end, *shape]
    except (TypeError, KeyError, ValueError):
        raise TensorsError("an entry that is no tensor") from None
    if len(shape) > MAX_DIMENSIONS or any(
        type(number) is not int or not 0 <= number < 2**40 for number in numbers
    ):
        raise TensorsError("a shape that is none")
    if math.prod(shape) * width != end - begin:
        raise TensorsError("a shape that does not fit its numbers")
    return shape, dtype, begin, end


def _values(raw: memoryview, dtype: str) -> np.ndarray:
    if dtype == BF16:
        return (np.frombuffer(raw, "<u2").astype("<u4") << 16).view("<f4").astype(np.float64)
    return np.frombuffer(raw, DTYPES[dtype]).astype(np.float64)
