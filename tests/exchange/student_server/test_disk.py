"""The panel says what takes the space before the hub ends the server for it."""


def test_what_takes_the_most_is_named(places):
    from kireji_course.disk import DiskUse

    (places.home / "ex1").mkdir()
    (places.home / "ex1" / "model").write_bytes(b"1" * 2**20)
    (places.home / "notes").write_bytes(b"1" * 2**12)
    (places.home / "link").symlink_to("/usr")
    (places.inbound / "attempt").write_bytes(b"1" * 2**16)
    said = DiskUse(places, 2**21).count()
    assert said["limit"] == 2**21
    assert 2**20 + 2**16 <= said["used"] < 2**20 + 2**18
    assert [one["name"] for one in said["largest"]] == ["ex1", "notes", "what you handed in"]


def test_without_a_limit_nothing_is_counted(places):
    from kireji_course.disk import DiskUse

    assert DiskUse(places, 0).count() is None


def test_the_hub_counts_the_same(places):
    from kireji_course.disk import DiskUse

    from kireji.hub.server_limits import Disk

    (places.home / "model").write_bytes(b"1" * 2**20)
    assert DiskUse(places, 1).count()["used"] == Disk.used_by([places.home, places.inbound]).bytes
