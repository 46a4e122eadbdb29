"""Reading a checkpoint as numbers: right where it is sound, refused where it is not, whatever the
bytes."""

import json
import struct

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from safetensors.torch import save

from kireji.copies import tensors
from kireji.copies.tensors import TensorsError, read_tensors


def raw(header: object, data: bytes = b"", length: int | None = None) -> bytes:
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return struct.pack("<Q", len(text) if length is None else length) + text + data


@pytest.mark.parametrize(
    "dtype",
    [
        torch.float64,
        torch.float32,
        torch.float16,
        torch.bfloat16,
        torch.int64,
        torch.int32,
        torch.int16,
        torch.int8,
        torch.uint8,
        torch.bool,
    ],
)
def test_it_reads_what_safetensors_writes(dtype):
    values = (
        torch.arange(24).reshape(2, 3, 4) - (0 if dtype in (torch.uint8, torch.bool) else 7)
    ).to(dtype)
    read = read_tensors(save({"a": values, "b": torch.ones(5)}, {"some": "text"}))
    assert read.keys() == {"a", "b"} and read["a"].shape == (2, 3, 4)
    assert np.array_equal(read["a"], values.to(torch.float64).numpy())


ENTRY = {"dtype": "F32", "shape": [2], "data_offsets": [0, 8]}
FORGED = {
    "nothing": b"",
    "short": b"1234567",
    "pickle": b"\x80\x04\x95" + b"0" * 60,
    "header longer than the file": raw({}, length=100),
    "header of ten gigabytes": raw({}, length=10 * 2**30),
    "header that is no JSON": raw(b"{'a'"),
    "nested ten thousand deep": raw(b"[" * 10_000),
    "a list": raw([ENTRY]),
    "an entry that is a number": raw({"a": 3}),
    "no such dtype": raw({"a": ENTRY | {"dtype": "O"}}, b"0" * 8),
    "a negative place": raw({"a": ENTRY | {"data_offsets": [-8, 0]}}, b"0" * 8),
    "a place beyond the end": raw({"a": ENTRY}, b"0" * 4),
    "a place that is no number": raw({"a": ENTRY | {"data_offsets": [0, 8.0]}}, b"0" * 8),
    "a shape that is not its size": raw({"a": ENTRY | {"shape": [3]}}, b"0" * 8),
    "an endless shape": raw({"a": ENTRY | {"shape": [1] * 1000 + [2]}}, b"0" * 8),
    "a number of ten thousand digits": raw(
        b'{"a": {"dtype": "F32", "shape": [' + b"9" * 10_000 + b'], "data_offsets": [0, 8]}}',
        b"0" * 8,
    ),
    "the same numbers a thousand times": raw({str(n): ENTRY for n in range(1000)}, b"0" * 8),
    "too many": raw({str(n): ENTRY for n in range(tensors.MAX_TENSORS + 1)}, b"0" * 8),
}


@pytest.mark.parametrize("content", FORGED.values(), ids=FORGED)
def test_anything_else_is_refused(content):
    with pytest.raises(TensorsError):
        read_tensors(content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=8,
)


@settings(max_examples=200, deadline=None)
@given(
    st.binary()
    | st.builds(
        raw,
        st.dictionaries(
            st.text(),
            json_values
            | st.fixed_dictionaries(
                {
                    "dtype": st.sampled_from(["F32", "BF16", "I8"]) | json_values,
                    "shape": st.lists(st.integers(-2, 9)) | json_values,
                    "data_offsets": st.lists(st.integers(-3, 99), min_size=2, max_size=2)
                    | json_values,
                }
            ),
        ),
        st.binary(),
    )
)
def test_no_bytes_break_it(content):
    try:
        read = read_tensors(content)
    except TensorsError:
        return
    assert sum(values.size for values in read.values()) <= len(content)
