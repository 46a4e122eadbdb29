"""What an instructor reads of a diagnosis."""

import re
from pathlib import Path

import pytest

from kireji import testing
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.testing.diagnosis_texts import DiagnosisText, read_texts, text_of

# An identifier where a diagnosis is made: Diagnosis("mask_ignored", "the mask is ignored")
MADE = re.compile(r'Diagnosis\(\s*f?"([a-z0-9_]+)"')


def test_every_diagnosis_has_a_text_and_every_text_a_diagnosis() -> None:
    graders = find_course().graders
    files = [*Path(testing.__file__).parent.glob("*.py"), *graders.glob("*/*.py")]
    made = {name for file in files for name in MADE.findall(file.read_text())}
    assert len(made) > 100
    assert set(read_texts(graders)) == made


def test_every_text_says_what_to_say_in_class() -> None:
    for identifier, text in read_texts(find_course().graders).items():
        assert len(text.name) < 60 and text.sentence.endswith((".", "?")), identifier


def test_a_courses_text_is_read(tmp_path) -> None:
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "diagnoses.toml").write_text(
        '[mine]\nname = "Mine"\nsentence = "Say it."\n'
    )
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
    (tmp_path / "toy").mkdir()
    (tmp_path / "toy" / "diagnoses.toml").write_text(content)
    with pytest.raises(KirejiError, match=said):
        read_texts(tmp_path)
