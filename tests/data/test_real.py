"""The pairs of the real archive, where the set-up has fetched it already."""

import io

import pytest

from kireji import paths
from kireji.data.crude import is_crude
from kireji.data.fetch import open_member
from kireji.data.sentences import MAX_TOKENS, select, tokens
from kireji.data.split import HELD_OUT_SOURCES, VALIDATION_SOURCES, split
from kireji.data.step import SENTENCES, TATOEBA, check_pairs

ARCHIVE = paths.DOWNLOADS / TATOEBA.archive
pytestmark = pytest.mark.skipif(not ARCHIVE.is_file(), reason="the sentences are not fetched yet: run the set-up first")


@pytest.fixture(scope="module")
def pairs():
    with open_member(ARCHIVE, SENTENCES) as stream:
        return select(io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))


def test_they_are_the_measured_ones(pairs):
    check_pairs(pairs)


def test_they_are_short_decent_and_whole(pairs):
    for pair in pairs:
        assert 1 <= len(tokens(pair.source)) <= MAX_TOKENS and 1 <= len(tokens(pair.target)) <= MAX_TOKENS
        assert not is_crude(pair.source, "french") and not is_crude(pair.target, "english")
        assert pair.id.isdigit() and not set("\t\n\r") & set(pair.source + pair.target)


def test_no_held_out_source_is_ever_trained_on(pairs):
    parts = split(pairs, b"any secret", "ex1_translation")
    sources = {name: {tokens(pair.source) for pair in part} for name, part in parts.items()}
    assert not sources["held_out"] & (sources["train"] | sources["validation"])
    assert len(sources["held_out"]) >= HELD_OUT_SOURCES and len(sources["validation"]) >= VALIDATION_SOURCES
