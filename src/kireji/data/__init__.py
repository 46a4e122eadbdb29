"""Fetch, filter and split the sentences. Trusted side: it knows the secret and writes the held-out
references.

A leaf of the house: imports `kireji.paths` and nothing else of ours."""

from kireji.course.secret import read_or_make_secret
from kireji.data.errors import DataError
from kireji.data.step import prepare

__all__ = ["DataError", "prepare", "read_or_make_secret"]
