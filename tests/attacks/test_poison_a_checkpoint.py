"""A checkpoint that is no checkpoint: opened inside the sandbox only, as safetensors only, and
refused in a sentence."""

import json
import pickle
import struct

import pytest
import torch
from safetensors.torch import save

from kireji.testing import StudentError

from .conftest import kernel

pytestmark = pytest.mark.needs("bubblewrap")


class Payload:
    """Runs a command where it is unpickled."""

    def __init__(self, path):
        self.path = path

    def __reduce__(self):
        return (open, (str(self.path), "w"))


def header(text: bytes, length: int | None = None) -> bytes:
    return struct.pack("<Q", len(text) if length is None else length) + text


GOOD = save({"weight": torch.ones(1, 2)})
SHAPE = json.dumps({"weight": {"dtype": "F32", "shape": [2**40], "data_offsets": [0, 8]}}).encode()
FILES = {
    "pickle": pickle.dumps(Payload("/tmp/ran")),
    "empty": b"",
    "truncated": GOOD[:-3],
    "ten GB header": header(b"{}", 10 * 2**30),
    "no JSON": header(b"not json"),
    "deep": header(b"[" * 50_000),
    "shape": header(SHAPE) + bytes(8),
    "zip": b"PK\x03\x04" + bytes(100),
    "text": b"\xff" * 1000,
    "wrong shape": save({"weight": torch.ones(7, 7)}),
    "other names": save({"other": torch.ones(1, 2)}),
    "wrong kind": save({"weight": torch.ones(1, 2, dtype=torch.int64).bool()}),
}
CODE = """
import os, torch
from safetensors.torch import load_file
def load(name):
    model = torch.nn.Linear(2, 1, bias=False)
    model.load_state_dict(load_file(name + ".safetensors"))
    return model(torch.ones(1, 2))
def ran():
    return os.path.exists("/tmp/ran")
"""


def test_unpickling_runs_what_is_in_it(tmp_path):
    pickle.loads(pickle.dumps(Payload(tmp_path / "ran"))).close()
    assert (tmp_path / "ran").exists()


def test_each_is_refused_in_a_sentence_and_none_runs():
    files = {f"{number}.safetensors": content for number, content in enumerate(FILES.values())}
    nan = save({"weight": torch.full((1, 2), float("nan"))})
    with kernel(CODE, **files, **{"good.safetensors": GOOD, "nan.safetensors": nan}) as ask:
        assert ask("load", "good").tolist() == [[2.0]]
        for number, name in enumerate(FILES):
            if name == "wrong kind":  # torch converts it, as for everybody
                continue
            with pytest.raises(StudentError) as raised:
                ask("load", str(number))
            assert 5 < len(str(raised.value)) < 2100, name
        assert torch.isnan(ask("load", "nan")).all() and ask("ran") is False
