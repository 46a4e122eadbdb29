"""The whole data step on a small archive: written whole, done once, redone when what it rests on
has changed."""

import dataclasses
import hashlib
import io
import stat
import tarfile

import pytest

from graders.ex1_translation import data as translations
from graders.ex3_classification import data as reviews
from kireji.course.layout import find_course
from kireji.course.secret import SecretError
from kireji.data import DataError, DataSet, LocalFile, Package, prepare, step
from kireji.data.fetch import sha256_of

ROWS = "".join(f"{i}\t日本語\tSentence {i}.\t-\t-\tPhrase {i}.\t-\t-\t-\n" for i in range(30))
RATED = "".join(f"{i}\t{i - 14.5}\tA film number {i}.\r\n" for i in range(30))


def packed(files: dict[str, bytes]) -> bytes:
    """A .tar.gz of these files."""
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, content in files.items():
            info = tarfile.TarInfo(name)
            info.size = len(content)
            tar.addfile(info, io.BytesIO(content))
    return buffer.getvalue()


def small(data_set, name, archive, **changes):
    """The data set from a small archive, which is already downloaded."""
    path = find_course().downloads / name
    path.write_bytes(archive)
    data_set = dataclasses.replace(
        data_set,
        source=Package("small", "1", name, sha256_of(path), megabytes=1),
        held_out=5,
        validation=5,
        **changes,
    )
    rows = data_set.extract(path)
    return dataclasses.replace(
        data_set, rows=len(rows), sha256=hashlib.sha256(data_set.table(rows).encode()).hexdigest()
    )


@pytest.fixture
def house(tmp_path, monkeypatch):
    """An empty var/ in a temporary folder, with small archives already downloaded."""
    monkeypatch.setenv("KIREJI_COURSE", str(tmp_path))
    find_course().downloads.mkdir(parents=True)
    pairs = translations.read_pairs(ROWS.splitlines(keepends=True))
    rated = packed({reviews.INNER: packed({reviews.RATINGS: RATED.encode()})})
    data_sets = {
        "ex1_translation": small(
            translations.DATA,
            "small.tar.gz",
            packed({translations.SENTENCES: ROWS.encode()}),
            extract=lambda archive: pairs,
        ),
        "ex3_classification": small(reviews.DATA, "rated.tar.gz", rated),
    }
    monkeypatch.setattr(step, "recipes", lambda graders: data_sets)
    return tmp_path


TRAIN, VALIDATION, HELD_OUT = (
    "lab/ex1_translation/train.tsv",
    "lab/ex1_translation/validation.tsv",
    "held_out/ex1_translation.tsv",
)
REVIEW_FILES = (
    "lab/ex3_classification/train.tsv",
    "lab/ex3_classification/validation.tsv",
    "held_out/ex3_classification.tsv",
)
FILES = (TRAIN, VALIDATION, HELD_OUT, *REVIEW_FILES)


def test_writes_three_tables_for_each_data_set(house):
    assert prepare(find_course()) == dict(zip(FILES, (20, 5, 5) * 2, strict=True))
    lines = (find_course().data / TRAIN).read_text().splitlines()
    assert lines[0] == "id\tsource\ttarget" and len(lines) == 21
    everything = [
        line
        for name in (TRAIN, VALIDATION, HELD_OUT)
        for line in (find_course().data / name).read_text().splitlines()
    ]
    assert "0\tPhrase 0.\tSentence 0." in everything


def test_reviews_come_out_of_an_archive_in_an_archive(house):
    prepare(find_course())
    lines = [
        line
        for name in REVIEW_FILES
        for line in (find_course().data / name).read_text().splitlines()
    ]
    assert lines[0] == "id\tlabel\trating\ttext"
    assert {
        "3\tnegative\t-11.50\tA film number 3.",
        "20\tpositive\t5.50\tA film number 20.",
    } <= set(lines)


def test_one_data_set_is_remade_without_the_other(house, monkeypatch):
    prepare(find_course())
    (find_course().data / REVIEW_FILES[0]).unlink()
    said = []
    prepare(find_course(), said.append)
    assert any("ex3_classification" in sentence for sentence in said)
    assert not any("ex1_translation" in sentence for sentence in said)


