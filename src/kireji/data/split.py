"""Who sees which sentence: train and validation for students, the held-out rest for graders alone."""

import hmac
from collections import defaultdict

from kireji.data.sentences import Pair, tokens

HELD_OUT_SOURCES = 600
VALIDATION_SOURCES = 400


def split(pairs: list[Pair], secret: bytes, name: str,
          held_out: int = HELD_OUT_SOURCES, validation: int = VALIDATION_SOURCES) -> dict[str, list[Pair]]:
    """Split by an order of the source sentences that only the holder of `secret` can compute.

    All translations of one source go together, so no held-out source was ever seen in training; sources that
    differ only in case or punctuation count as one. Returns {"train", "validation", "held_out"}; `held_out` and
    `validation` are numbers of different sources, so every installation has splits of the same size."""
    groups: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs:
        groups[_key(pair.source)].append(pair)
    order = sorted(groups, key=lambda key: hmac.digest(secret, f"{name}\n{key}".encode(), "sha256"))

    position = {key: place for place, key in enumerate(order)}
    parts: dict[str, list[Pair]] = {"train": [], "validation": [], "held_out": []}
    for pair in pairs:  # in the table's order, so that a file's order tells nothing about the secret
        place = position[_key(pair.source)]
        part = "held_out" if place < held_out else "validation" if place < held_out + validation else "train"
        parts[part].append(pair)
    return parts


def _key(source: str) -> str:
    return " ".join(token for token in tokens(source) if any(map(str.isalnum, token)))
