"""Who sees which sentence."""

from kireji.data.sentences import Pair
from kireji.data.split import split

PAIRS = [Pair(str(i), f"phrase {i // 2}" + " !" * (i % 2), f"sentence {i}") for i in range(80)]


def test_every_pair_is_in_exactly_one_part_in_the_tables_order():
    parts = split(PAIRS, b"secret", "ex", held_out=10, validation=5)
    assert sorted((pair for part in parts.values() for pair in part), key=PAIRS.index) == PAIRS
    for part in parts.values():
        assert part == sorted(part, key=PAIRS.index)


def test_translations_of_one_source_stay_together_whatever_its_punctuation():
    parts = split(PAIRS, b"secret", "ex", held_out=10, validation=5)
    assert {name: len(part) for name, part in parts.items()} == {"train": 50, "validation": 10, "held_out": 20}
    sources = {name: {pair.source.removesuffix(" !") for pair in part} for name, part in parts.items()}
    assert not sources["held_out"] & (sources["train"] | sources["validation"])
    assert not sources["train"] & sources["validation"]


def test_the_same_secret_gives_the_same_split_and_another_secret_another():
    assert split(PAIRS, b"one", "ex", 10, 5) == split(PAIRS, b"one", "ex", 10, 5)
    assert split(PAIRS, b"one", "ex", 10, 5)["held_out"] != split(PAIRS, b"two", "ex", 10, 5)["held_out"]
    assert split(PAIRS, b"one", "ex", 10, 5)["held_out"] != split(PAIRS, b"one", "other", 10, 5)["held_out"]
