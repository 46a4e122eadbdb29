"""From the table of ratings to clean, decent reviews with a clear verdict."""

import pytest

from graders.ex3_classification import data
from graders.ex3_classification.data import Review, decent, read_reviews, select, unique
from kireji.data import is_crude
from kireji.data.text import tokens
from tests.support.clone import COURSE

LINES = [
    "1\t2.26666\tA  fine,\u2019 &amp; warm film.\r\n",
    "2\t-0.49\tNeither good nor bad.\r\n",
    "3\t-0.5\tDull\r\n",
    "4\t0.5\tdull\r\n",
    "5\t-3\tA pile of shit.\r\n",
]


def test_keeps_clear_verdicts_and_cleans_their_text():
    assert read_reviews(LINES)[:2] == [
        Review("1", "positive", "2.27", "A fine,' & warm film."),
        Review("3", "negative", "-0.50", "Dull"),
    ]


def test_the_first_of_equal_texts_stays():
    assert [review.id for review in unique(read_reviews(LINES))] == ["1", "3", "5"]


def test_crude_reviews_go():
    assert [review.id for review in decent(read_reviews(LINES))] == ["1", "3", "4"]
    assert [review.id for review in select(LINES)] == ["1", "3"]


def test_the_real_reviews_are_clear_and_decent():
    archive = COURSE.downloads / data.DATA.source.archive
    if not archive.is_file():
        pytest.skip("the data are not fetched yet: run the set-up first")
    for review in data.extract(archive):
        assert review.id.isdigit()
        assert tokens(review.text) and not is_crude(review.text, "english")
        assert abs(float(review.rating)) >= data.CLEAR
        assert (float(review.rating) > 0) == (review.label == "positive")
