"""The whole data step on a small archive: written whole, done once, redone when what it rests on has changed."""

import hashlib
import io
import stat
import tarfile

import pytest

from kireji import paths
from kireji.data import DataError, prepare, step
from kireji.data.fetch import Package, sha256_of
from kireji.data.sentences import read_pairs
from kireji.data.step import as_table

ROWS = "".join(f"{i}\t日本語\tSentence {i}.\t-\t-\tPhrase {i}.\t-\t-\t-\n" for i in range(30))


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An empty var/ in a temporary folder, with a small archive already downloaded."""
    for name in ("DATA", "DOWNLOADS", "LAB_DATA", "HELD_OUT", "SECRET"):
        monkeypatch.setattr(paths, name, tmp_path / getattr(paths, name).relative_to(paths.VAR))
    paths.DOWNLOADS.mkdir(parents=True)
    archive = paths.DOWNLOADS / "small.tar.gz"
    with tarfile.open(archive, "w:gz") as tar:
        info = tarfile.TarInfo(step.SENTENCES)
        info.size = len(ROWS.encode())
        tar.addfile(info, io.BytesIO(ROWS.encode()))
    pairs = read_pairs(ROWS.splitlines(keepends=True))
    monkeypatch.setattr(step, "TATOEBA", Package("small", "1", archive.name, sha256_of(archive), megabytes=1))
    monkeypatch.setattr(step, "PAIRS", len(pairs))
    monkeypatch.setattr(step, "PAIRS_SHA256", hashlib.sha256(as_table(pairs).encode()).hexdigest())
    monkeypatch.setattr(step, "split", lambda pairs, secret, name: {
        "train": pairs[:20], "validation": pairs[20:25], "held_out": pairs[25:]})
    return tmp_path


TRAIN, VALIDATION, HELD_OUT = (
    "lab/ex1_translation/train.tsv", "lab/ex1_translation/validation.tsv", "held_out/ex1_translation.tsv")


def test_writes_the_three_tables(house):
    assert prepare() == {TRAIN: 20, VALIDATION: 5, HELD_OUT: 5}
    lines = (paths.DATA / TRAIN).read_text().splitlines()
    assert lines[:2] == ["id\tsource\ttarget", "0\tPhrase 0.\tSentence 0."] and len(lines) == 21


def test_secret_and_held_out_are_their_owners_alone(house):
    prepare()
    assert len(bytes.fromhex(paths.SECRET.read_text().strip())) == 32
    for path in (paths.SECRET, paths.DATA / HELD_OUT):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_call_does_nothing(house, monkeypatch):
    first = prepare()
    monkeypatch.setattr(step, "fetch", lambda *args: pytest.fail("the second call opened the archive"))
    said = []
    assert prepare(said.append) == first and said == []


@pytest.mark.parametrize("name", [TRAIN, VALIDATION, HELD_OUT, "stamp.json"])
@pytest.mark.parametrize("damage", ["delete", "truncate"])
def test_damage_is_mended(house, name, damage):
    prepare()
    path = paths.DATA / name
    whole = path.read_bytes()
    path.unlink() if damage == "delete" else path.write_bytes(whole[: len(whole) // 2])
    prepare()
    assert path.read_bytes() == whole


def test_a_new_secret_makes_new_splits(house):
    prepare()
    paths.SECRET.unlink()
    said = []
    prepare(said.append)
    assert said, "the stamp of the old secret must not count"


def test_a_damaged_secret_is_one_sentence(house):
    paths.SECRET.parent.mkdir(parents=True, exist_ok=True)
    paths.SECRET.write_text("not hexadecimal")
    with pytest.raises(DataError, match="is damaged"):
        prepare()


def test_another_extraction_than_the_measured_one_is_refused(house, monkeypatch):
    monkeypatch.setattr(step, "PAIRS", 31)
    with pytest.raises(DataError, match="30 pairs .* not the 31"):
        prepare()
    assert not (paths.DATA / HELD_OUT).exists()


def test_a_full_disk_is_one_sentence(house, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")
    monkeypatch.setattr(step, "_write", full)
    with pytest.raises(DataError, match="is full"):
        prepare()


def test_an_unwritable_folder_is_one_sentence(house):
    paths.LAB_DATA.write_text("a file where a folder belongs")
    with pytest.raises(DataError, match="cannot be kept"):
        prepare()
