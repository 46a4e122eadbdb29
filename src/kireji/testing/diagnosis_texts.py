"""What an instructor reads of a diagnosis: a short name, and a sentence for the class.

The diagnoses of kireji.testing have theirs in diagnoses.toml next to this file. A course adds its
own next to the hidden tests of each assignment, in graders/ASSIGNMENT/diagnoses.toml:

    [mask_after_softmax]
    name = "Mask after the softmax"
    sentence = "Show on the board that a row with zeros put in later no longer sums to 1."

Reads files only: a page that counts diagnoses imports neither torch nor hidden tests.
"""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from kireji.errors import KirejiError

FILE = "diagnoses.toml"
OURS = Path(__file__).with_name(FILE)
FIELDS = {"name", "sentence"}


@dataclass(frozen=True)
class DiagnosisText:
    """name: a few words   sentence: what to say in class; "" if nobody wrote one"""

    name: str
    sentence: str = ""


def read_texts(graders: Path) -> dict[str, DiagnosisText]:
    """The texts by identifier, for the course whose hidden tests are in `graders`. KirejiError for
    a file that is not as it should be."""
    texts = _read(OURS)
    for path in sorted(graders.glob(f"*/{FILE}")):
        texts |= _read(path)
    return texts


def text_of(identifier: str, texts: dict[str, DiagnosisText]) -> DiagnosisText:
    """The text of `identifier`; its own words where there is none."""
    return texts.get(identifier) or DiagnosisText(identifier.replace("_", " ").capitalize())


def _read(path: Path) -> dict[str, DiagnosisText]:
    try:
        data = tomllib.loads(path.read_text())
    except FileNotFoundError:
        return {}
    except ValueError as error:
        raise KirejiError(f"{path} cannot be read: {error}. Mend it, or remove it.") from None
    for identifier, fields in data.items():
        if (
            not isinstance(fields, dict)
            or "name" not in fields
            or set(fields) - FIELDS
            or not all(isinstance(value, str) for value in fields.values())
        ):
            raise KirejiError(
                f"{path}: [{identifier}] should have a name and, if you like, a sentence, both"
                " texts in quotes."
            )
    return {identifier: DiagnosisText(**fields) for identifier, fields in data.items()}
