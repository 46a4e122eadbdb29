"""Finds the recipe of each assignment's data: `DATA` in graders/ASSIGNMENT/data.py."""

import importlib.util
from pathlib import Path

from kireji.data.data_set import DataSet, LocalFile
from kireji.data.errors import DataError

FILE = "data.py"


def recipes(graders: Path) -> dict[str, DataSet]:
    """{assignment: its data set} of every folder in `graders` that has a data.py. DataError names a
    file that is none."""
    return {path.parent.name: load(path) for path in sorted(graders.glob(f"*/{FILE}"))}


def load(path: Path) -> DataSet:
    """The data set that the file `path` describes."""
    name = f"graders/{path.parent.name}/{path.name}"
    # By its place, not by the name graders.X.data: the data step also runs where graders/ is no
    # package that Python can find.
    spec = importlib.util.spec_from_file_location(f"kireji_recipe_{path.parent.name}", path)
    assert spec and spec.loader  # a path that ends in .py always has both
    module = importlib.util.module_from_spec(spec)
    try:
        spec.loader.exec_module(module)
    except DataError:
        raise
    except Exception as error:
        raise DataError(f"{name} cannot be read: {type(error).__name__}: {error}.") from error
    data_set = getattr(module, "DATA", None)
    if not isinstance(data_set, DataSet):
        raise DataError(f"{name} should define DATA, a kireji.data.DataSet.")
    if isinstance(data_set.source, LocalFile) and not data_set.source.path.is_file():
        raise DataError(f"{name} reads {data_set.source.path}, and there is no such file.")
    return data_set
