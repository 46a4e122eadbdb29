"""How alike two checkpoints are: the same bytes, the same numbers, or numbers that are nearly or in
another order the same.

A checkpoint is reduced to a fingerprint of a few kilobytes for each tensor, so that a class can be
compared pair by pair.
"""

import hashlib
from collections import Counter
from dataclasses import dataclass

import numpy as np

from kireji.copies.tensors import TensorsError, read_tensors

LARGEST = 1e100  # of the numbers that are compared, and its inverse: their squares are numbers too
# numbers in a tensor: fewer may agree by chance, or because both are still as they began
SMALLEST = 64
SAMPLES = 2048  # numbers of a tensor that are compared in place
RANKS = 512  # numbers of a tensor that are compared in order of size
NEARLY = 0.9999  # cosine; what is measured in docs/explanation/security.md stays far below
REORDERED = 1e-5  # between the sorted numbers of two tensors, in units of their size
SHARE = 0.5  # of all numbers in the smaller checkpoint


@dataclass(frozen=True)
class Tensor:
    """What is compared of one tensor: of its numbers divided by their root mean square."""

    # the same for the same shape and numbers, whatever the name, the dtype or the place in the file
    key: bytes
    shape: tuple[int, ...]
    sample: np.ndarray  # (at most SAMPLES,) at places that depend on the number of numbers only
    ranks: np.ndarray  # (RANKS,) in ascending order


@dataclass(frozen=True)
class Fingerprint:
    """What is compared of one checkpoint; no tensors where the file cannot be read or holds nothing
    to compare."""

    digest: str
    tensors: tuple[Tensor, ...]

    @property
    def size(self) -> int:
        return sum(int(np.prod(tensor.shape)) for tensor in self.tensors)


def fingerprint(content: bytes) -> Fingerprint:
    """The fingerprint of a checkpoint's bytes, which may be anything."""
    try:
        tensors = read_tensors(content)
    except TensorsError:
        tensors = {}
    kept = [_tensor(values) for values in tensors.values() if values.size >= SMALLEST]
    return Fingerprint(
        hashlib.sha256(content).hexdigest(), tuple(tensor for tensor in kept if tensor is not None)
    )


def alike(one: Fingerprint, other: Fingerprint) -> tuple[float, str] | None:
    """How alike two checkpoints are, 0 to 1, and in what way; None where there is nothing to
    report."""
    if one.digest == other.digest:
        return 1.0, "the same file"
    size = min(one.size, other.size)
    if not size:
        return None
    same = Counter(tensor.key for tensor in one.tensors) & Counter(
        tensor.key for tensor in other.tensors
    )
    sizes = {tensor.key: int(np.prod(tensor.shape)) for tensor in one.tensors}
    share = sum(sizes[key] * count for key, count in same.items()) / size
    if share >= SHARE:
        return (
            share,
            "the same numbers under other names, in another order or with other text in the file",
        )
    nearly, reordered, left, cosines = 0, 0, one.size, []
    for tensor in sorted(one.tensors, key=lambda tensor: -np.prod(tensor.shape)):
        if (nearly + reordered + left) / size < SHARE:
            return None  # the most common case by far, after a tensor or two
        count = int(np.prod(tensor.shape))
        left -= count
        candidates = [twin for twin in other.tensors if twin.shape == tensor.shape]
        cosine = max((_cosine(tensor.sample, twin.sample) for twin in candidates), default=0.0)
        if cosine >= NEARLY:
            nearly += count
            cosines.append(cosine)
        elif any(
            _distance(tensor.ranks, ranks) <= REORDERED
            for twin in candidates
            for ranks in (twin.ranks, -twin.ranks[::-1])
        ):
            reordered += count
    if nearly / size >= SHARE:
        return min(cosines), "nearly the same numbers"
    if (nearly + reordered) / size >= SHARE:
        return (nearly + reordered) / size, "the same numbers in another order, or scaled"
    return None


def _tensor(values: np.ndarray) -> Tensor | None:
    flat = values.reshape(-1)
    if (
        not np.isfinite(flat).all()
        or not 1 / LARGEST < np.abs(flat).max() < LARGEST
        or flat.min() == flat.max()
    ):
        return None  # nothing that was trained; or zeros or ones, which every model may have
    unit = flat / np.sqrt(np.mean(np.square(flat)))
    places = np.random.default_rng(flat.size).choice(
        flat.size, min(SAMPLES, flat.size), replace=False
    )
    ranks = np.sort(unit.astype(np.float32))[np.linspace(0, flat.size - 1, RANKS).astype(int)]
    key = hashlib.sha256(repr(values.shape).encode() + flat.tobytes()).digest()
    return Tensor(key, values.shape, unit[places].astype(np.float32), ranks)


def _cosine(one: np.ndarray, other: np.ndarray) -> float:
    return min(1.0, abs(float(one @ other) / float(np.sqrt((one @ one) * (other @ other)) or 1.0)))


def _distance(one: np.ndarray, other: np.ndarray) -> float:
    return float(np.abs(one - other).max())
