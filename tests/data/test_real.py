"""The rows of the real archives, where the set-up has fetched them already."""

import pytest

from kireji import paths
from kireji.data.crude import is_crude
from kireji.data.reviews import CLEAR, REVIEWS
from kireji.data.sentences import MAX_TOKENS, TRANSLATIONS, tokens
from kireji.data.split import split

DATA_SETS = {data_set.assignment: data_set for data_set in (TRANSLATIONS, REVIEWS)}


@pytest.fixture(scope="module", params=DATA_SETS)
def data_set(request):
    data_set = DATA_SETS[request.param]
    if not (paths.DOWNLOADS / data_set.package.archive).is_file():
        pytest.skip("the sentences are not fetched yet: run the set-up first")
    return data_set


@pytest.fixture(scope="module")
def rows(data_set):
    return data_set.extract(paths.DOWNLOADS / data_set.package.archive)


def test_they_are_the_measured_ones(data_set, rows):
    data_set.check(rows)


def test_they_are_decent_and_whole(data_set, rows):
    for row in rows:
        assert row.id.isdigit() and not set("\t\n\r") & set("".join(row))
        if data_set is TRANSLATIONS:
            assert (
                1 <= len(tokens(row.source)) <= MAX_TOKENS
                and 1 <= len(tokens(row.target)) <= MAX_TOKENS
            )
            assert not is_crude(row.source, "french") and not is_crude(row.target, "english")
        else:
            assert tokens(row.text) and not is_crude(row.text, "english")
            assert abs(float(row.rating)) >= CLEAR and (float(row.rating) > 0) == (
                row.label == "positive"
            )


def test_nothing_held_out_is_ever_trained_on(data_set, rows):
    parts = split(data_set, rows, b"any secret")
    keys = {name: {data_set.key(row) for row in part} for name, part in parts.items()}
    assert (
        not keys["held_out"] & (keys["train"] | keys["validation"])
        and not keys["train"] & keys["validation"]
    )
    assert (len(keys["held_out"]), len(keys["validation"])) == (
        data_set.held_out,
        data_set.validation,
    )
