"""Feeds the decoder with inputs that atheris makes, steered by which lines they reach: run by
test_fuzz.py.

    python fuzz_target.py RUNS SECONDS MEBIBYTES CORPUS
"""

import pathlib
import resource
import sys

import atheris

with atheris.instrument_imports(include=["kireji.wire"]):
    from kireji.wire import WireError, WireLimits, decode, encode
    from kireji.wire.codec import HEADER

LIMITS = WireLimits(structure_bytes=2**16, tensor_bytes=2**16)


def one_input(data: bytes) -> None:
    """Any bytes, as a whole message and as a structure behind a sound header."""
    for message in (data, HEADER.pack(min(len(data), 200)) + data):
        try:
            value = decode(message, LIMITS)
        except WireError:
            continue
        encode(value, LIMITS)  # what was let in can be said again


def main() -> None:
    runs, seconds, mebibytes, corpus = sys.argv[1:]
    used = int(pathlib.Path("/proc/self/statm").read_text().split()[0]) * resource.getpagesize()
    limit = used + int(mebibytes) * 2**20
    # growing beyond it is a MemoryError, and so a crash
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    atheris.Setup(
        [
            sys.argv[0],
            corpus,
            f"-atheris_runs={runs}",
            f"-max_total_time={seconds}",
            "-seed=1",
            "-max_len=400",
            "-timeout=20",
            "-rss_limit_mb=0",
            "-verbosity=0",
        ],
        one_input,
    )
    atheris.Fuzz()


if __name__ == "__main__":
    main()
