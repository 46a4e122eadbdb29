"""What a checkpoint says about its training, read from its header: no torch, no code of the
student's."""

import json
import struct
from pathlib import Path
from typing import Any

MAX_HEADER_BYTES = 8 * 2**20


def header_of(path: Path) -> dict[str, Any] | None:
    """The header of a safetensors file; None where the file has none."""
    try:
        with path.open("rb") as file:
            (length,) = struct.unpack("<Q", file.read(8))
            if length > MAX_HEADER_BYTES:
                return None
            header = json.loads(file.read(length))
    except (OSError, ValueError, struct.error, RecursionError):
        return None
    return header if isinstance(header, dict) else None


def score_of(path: Path) -> float | None:
    """The best validation score that the training noted; None where it noted none."""
    try:
        scores = json.loads((header_of(path) or {})["__metadata__"]["history"])["score"]
        return max(map(float, scores))
    except (KeyError, TypeError, ValueError):
        return None
