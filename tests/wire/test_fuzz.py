"""The decoder under inputs made to break it, in a process that may not grow: atheris where it is to
be had."""

import contextlib
import importlib.util
import re
import subprocess
import sys
import tracemalloc
from pathlib import Path

import msgpack
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from kireji.wire import Opaque, Reference, WireError, WireLimits, decode, encode
from kireji.wire.codec import HEADER

SEEDS = (
    None,
    [1, -2.5, "text", True],
    (torch.ones(2, 3), torch.zeros(2, dtype=torch.bool)),
    {"a": [1], 2: None},
    np.arange(3.0),
    Opaque("type", "why"),
    Reference(3),
    [[[[[]]]]],
)
SMALL = WireLimits(structure_bytes=2**16, tensor_bytes=2**16)


def test_a_coverage_guided_fuzzer_finds_no_way_to_crash_hang_or_grow_it(tmp_path):
    if importlib.util.find_spec("atheris") is None:
        pytest.skip("atheris is not to be had on this platform")
    for number, value in enumerate(SEEDS):
        (tmp_path / str(number)).write_bytes(encode(value))
    ran = subprocess.run(
        [
            sys.executable,
            "-P",
            Path(__file__).parent / "fuzz_target.py",
            "150000",
            "60",
            "256",
            tmp_path,
        ],
        capture_output=True,
        text=True,
        timeout=280,
    )
    assert ran.returncode == 0, ran.stderr[-3000:]
    assert int(re.search(r"Done (\d+) in", ran.stderr)[1]) >= 20_000


@settings(max_examples=400, deadline=None, derandomize=True)
@given(
    seed=st.sampled_from(range(len(SEEDS))),
    changes=st.lists(
        st.tuples(st.integers(0, 10_000), st.integers(0, 255), st.booleans()),
        min_size=1,
        max_size=6,
    ),
)
def test_damaged_messages_do_no_more_than_raise(seed, changes):
    message = bytearray(encode(SEEDS[seed]))
    for place, byte, insert in changes:
        place %= len(message) + 1
        message[place : place + (not insert)] = bytes([byte])
    with contextlib.suppress(WireError):
        decode(bytes(message), SMALL)


@pytest.mark.parametrize(
    "structure",
    [
        b"\xdd\xff\xff\xff\xff",
        b"\xdf\xff\xff\xff\xff",
        b"\xdb\xff\xff\xff\xff",
        b"\xc6\xff\xff\xff\xff",
        b"\xc9\xff\xff\xff\xff\x01",
        b"\x91" * 60_000,
        b"\x81\xa1l" * 20_000,
        b"\xc7\x0c\xff" + bytes(12),
        msgpack.packb(["n", "float32", *[2**31 - 1] * 16]),
        msgpack.packb(["n", "float32", 0, *[2**31 - 1] * 15]),
        msgpack.packb(["x", "float32", 0, *[2**31 - 1] * 15]),
        msgpack.packb(["n", "float32", *[0] * 16]),
    ],
    ids=range(12),
)
def test_announcements_cost_nothing(structure):
    tracemalloc.start()
    try:
        value = decode(HEADER.pack(len(structure)) + structure)
    except WireError:
        value = np.empty(0)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert np.size(value) == 0 and peak < 100 * len(structure) + 2**20
