"""The course's film reviews, with the verdict of about twenty readers each: positive or negative.
Where they come from, how they are chosen and split."""

import html
import io
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from kireji.data import DataSet, Package, is_crude, open_member
from kireji.data.text import bare, clean

VADER = Package(
    name="vaderSentiment",
    version="3.3.2",
    archive="vaderSentiment-3.3.2.tar.gz",
    megabytes=3,
    sha256="5d7c06e027fc8b99238edb0d53d970cf97066ef97654009890b83703849632f9",
)
# An archive within the archive; of that, one file.
INNER = "vaderSentiment-3.3.2/additional_resources/hutto_ICWSM_2014.tar.gz"
RATINGS = "hutto_ICWSM_2014/movieReviewSnippets_GroundTruth.txt"

CLEAR = 0.5  # ratings go from -4 to 4; closer to 0 than this is no verdict


class Review(NamedTuple):
    id: str  # its number in the table of ratings
    label: str  # "positive" or "negative"
    rating: str  # the mean of the ratings, two decimals
    text: str


def read_reviews(lines: Iterable[str]) -> list[Review]:
    """Every review with a clear verdict, in the table's order: number, mean rating, text."""
    rows = (line.rstrip("\r\n").split("\t") for line in lines)
    return [
        Review(
            number,
            "positive" if float(rating) > 0 else "negative",
            f"{float(rating):.2f}",
            clean(html.unescape(text)),
        )
        for number, rating, text in rows
        if abs(float(rating)) >= CLEAR
    ]


def unique(reviews: Iterable[Review]) -> list[Review]:
    """One review for each different text, the first; case and spacing make no difference."""
    seen: dict[str, Review] = {}
    for review in reviews:
        seen.setdefault(review.text.lower(), review)
    return list(seen.values())


def decent(reviews: Iterable[Review]) -> list[Review]:
    """The reviews without crude language."""
    return [review for review in reviews if not is_crude(review.text, "english")]


def select(lines: Iterable[str]) -> list[Review]:
    """The course's reviews from the raw table."""
    return decent(unique(read_reviews(lines)))


def extract(archive: Path) -> list[Review]:
    """The course's reviews from the package's archive."""
    with open_member(archive, INNER) as inner, open_member(inner, RATINGS) as stream:
        return select(io.TextIOWrapper(stream, encoding="utf-8", newline="\n"))


DATA = DataSet(
    VADER,
    Review._fields,
    extract,
    key=lambda review: bare(review.text),
    rows=9810,
    sha256="09bf3d70b8eac511e569971b55f9e3cf37db5c3ea14a78e66d4bfa00fe72dd80",
    held_out=1000,
    validation=800,
)
