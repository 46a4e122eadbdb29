"""Held-out sentences with another name, place, day, number or game, in French and in English alike.

The sentences come from a public archive, so a table of the archive knows them. It does not know
"Ken joue au golf." in place of "Tom joue au tennis."; a model that has learned the words does."""

import re
from collections import Counter
from collections.abc import Mapping

import torch

from attention_lab.text import tokenize

from ..tables import lab_rows
from .shared_data import NAME, HeldOut

# Words that take one another's place without changing anything around them: same gender and
# number, and none begins with a vowel in French.
CLASSES = (
    (*((name, name) for name in ("tom", "john", "bill", "ken", "tony", "jim", "bob", "mike")),),
    (*((name, name) for name in ("mary", "jane", "judy", "nancy")),),
    (*((name, name) for name in ("tokyo", "boston", "paris", "kyoto")),),
    (*((name, name) for name in ("tennis", "golf", "baseball")),),
    (("dimanche", "sunday"), ("lundi", "monday"), ("vendredi", "friday"), ("samedi", "saturday")),
    (("deux", "two"), ("trois", "three"), ("cinq", "five"), ("dix", "ten")),
)
FAMILIAR = 8  # how often the word put in is in the training pairs, in either language
Word = tuple[str, str]  # French, English


def altered(held_out: HeldOut, rng: torch.Generator) -> tuple[HeldOut, list[bool]]:
    """The held-out set with another word in every sentence that allows it, and which sentences
    those are."""
    known = _familiar()
    sources, references, changed = [], [], []
    for source, translations in zip(held_out.sources, held_out.references, strict=False):
        exchange = _exchange(source, translations, known, rng)
        if exchange:
            (old, other), (new, another) = exchange
            source = _replace(source, old, new)
            translations = [_replace(text, other, another) for text in translations]
        sources.append(source)
        references.append(translations)
        changed.append(exchange is not None)
    return HeldOut(sources, references), changed


def _exchange(
    source: str, translations: list[str], known: Mapping[Word, int], rng: torch.Generator
) -> tuple[Word, Word] | None:
    """(the word that goes, the word that comes), or nothing where no word goes without a doubt."""
    french, english = tokenize(source), [tokenize(text) for text in translations]
    for words in CLASSES:
        for old in words:
            if french.count(old[0]) != 1 or any(text.count(old[1]) != 1 for text in english):
                continue
            others = [
                word
                for word in words
                if word[0] not in french
                and not any(word[1] in text for text in english)
                and known[word] >= FAMILIAR
            ]
            if others:
                return old, others[int(torch.randint(len(others), (1,), generator=rng))]
    return None


def _replace(text: str, old: str, new: str) -> str:
    """`text` with the word `old` written as `new`, with a capital where the old one has it."""

    def written(found: re.Match) -> str:
        return new.capitalize() if found[0][0].isupper() else new

    return re.sub(rf"(?<![\w'-]){re.escape(old)}(?![\w'-])", written, text, flags=re.IGNORECASE)


def _familiar() -> Counter[Word]:
    """How often each word of the classes is in the training pairs, in both languages at once."""
    counts: Counter[Word] = Counter()
    wanted = {french: (french, english) for words in CLASSES for french, english in words}
    for row in lab_rows(NAME, "train"):
        english = set(tokenize(row["target"]))
        counts.update(
            wanted[token]
            for token in set(tokenize(row["source"])) & wanted.keys()
            if wanted[token][1] in english
        )
    return counts
