"""What a hidden test found: a sentence for the student, and an identifier for the instructor."""

from kireji.testing.report import CounterExample

NAMED = "It looks as if"  # how a message begins that names the mistake made


class Mistake(Exception):
    """A hidden test found a mistake; the text is what the student reads.

    diagnosis: the identifier of the mistake that the text names, or "".
    counter_example: the smallest input found that shows it."""

    def __init__(self, text: str, diagnosis: str = "") -> None:
        super().__init__(text)
        self.diagnosis = diagnosis
        self.counter_example: CounterExample | None = None


class Diagnosis(str):
    """What the student did, as the end of a sentence that begins with "It looks as if".

    `identifier` is stable while the sentence may be reworded: reports carry it, so that instructors
    can count who made which mistake."""

    identifier: str

    def __new__(cls, identifier: str, clause: str) -> "Diagnosis":
        text = super().__new__(cls, clause)
        text.identifier = identifier
        return text

    def and_also(self, more: str) -> "Diagnosis":
        """The same mistake with more said about it."""
        return Diagnosis(self.identifier, f"{self}{more}")


def named(mistake: str, hint: str = "") -> Mistake:
    """The Mistake whose text names `mistake`, a Diagnosis or the plain end of the sentence."""
    text = f"{NAMED} {mistake}. {hint}".strip()
    return Mistake(text, getattr(mistake, "identifier", ""))
