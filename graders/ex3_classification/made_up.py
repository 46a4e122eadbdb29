"""A made-up classifier whose every answer is known, and a made-up `class_probabilities` for where
the student's own is broken."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Generator, Tensor

from attention_lab.batches import encode_sources
from attention_lab.neutral import bury
from attention_lab.text import Vocabulary
from kireji.testing import StudentError, expect, isolation

from . import measures
from .classifier_answers import own_answer

WINDOW = "class_probabilities"
STAND_IN = "attention_lab.stand_ins.ByLength"


class Verdicts:
    """A bag classifier in the sandbox on the notebook's vocabulary, and the same by hand."""

    def __init__(self, student: Any, rng: Generator) -> None:
        self.student = student
        try:
            self.vocabulary = Vocabulary(student.variable("vocabulary").get("tokens"))
        except (ValueError, TypeError, AttributeError):
            raise expect.Mistake(
                "`vocabulary` should still be that of the notebook's own cell."
            ) from None
        self.table = 3 * torch.randn(len(self.vocabulary), 2, generator=rng)
        self.classifier = student.make(
            "attention_lab.stand_ins.BagClassifier", len(self.vocabulary), 2
        )
        self.classifier.load({"embedding.weight": self.table})

    def probabilities(self, texts: Sequence[str]) -> Tensor:
        """(n, 2): what class_probabilities(classifier, texts) should give, or what stands in."""
        if isolation.stands_in(WINDOW):
            first = float(self.table[0, 0])
            share = torch.tensor([(0.37 * len(text) + first) % 1.0 for text in texts]).double()
            return torch.stack([1 - share, share], dim=-1)
        token_ids, lengths = encode_sources(texts, self.vocabulary)
        real = torch.arange(token_ids.shape[1]) < lengths.unsqueeze(1)
        total = (self.table.double()[token_ids] * real.unsqueeze(-1)).sum(dim=1)
        return (total / lengths.unsqueeze(1)).softmax(dim=-1)

    def of_another(
        self, name: str, texts: Sequence[str], labels: Sequence[str], ks: Sequence[int]
    ) -> list[float]:
        """The accuracies that the notebook's classifier `name` has; -1 where there is none."""
        try:
            return [
                measures.accuracy(
                    measures.named(
                        own_answer(self.student, name, [bury(text, k) for text in texts])[0]
                    ),
                    labels,
                )
                for k in ks
            ]
        except (StudentError, expect.Mistake):
            return [-1.0] * len(ks)


with_verdicts = isolation.without({WINDOW: lambda student: student.make(STAND_IN)})
