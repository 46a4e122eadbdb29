"""Who sees which row."""

import dataclasses

from graders.ex1_translation.data import DATA, Pair
from kireji.data.split import split

SMALL = dataclasses.replace(DATA, held_out=10, validation=5)

PAIRS = [Pair(str(i), f"phrase {i // 2}" + " !" * (i % 2), f"sentence {i}") for i in range(80)]


def test_every_pair_is_in_exactly_one_part_in_the_tables_order():
    parts = split("ex", SMALL, PAIRS, b"secret")
    assert sorted((pair for part in parts.values() for pair in part), key=PAIRS.index) == PAIRS
    for part in parts.values():
        assert part == sorted(part, key=PAIRS.index)


def test_translations_of_one_source_stay_together_whatever_its_punctuation():
    parts = split("ex", SMALL, PAIRS, b"secret")
    assert {name: len(part) for name, part in parts.items()} == {
        "train": 50,
        "validation": 10,
        "held_out": 20,
    }
    sources = {
        name: {pair.source.removesuffix(" !") for pair in part} for name, part in parts.items()
    }
    assert not sources["held_out"] & (sources["train"] | sources["validation"])
    assert not sources["train"] & sources["validation"]


def test_the_same_secret_gives_the_same_split_and_another_secret_another():
    assert split("ex", SMALL, PAIRS, b"one") == split("ex", SMALL, PAIRS, b"one")
    assert (
        split("ex", SMALL, PAIRS, b"one")["held_out"]
        != split("ex", SMALL, PAIRS, b"two")["held_out"]
    )
    assert (
        split("ex", SMALL, PAIRS, b"one")["held_out"]
        != split("other", SMALL, PAIRS, b"one")["held_out"]
    )
