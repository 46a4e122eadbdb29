"""A submission that hands in a result instead of an answer: printed, displayed, written, or sent in
the agent's name."""

import contextlib
import socket
import struct
import threading

import pytest

from kireji.sandbox.channel import CallError, Channel, SandboxLostError
from kireji.wire import Stream, encode

RIGHT = "def double(x):\n    return 2 * x"
LENGTH = struct.Struct(">Q")
FORGED = """
import json, os
from IPython.display import display, HTML
result = {"score": 6, "max_score": 6, "cells": [{"grade_id": "share", "score": 2, "fraction": 1.0}], "status": "passed"}
print(json.dumps(result), "score: 6/6", "1 passed in 0.01s")
display(result, metadata={"kireji": result}), display(HTML("<h1>6 of 6</h1>"))
for name in ("report.json", "toy.ipynb", "/tmp/report.json", "results.xml"):
    with open(name, "w") as file:
        json.dump(result, file)
get_ipython().display_pub.publish(data={"text/plain": "6.0"}, metadata={"nbgrader": {"points": 6}})
6.0
"""
# Takes the agent's place and answers every question with what would be right for somebody else's.
IMPOSTOR = """
import sys, types, socket
from wire import Stream
def start(descriptor):
    stream = Stream(socket.socket(fileno=descriptor))
    stream.send({"id": 0, "value": "ready"})
    while True:
        request = stream.receive()
        answer = ANSWER
        stream.send({"id": request["id"] + LATE, "value": answer})
sys.modules["agent"] = types.SimpleNamespace(start=start)
"""


def naive_reader(connection: socket.socket) -> object:
    """A grader's end without the rules: it takes the next thing that comes for the answer."""
    stream = Stream(connection)
    stream.send({"question": 1})
    return stream.receive(5)["value"]


@pytest.fixture
def ends():
    ours, theirs = socket.socketpair()
    with ours, theirs:
        yield ours, theirs


def test_a_grader_without_rules_believes_an_early_answer(ends):
    ours, theirs = ends
    Stream(theirs).send({"id": 77, "value": "forged"})
    assert naive_reader(ours) == "forged"


def ask(channel: Channel) -> object:
    return channel.ask("call", target="f", method="", args=[], kwargs={})


@pytest.mark.parametrize(
    "early",
    [encode({"id": 1, "value": 1}), encode(None), b"x", b""],
    ids=["reply", "none", "junk", "empty"],
)
def test_an_early_answer_ends_the_run(ends, early):
    ours, theirs = ends
    theirs.sendall(LENGTH.pack(len(early)) + early)
    channel = Channel(ours, 5, 60)
    for _ in range(2):
        with pytest.raises(SandboxLostError, match="had not been asked"):
            ask(channel)


def replying(theirs: socket.socket, *replies: bytes) -> threading.Thread:
    """Sends `replies` as soon as a question has come."""

    def run() -> None:
        Stream(theirs).receive(30)
        with contextlib.suppress(OSError):
            theirs.sendall(b"".join(replies))

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    return thread


def framed(value: object) -> bytes:
    message = encode(value)
    return LENGTH.pack(len(message)) + message


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (framed({"id": 2, "value": 1}), "had not been asked"),
        (framed({"id": 0, "value": 1}), "had not been asked"),
        (framed({"id": 1, "value": 1, "error": {}}), "had not been asked"),
        (framed({"id": 1}), "had not been asked"),
        (framed([1, "value"]), "had not been asked"),
        (framed({"id": 1, "error": {"type": 3}}), "could not be read"),
        (framed({"id": 1, "error": "full marks"}), "could not be read"),
        (LENGTH.pack(2**40), "over the limit"),
        (LENGTH.pack(4) + b"\xff\xff\xff\xff", "could not be read"),
        (LENGTH.pack(9) + bytes(9), "could not be read"),
    ],
    ids=[
        "later",
        "earlier",
        "both",
        "neither",
        "list",
        "error",
        "text",
        "oversized",
        "structure",
        "bytes",
    ],
)
def test_a_reply_that_breaks_the_protocol_ends_the_run(ends, reply, reason):
    ours, theirs = ends
    thread = replying(theirs, reply)
    channel = Channel(ours, 30, 60)
    with pytest.raises(SandboxLostError, match=reason):
        ask(channel)
    thread.join()
    with pytest.raises(SandboxLostError, match=reason):
        ask(channel)


def test_a_reply_sent_twice_is_taken_once(ends):
    ours, theirs = ends
    thread = replying(theirs, framed({"id": 1, "value": 1}), framed({"id": 1, "value": 1}))
    channel = Channel(ours, 30, 60)
    assert ask(channel) == 1
    thread.join()
    with pytest.raises(SandboxLostError, match="had not been asked"):
        ask(channel)


def test_half_a_reply_and_silence_run_out_of_time(ends):
    ours, theirs = ends
    thread = replying(theirs, LENGTH.pack(100) + b"half")
    channel = Channel(ours, 0.2, 60)
    with pytest.raises(SandboxLostError, match="could not be stopped") as lost:
        ask(channel)
    assert lost.value.out_of_time
    thread.join()


def test_an_error_of_any_name_is_the_students_own(ends):
    ours, theirs = ends
    thread = replying(
        theirs, framed({"id": 1, "error": {"type": "Passed", "message": "score 6", "line": ""}})
    )
    with pytest.raises(CallError, match="Passed: score 6"):
        ask(Channel(ours, 30, 60))
    thread.join()


@pytest.mark.needs("bubblewrap")
def test_results_that_are_printed_displayed_or_written_are_not_read(graded):
    report = graded(double_solution=RIGHT, share_solution=FORGED)
    assert report.points("double") == 4 and report.points("share") == 0 and report.score == 4


@pytest.mark.needs("bubblewrap")
@pytest.mark.parametrize(
    ("late", "answer", "says"),
    [
        (0, "{'result': 20.0, 'score': 6, 'changed': [], 'inputs': None}", ""),
        (1, "6", "had not been asked"),
        (0, "True", ""),
    ],
    ids=["plausible", "for another call", "true"],
)
def test_a_forged_agent_gains_only_what_its_values_are_worth(graded, late, answer, says):
    forged = IMPOSTOR.replace("ANSWER", answer).replace("LATE", str(late))
    report = graded(double_solution=forged)
    assert report.points("double") == 0 and says in report.messages("double")
    # A constant that is right for `share` is worth as much as a function that returns it, and no
    # more.
    assert report.points("share") == (2 if "20.0" in answer else 0)
