"""IBM model 1 (Brown et al. 1993): which source word each target word comes from, by counting
alone.

Trained here on the training pairs, so the reference map in the feedback owes nothing to any
network, the solution's included.
"""

import contextlib
import hashlib
import json
import os
from collections.abc import Sequence
from pathlib import Path

import torch
from safetensors import safe_open
from safetensors.torch import save_file
from torch import Tensor

from attention_lab.text import tokenize

NULL = ""  # the empty source word: what English adds of its own
ROUNDS = 8
TokenPair = tuple[list[str], list[str]]


class Aligner:
    """table (V_src, V_tgt): the probability that a source word becomes a target word; row 0 is
    NULL's."""

    def __init__(
        self, source_words: Sequence[str], target_words: Sequence[str], table: Tensor
    ) -> None:
        self.source_ids = {word: i for i, word in enumerate(source_words)}
        self.target_ids = {word: i for i, word in enumerate(target_words)}
        self.table = table

    def probability(self, source_word: str, target_word: str) -> float:
        """t(target | source); 0 for words never seen."""
        if source_word not in self.source_ids or target_word not in self.target_ids:
            return 0.0
        return float(self.table[self.source_ids[source_word], self.target_ids[target_word]])

    def map(self, source_tokens: Sequence[str], target_tokens: Sequence[str]) -> Tensor:
        """(T_tgt, T_src): each target word's shares of the source words. What NULL takes, or
        nobody, is spread evenly."""
        shares = torch.zeros(len(target_tokens), len(source_tokens))
        for i, target in enumerate(target_tokens):
            likely = torch.tensor(
                [self.probability(source.lower(), target.lower()) for source in source_tokens]
            )
            total = float(likely.sum()) + self.probability(NULL, target.lower())
            row = likely / total if total > 1e-6 else likely
            shares[i] = row + (1 - row.sum()) / max(1, len(source_tokens))
        return shares


def train(pairs: Sequence[TokenPair]) -> Aligner:
    """Expectation maximisation over all pairs at once."""
    source_words = [NULL, *sorted({word for source, _ in pairs for word in source})]
    target_words = sorted({word for _, target in pairs for word in target})
    source_ids = {word: i for i, word in enumerate(source_words)}
    target_ids = {word: i for i, word in enumerate(target_words)}
    # One line for each possible link of a target word: its number, the source word, the target
    # word.
    links = [
        (number, source_ids[word], target_ids[target_word])
        for number, (source, target_word) in enumerate(
            (source, word) for source, target in pairs for word in target
        )
        for word in [NULL, *source]
    ]
    place, source, target = torch.tensor(links).T
    table = torch.full((len(source_words), len(target_words)), 1 / len(target_words))
    for _ in range(ROUNDS):
        likely = table[source, target]
        total = torch.zeros(int(place[-1]) + 1).index_add_(0, place, likely)
        counts = torch.zeros_like(table).index_put_(
            (source, target), likely / total[place], accumulate=True
        )
        table = counts / counts.sum(dim=1, keepdim=True).clamp_min(1e-12)
    return Aligner(source_words, target_words, table)


def load(train_file: Path, cache: Path) -> Aligner:
    """The aligner of the pairs in `train_file` (id, source, target), kept in the folder `cache`
    under the file's content."""
    text = train_file.read_bytes()
    kept = cache / f"ibm1-{hashlib.sha256(text).hexdigest()[:16]}.safetensors"
    if kept.is_file():
        with safe_open(kept, framework="pt") as file:
            words = file.metadata()
            return Aligner(
                json.loads(words["source"]), json.loads(words["target"]), file.get_tensor("table")
            )
    rows = [line.split("\t") for line in text.decode().splitlines()[1:]]
    aligner = train([(tokenize(row[1]), tokenize(row[2])) for row in rows])
    # Where the cache cannot be written the next run trains again: two seconds.
    with contextlib.suppress(OSError):
        keep(aligner, kept)
    return aligner


def keep(aligner: Aligner, path: Path) -> None:
    """Write the aligner to `path`, whole or not at all, in place of those of earlier data."""
    draft = path.with_name(f".{path.name}.{os.getpid()}")
    save_file(
        {"table": aligner.table},
        draft,
        {
            "source": json.dumps(list(aligner.source_ids)),
            "target": json.dumps(list(aligner.target_ids)),
        },
    )
    os.replace(draft, path)
    for old in path.parent.glob("ibm1-*.safetensors"):
        if old != path:
            old.unlink(missing_ok=True)
