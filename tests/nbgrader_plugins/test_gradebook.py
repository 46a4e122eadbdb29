"""The gradebook's file: damaged, gone, in use, copied."""

import sqlite3
import threading
from contextlib import closing

import pytest

from kireji.nbgrader_plugins import gradebook
from kireji.nbgrader_plugins.gradebook import GradebookError


@pytest.fixture
def book(tmp_path):
    path = tmp_path / "gradebook.db"
    with closing(sqlite3.connect(path)) as database:
        database.execute("CREATE TABLE grade (student TEXT, score REAL)")
        database.executemany(
            "INSERT INTO grade VALUES (?, ?)",
            [(f"student {number}", number) for number in range(2000)],
        )
        database.commit()
    return path


def rows(path):
    with closing(sqlite3.connect(path)) as database:
        return database.execute("SELECT count(*) FROM grade").fetchone()[0]


def test_a_sound_one_passes_and_a_new_course_may_begin_without(book, tmp_path):
    gradebook.check(book)
    gradebook.check(tmp_path / "elsewhere" / "gradebook.db")


def damage_header(path):
    path.write_bytes(b"not a database" * 1000)


def damage_middle(path):
    content = bytearray(path.read_bytes())
    content[4096:12288] = b"\xff" * 8192
    path.write_bytes(content)


def cut_short(path):
    path.write_bytes(path.read_bytes()[: len(path.read_bytes()) // 2])


@pytest.mark.parametrize("damage", [damage_header, damage_middle, cut_short])
def test_a_damaged_one_is_named_with_its_copy_and_left_as_it_is(book, damage):
    copy = gradebook.back_up(book)
    damage(book)
    before = book.read_bytes()
    with pytest.raises(GradebookError) as sentence:
        gradebook.check(book)
    assert (
        str(book) in str(sentence.value)
        and str(copy) in str(sentence.value)
        and "damaged" in str(sentence.value)
    )
    assert book.read_bytes() == before
    assert rows(copy) == 2000


@pytest.mark.parametrize("empty", [True, False])
def test_one_that_is_gone_is_not_replaced_by_a_new_one(book, empty):
    copy = gradebook.back_up(book)
    book.unlink()
    if empty:
        book.touch()
    with pytest.raises(GradebookError, match="is empty" if empty else "is not there") as sentence:
        gradebook.check(book)
    assert str(copy) in str(sentence.value)
    assert book.exists() == empty


def test_without_a_copy_graded_work_says_that_there_was_one(tmp_path):
    (tmp_path / "autograded" / "alice" / "toy").mkdir(parents=True)
    with pytest.raises(GradebookError, match="no copy"):
        gradebook.check(tmp_path / "gradebook.db")


def test_the_advice_works(book, tmp_path):
    """The commands of the sentence, run as they stand."""
    import subprocess

    gradebook.back_up(book)
    damage_header(book)
    (tmp_path / "gradebook.db-journal").write_bytes(b"of the damaged one")
    with pytest.raises(GradebookError) as sentence:
        gradebook.check(book)
    command = str(sentence.value).split("Put it back with: ")[1].split("; then")[0]
    subprocess.run(command, shell=True, check=True)
    gradebook.check(book)
    assert rows(book) == 2000


def test_it_waits_for_another_writer_and_says_so(book):
    told = threading.Event()
    other = sqlite3.connect(book, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    sentences = []

    def tell(sentence):
        sentences.append(sentence)
        other.execute("ROLLBACK")
        told.set()

    with closing(other):
        gradebook.wait_until_free(book, tell)
    assert told.is_set() and len(sentences) == 1 and "gradebook.db" in sentences[0]


def test_it_does_not_wait_for_ever(book):
    with closing(sqlite3.connect(book, isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        with pytest.raises(GradebookError, match="in use by another program"):
            gradebook.wait_until_free(book, lambda sentence: None, patience=0.3)
        gradebook.check(book)  # in use is not damaged


def test_a_free_one_is_not_waited_for(book):
    gradebook.wait_until_free(book, pytest.fail)


def test_copies_are_made_when_something_changed_and_the_oldest_go(book):
    first = gradebook.back_up(book)
    assert gradebook.back_up(book) == first and gradebook.copies(book) == [first]
    for number in range(gradebook.MAX_COPIES + 1):
        with closing(sqlite3.connect(book)) as database:
            database.execute("INSERT INTO grade VALUES ('new', ?)", (number,))
            database.commit()
        newest = gradebook.back_up(book)
    assert len(gradebook.copies(book)) == gradebook.MAX_COPIES
    assert gradebook.copies(book)[-1] == newest and first not in gradebook.copies(book)
    assert rows(newest) == 2000 + gradebook.MAX_COPIES + 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ("OSError: [Errno 28] No space left on device: 'x'", "disk is full"),
        ("database or disk is full", "disk is full"),
        ("(sqlite3.OperationalError) database is locked", "held the gradebook"),
    ],
)
def test_what_nbgrader_says_becomes_a_sentence(said, words):
    assert words in str(gradebook.explain("grading alice's toy", said))
    assert gradebook.explain("grading alice's toy", "KeyError: 'x'") is None
