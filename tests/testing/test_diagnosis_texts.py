"""What an instructor reads of a diagnosis."""

import pytest

from kireji.errors import KirejiError
from kireji.testing.diagnosis_texts import DiagnosisText, read_texts, text_of


def test_a_courses_text_is_read(tmp_path) -> None:
    (tmp_path / "diagnoses.toml").write_text('[mine]\nname = "Mine"\nsentence = "Say it."\n')
    assert read_texts(tmp_path)["mine"] == DiagnosisText("Mine", "Say it.")


def test_an_identifier_without_a_text_is_its_own_words(tmp_path) -> None:
    assert text_of("mask_after_softmax", {}) == DiagnosisText("Mask after softmax")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[mine", "cannot be read"),
        ('mine = "x"', "should have a name"),
        ('[mine]\nsentence = "x"', "should have a name"),
        ('[mine]\nname = "x"\nother = "y"', "should have a name"),
        ("[mine]\nname = 3", "should have a name"),
    ],
)
def test_a_bad_file_is_named(tmp_path, content, said) -> None:
    (tmp_path / "diagnoses.toml").write_text(content)
    with pytest.raises(KirejiError, match=said):
        read_texts(tmp_path)
