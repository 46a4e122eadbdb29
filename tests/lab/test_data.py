"""Where the data are looked for, and how a table is read."""

import pytest

from attention_lab.data import SentencePair, data_folder, load_pairs

TABLE = 'id\tsource\ttarget\n7\tIl dit "oui".\tHe says "yes".\n'


@pytest.fixture
def table(tmp_path):
    folder = tmp_path / "var" / "data" / "lab" / "ex1_translation"
    folder.mkdir(parents=True)
    (folder / "train.tsv").write_text(TABLE, encoding="utf-8")
    return folder


def test_reads_pairs_quotes_and_all(table, monkeypatch):
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(table.parent))
    assert load_pairs("ex1_translation", "train") == [
        SentencePair("7", 'Il dit "oui".', 'He says "yes".')
    ]


def test_is_found_from_a_folder_inside_the_course(table, tmp_path, monkeypatch):
    monkeypatch.delenv("ATTENTION_LAB_DATA", raising=False)
    inside = tmp_path / "source" / "ex1_translation"
    inside.mkdir(parents=True)
    monkeypatch.chdir(inside)
    assert data_folder() == table.parent


def test_elsewhere_the_home_is_looked_in(tmp_path, monkeypatch):
    monkeypatch.delenv("ATTENTION_LAB_DATA", raising=False)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    assert data_folder() == tmp_path / "data"


def test_missing_data_say_where_they_were_looked_for(tmp_path, monkeypatch):
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(tmp_path))
    with pytest.raises(
        FileNotFoundError, match="no train data for ex1_translation: .*train.tsv is missing"
    ):
        load_pairs("ex1_translation", "train")
