"""The codec: what goes in comes out, and no bytes at all can do more than raise WireError."""

import contextlib
import math
import tracemalloc

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.wire import Opaque, Reference, References, WireError, WireLimits, decode, encode
from kireji.wire.codec import DTYPES, HEADER

SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(2**63), 2**63 - 1)
    | st.floats(allow_nan=False)
    | st.text(st.characters(exclude_categories=["Cs"]))
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner)
        | st.lists(inner).map(tuple)
        | st.dictionaries(
            st.text(st.characters(exclude_categories=["Cs"])) | st.integers(0, 9), inner
        )
    ),
    max_leaves=30,
)


@given(VALUES)
def test_plain_data_comes_back_as_it_was(value):
    assert decode(encode(value)) == value


@pytest.mark.parametrize("dtype", DTYPES.values(), ids=str)
@pytest.mark.parametrize("shape", [(), (0,), (3,), (2, 0, 3), (2, 3, 4)])
def test_tensors_come_back_with_dtype_shape_and_values(dtype, shape):
    tensor = (torch.randn(shape) * 10).to(dtype)
    back = decode(encode({"x": tensor}))["x"]
    assert back.dtype == dtype and back.shape == tensor.shape and torch.equal(back, tensor)


def test_a_tensor_crosses_whatever_its_state():
    base = torch.randn(4, 6)
    for tensor in (
        base.T,
        base[::2, 1::3],
        base.clone().requires_grad_(),
        torch.nn.Parameter(base),
        base.expand(2, 4, 6),
    ):
        assert torch.equal(decode(encode(tensor)), tensor.detach())


def test_odd_floats_survive():
    back = decode(encode([math.inf, -math.inf, math.nan, -0.0]))
    assert (
        back[:2] == [math.inf, -math.inf]
        and math.isnan(back[2])
        and math.copysign(1, back[3]) == -1
    )


@pytest.mark.parametrize(
    ("value", "type_name"),
    [
        (torch.ones(2, dtype=torch.complex64), "Tensor"),
        (torch.ones(2, device="meta"), "Tensor"),
        (torch.eye(2).to_sparse(), "Tensor"),
        (2**70, "int"),
        (object(), "object"),
        (len, "builtin_function_or_method"),
        ({(1, 2): 3}, "dict"),
        (np.array(["a"]), "ndarray"),
    ],
)
def test_what_cannot_cross_is_described(value, type_name):
    assert decode(encode(value)).type_name == type_name


def test_numpy_arrays_and_references_keep_their_kind():
    array, reference = decode(encode((np.arange(6.0).reshape(2, 3), Reference(3))))
    assert isinstance(array, np.ndarray) and array.shape == (2, 3) and reference == Reference(3)
    assert decode(encode(np.float32(0.5))) == 0.5


class Shelf(References):
    """Objects by their place on a shelf."""

    def __init__(self, *things):
        self.things = things

    def refer(self, value):
        return Reference(self.things.index(value)) if value in self.things else None

    def resolve(self, reference):
        return self.things[reference.number]


def test_references_are_made_and_resolved_wherever_they_are_in_a_value():
    thing, other = object(), object()
    message = encode({"a": [thing, (1, other)], "b": len}, references=Shelf(thing, other))
    assert decode(message)["a"] == [Reference(0), (1, Reference(1))]
    assert decode(message, references=Shelf(other, thing))["a"] == [other, (1, thing)]
    assert decode(message)["b"] == Opaque("builtin_function_or_method")


def test_a_list_that_holds_itself_ends():
    endless = []
    endless.append(endless)
    value = decode(encode(endless))
    while isinstance(value, list):
        (value,) = value
    assert value == Opaque("list", "nested too deeply")


def test_a_bool_is_always_0_or_1():
    message = bytearray(encode(torch.tensor([True, False])))
    message[-2:] = b"\x07\x00"
    assert decode(bytes(message)).to(torch.uint8).tolist() == [1, 0]


@pytest.mark.parametrize("limits", [WireLimits(tensor_bytes=100), WireLimits(structure_bytes=100)])
def test_too_much_is_refused_on_both_sides(limits):
    value = [torch.zeros(1000), "x" * 1000]
    with pytest.raises(WireError, match="over the limit"):
        encode(value, limits)
    with pytest.raises(WireError):
        decode(encode(value), limits)


@settings(max_examples=500)
@given(st.binary(max_size=300))
def test_no_bytes_do_more_than_raise(data):
    for message in (data, HEADER.pack(min(len(data), 200)) + data):
        with contextlib.suppress(WireError):
            decode(message)


@settings(max_examples=300)
@given(
    st.recursive(
        SCALARS, lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner), max_leaves=40
    ),
    st.binary(max_size=50),
)
def test_no_structure_does_more_than_raise(structure, blob):
    try:
        packed = msgpack.packb(structure)
    except UnicodeEncodeError:
        return
    with contextlib.suppress(WireError):
        decode(HEADER.pack(len(packed)) + packed + blob)


@pytest.mark.parametrize(
    "structure",
    [
        ["x"],
        ["n", "float32", -1],
        ["n", "float32", 2**62, 2**62],
        ["n", "complex64", 1],
        ["n", 1],
        ["d", 1],
        ["d", [], 1],
        ["o", 1, 2],
        ["r", True, ""],
        ["r"],
        [1, 2],
        {"a": 1},
        [],
        ["n", "float32", *[1] * 40],
        ["a", "bfloat16"],
        b"raw",
    ],
)
def test_malformed_structures_are_refused(structure):
    packed = msgpack.packb(structure)
    with pytest.raises(WireError):
        decode(HEADER.pack(len(packed)) + packed)


def test_decoding_stays_within_its_stated_memory():
    structure = msgpack.packb(["l", *([["l"]] * 1_000_000)])
    tracemalloc.start()
    with contextlib.suppress(WireError):
        decode(HEADER.pack(len(structure)) + structure)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 100 * len(structure)
