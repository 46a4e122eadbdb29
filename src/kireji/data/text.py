"""Text as the recipes of data compare it: one spelling of spaces and apostrophes, words as
tokens."""

import re
import unicodedata

_SPACES = re.compile(r"\s+")
_TOKEN = re.compile(
    r"(?:(?:lorsqu|jusqu|puisqu|quoiqu|qu|[cdjlmnst])'(?=\w))|-?\w+(?:'\w+)?|[^\w\s]"
)


def clean(sentence: str) -> str:
    """Unicode NFC, straight apostrophes, single plain spaces."""
    straight = unicodedata.normalize("NFC", sentence).replace("\u2019", "'").replace("\u2018", "'")
    return _SPACES.sub(" ", straight).strip()


def tokens(sentence: str) -> tuple[str, ...]:
    """Lower-case words and punctuation, French clitics apart; the same rule as
    `attention_lab.text.tokenize`."""
    return tuple(_TOKEN.findall(clean(sentence).lower()))


def bare(sentence: str) -> str:
    """A sentence's words alone: sentences that differ only in case or punctuation become one."""
    return " ".join(token for token in tokens(sentence) if any(map(str.isalnum, token)))
