"""Fetch, filter and split the assignments' data. Trusted side: it knows the secret and writes the
held-out references.

What the data of an assignment are is written in graders/ASSIGNMENT/data.py. A leaf of the house:
imports `kireji.course` and `kireji.files`, and nothing else of ours."""

from kireji.course.secret import read_or_make_secret
from kireji.data.crude import is_crude
from kireji.data.data_set import DataSet, LocalFile
from kireji.data.errors import DataError
from kireji.data.fetch import Package, open_member
from kireji.data.step import prepare

__all__ = [
    "DataError",
    "DataSet",
    "LocalFile",
    "Package",
    "is_crude",
    "open_member",
    "prepare",
    "read_or_make_secret",
]