def test_secret_and_held_out_are_their_owners_alone(house):
    prepare(find_course())
    assert len(bytes.fromhex(find_course().secret_file.read_text().strip())) == 32
    for path in (
        find_course().secret_file,
        find_course().data / HELD_OUT,
        find_course().data / REVIEW_FILES[2],
    ):
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_second_call_does_nothing(house, monkeypatch):
    first = prepare(find_course())
    monkeypatch.setattr(
        step, "fetch", lambda *args: pytest.fail("the second call opened the archive")
    )
    said = []
    assert prepare(find_course(), said.append) == first and said == []


@pytest.mark.parametrize("name", [*FILES, "stamps/ex1_translation.json"])
@pytest.mark.parametrize("damage", ["delete", "truncate"])
def test_damage_is_mended(house, name, damage):
    prepare(find_course())
    path = find_course().data / name
    whole = path.read_bytes()
    path.unlink() if damage == "delete" else path.write_bytes(whole[: len(whole) // 2])
    prepare(find_course())
    assert path.read_bytes() == whole


def test_a_new_secret_makes_new_splits(house):
    prepare(find_course())
    find_course().secret_file.unlink()
    said = []
    prepare(find_course(), said.append)
    assert said, "the stamp of the old secret must not count"


def test_a_damaged_secret_is_one_sentence(house):
    find_course().secret_file.parent.mkdir(parents=True, exist_ok=True)
    find_course().secret_file.write_text("not hexadecimal")
    with pytest.raises(SecretError, match="is damaged"):
        prepare(find_course())


def test_another_extraction_than_the_measured_one_is_refused(house, monkeypatch):
    data_set = dataclasses.replace(step.recipes(find_course().graders)["ex1_translation"], rows=31)
    monkeypatch.setattr(step, "recipes", lambda graders: {"ex1_translation": data_set})
    with pytest.raises(DataError, match="30 rows .* not the 31"):
        prepare(find_course())
    assert not (find_course().data / HELD_OUT).exists()


def test_a_full_disk_is_one_sentence(house, monkeypatch):
    def full(*args, **kwargs):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(step, "_write", full)
    with pytest.raises(DataError, match="is full"):
        prepare(find_course())


def test_an_unwritable_folder_is_one_sentence(house):
    find_course().lab_data.write_text("a file where a folder belongs")
    with pytest.raises(DataError, match="cannot be kept"):
        prepare(find_course())


@pytest.mark.parametrize(
    ("data_set", "key"),
    [
        (translations.DATA, "6c823fe111a1ad15a78e450fe5dac7d181e10bc49f9ca90298d2bacc6a2d0d07"),
        (reviews.DATA, "db9f82675422aa8e83459a35791052d74bf918df8d38d37e68630e6638f0512e"),
    ],
    ids=["ex1_translation", "ex3_classification"],
)
def test_a_course_of_version_0_1_keeps_its_data(data_set, key):
    """The stamps that it has are those of today's recipes, so nothing is split anew."""
    assert step._key(data_set, b"a secret of version 0.1") == key


def local(path, **changes):
    """A data set of two columns from a file of this machine."""
    return DataSet(
        LocalFile(path),
        ("word", "kind"),
        lambda file: [tuple(line.split(",")) for line in file.read_text().splitlines()],
        key=lambda row: row[0],
        held_out=2,
        validation=1,
        **changes,
    )


@pytest.fixture
def words(house, monkeypatch):
    """The only data set is a file of five rows."""
    path = house / "words.csv"
    path.write_text("a,x\nb,y\nc,x\nd,y\ne,x\n")
    monkeypatch.setattr(step, "recipes", lambda graders: {"quiz": local(path)})
    return path


def test_data_come_from_a_local_file_and_follow_its_changes(words):
    counts = {"lab/quiz/train.tsv": 2, "lab/quiz/validation.tsv": 1, "held_out/quiz.tsv": 2}
    assert prepare(find_course()) == counts
    assert (find_course().lab_data / "quiz" / "train.tsv").read_text().startswith("word\tkind\n")
    said = []
    assert prepare(find_course(), said.append) == counts and said == []
    words.write_text(words.read_text() + "f,y\n")
    assert prepare(find_course())["lab/quiz/train.tsv"] == 3


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        ("a,x\nb\nc,x\nd,y\n", "Row 2 .*graders/quiz/data.py .*word, kind"),
        ("a,x\nb,y\nc,x\n", "holds out 2 and validates on 1 of 3 different rows"),
        ("\n", "cannot read words.csv: IndexError|does not fit its columns"),
    ],
)
def test_a_local_file_that_does_not_fit_is_one_sentence(words, content, sentence):
    words.write_text(content)
    with pytest.raises(DataError, match=sentence):
        prepare(find_course())
