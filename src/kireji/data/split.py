"""Who sees which row: train and validation for students, the held-out rest for graders alone."""

import hmac
from collections.abc import Sequence

from kireji.data.data_set import DataSet, Row

PARTS = ("train", "validation", "held_out")


def split(
    assignment: str, data_set: DataSet[Row], rows: Sequence[Row], secret: bytes
) -> dict[str, list[Row]]:
    """Split by an order of the rows' keys that only the holder of `secret` can compute.

    Rows with the same key go together, so nothing held out was ever seen in training. Returns
    {"train", "validation", "held_out"}; every installation has the same number of different keys in
    each."""

    def place_of(key: str) -> bytes:
        return hmac.digest(secret, f"{assignment}\n{key}".encode(), "sha256")

    position = {
        key: place
        for place, key in enumerate(sorted({data_set.key(row) for row in rows}, key=place_of))
    }
    parts: dict[str, list[Row]] = {part: [] for part in PARTS}
    for row in rows:  # in the table's order, so that a file's order tells nothing about the secret
        place = position[data_set.key(row)]
        held_out, seen = place < data_set.held_out, place < data_set.held_out + data_set.validation
        parts["held_out" if held_out else "validation" if seen else "train"].append(row)
    return parts
