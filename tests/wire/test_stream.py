"""Messages over a socket: whole, in order, bounded in time and size."""

import socket
import struct

import pytest

from kireji.wire import Stream, WireError, WireLimits


@pytest.fixture
def pair():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield Stream(ours, WireLimits(structure_bytes=1000, tensor_bytes=1000)), theirs


def test_values_arrive_in_order(pair):
    ours, theirs = pair
    other = Stream(theirs)
    for value in (1, "two", [3.0]):
        other.send(value)
    assert [ours.receive(1) for _ in range(3)] == [1, "two", [3.0]]


def test_silence_and_a_message_that_drips_in_run_out_of_time(pair):
    ours, theirs = pair
    with pytest.raises(TimeoutError):
        ours.receive(0.05)
    theirs.sendall(struct.pack(">Q", 100) + b"half")
    with pytest.raises(TimeoutError):
        ours.receive(0.05)


def test_an_announcement_over_the_limit_is_refused_before_it_is_read(pair):
    ours, theirs = pair
    theirs.sendall(struct.pack(">Q", 2**62))
    with pytest.raises(WireError, match="over the limit"):
        ours.receive(1)


def test_a_closed_stream_says_so(pair):
    ours, theirs = pair
    theirs.close()
    with pytest.raises(EOFError):
        ours.receive(1)


def test_what_nobody_asked_for_is_noticed(pair):
    ours, theirs = pair
    assert ours.idle()
    theirs.sendall(b"x")
    assert not ours.idle()
