"""How good translations are, by the field's own ruler (sacrebleu)."""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from sacrebleu.metrics import BLEU, CHRF

from attention_lab.data import SentencePair


def group_references(pairs: Sequence[SentencePair]) -> tuple[list[str], list[list[str]]]:
    """Each different source sentence once, and all its translations: one answer is compared with
    every reference."""
    references: dict[str, list[str]] = defaultdict(list)
    for pair in pairs:
        references[pair.source].append(pair.target)
    return list(references), list(references.values())


def bleu(translations: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Corpus BLEU from 0 to 100, upper and lower case alike. references[i]: every right answer for
    sentence i."""
    return _score(BLEU(lowercase=True), translations, references)


def chrf(translations: Sequence[str], references: Sequence[Sequence[str]]) -> float:
    """Corpus chrF from 0 to 100 (overlap of character n-grams, kinder to a wrong ending), case
    alike."""
    return _score(CHRF(lowercase=True), translations, references)


def _score(
    metric: BLEU | CHRF, translations: Sequence[str], references: Sequence[Sequence[str]]
) -> float:
    if len(translations) != len(references):
        raise ValueError(f"{len(translations)} translations for {len(references)} sentences")
    most = max(map(len, references))
    # sacrebleu wants the first references of all sentences, then the second ones, None where there
    # is no more
    streams: list[list[Any]] = [
        [answers[i] if i < len(answers) else None for answers in references] for i in range(most)
    ]
    return metric.corpus_score(list(translations), streams).score
