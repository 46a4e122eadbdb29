"""Attacks on handing in: too much, too often, and a submission that is cut off."""

import pytest
from nbgrader.auth import Authenticator
from nbgrader.coursedir import CourseDirectory
from nbgrader.exchange import ExchangeError
from nbgrader.exchange.default import ExchangeSubmit

from kireji.exchange.folders import student_folders, view
from kireji.exchange.student_server import kireji_handing_in as handing_in
from tests.support.exchange_without_hub import COURSE, collect, config, place, submitted, write  # noqa: F401  (place is a fixture)


def hand_in(place, kind=handing_in.Submit, student="alice"):
    """`nbgrader submit` in the student's server; what is in the inbound folder then."""
    own = student_folders(place / "exchange", COURSE, student).make()
    home = place / "home"
    (home / "toy").mkdir(parents=True, exist_ok=True)
    (home / "toy" / "toy.ipynb").touch()
    (own.outbound / "toy").mkdir(exist_ok=True)
    (own.outbound / "toy" / "toy.ipynb").touch()
    c = config(place)
    c.Exchange.root = str(view(place / "view" / student, own, COURSE))
    c.Exchange.assignment_dir, c.Exchange.cache = str(home), str(home / "cache")
    c.CourseDirectory.max_file_size = 2**30
    coursedir = CourseDirectory(config=c)
    kind(coursedir=coursedir, authenticator=Authenticator(config=c), config=c).start()
    return sorted(folder.name for folder in own.inbound.iterdir())


@pytest.fixture
def small_quotas(monkeypatch):
    for name, value in {
        "FILE_BYTES": 3000,
        "SUBMISSION_BYTES": 5000,
        "FILES": 5,
        "MAX_KEPT": 3,
        "INBOUND_BYTES": 100_000,
        "MIB": 1,
    }.items():
        monkeypatch.setattr(handing_in, name, value)


@pytest.mark.parametrize(
    ("files", "reason"),
    [
        ({"big.safetensors": 3001}, "big.safetensors has 3001 MiB, and a file may have 3000 MiB"),
        (
            {f"{number}.safetensors": 2000 for number in range(3)},
            "the folder has 6000 MiB, and a submission may have 5000 MiB",
        ),
        (
            {f"{number}.txt": 0 for number in range(6)},
            "the folder has 7 files, and a submission may have 5",
        ),
        (
            {f"deep/{number}.txt": 0 for number in range(6)},
            "the folder has 7 files, and a submission may have 5",
        ),
    ],
)
def test_too_much_is_refused_with_a_reason_and_nothing_is_lost(place, small_quotas, files, reason):
    first = hand_in(place)
    assert len(first) == 1
    for name, size in files.items():
        (place / "home" / "toy" / name).parent.mkdir(exist_ok=True)
        (place / "home" / "toy" / name).write_bytes(b"x" * size)
    with pytest.raises(ExchangeError, match=f"Not handed in: {reason}") as refused:
        hand_in(place)
    assert "What you handed in before is still there" in str(refused.value)
    assert [
        path.name for path in (place / "exchange" / COURSE / "inbound" / "alice").iterdir()
    ] == first
    assert collect(place) == ["alice"]
    (place / "home" / "toy" / "toy.ipynb").touch()
    assert len(hand_in_with_nbgraders_own(place)) == 2


def hand_in_with_nbgraders_own(place):
    """The attack works where the wall is taken away."""
    return hand_in(place, ExchangeSubmit)


def test_handing_in_too_often_is_refused(place, small_quotas):
    for _ in range(3):
        hand_in(place)
    with pytest.raises(
        ExchangeError, match="you have handed in toy 3 times, which is as often as can be kept"
    ):
        hand_in(place)
    write(place, "alice", name="of another kind", claimed="alice+other")
    assert collect(place) == ["alice"]


def test_so_is_more_than_a_student_may_have_in_all(place, small_quotas):
    hand_in(place)
    (place / "exchange" / COURSE / "inbound" / "alice" / "left by a program").write_bytes(
        b"x" * 96_000
    )
    with pytest.raises(
        ExchangeError, match="your submissions take up .* which is as much as can be kept"
    ):
        hand_in(place)


def test_one_students_quota_is_not_anothers(place, small_quotas):
    for _ in range(3):
        hand_in(place, student="mallory")
    assert len(hand_in(place, student="alice")) == 1


def test_a_submission_that_is_cut_off_is_none(place, monkeypatch):
    first = hand_in(place)

    def power_cut(*arguments, **options):
        raise KeyboardInterrupt

    with monkeypatch.context() as patch, pytest.raises(KeyboardInterrupt):
        patch.setattr(handing_in.Submit, "set_perms", power_cut)
        hand_in(place)
    # and a draft
    assert len(list((place / "exchange" / COURSE / "inbound" / "alice").iterdir())) == 2
    assert collect(place) == ["alice"] and submitted(place, "alice", "submission_secret.txt")
    assert len(hand_in(place)) == 2 and first[0] in hand_in(place)
