"""The trained model that was handed in, asked by the grader itself: encoder, decoder, one word
after another.

`translate` and `align` may answer anything. What they earn is earned by the submitted weights:
these are what the notebook's model holds, the grader's own decoding of that model says about the
same, with the weights shuffled it is gone, and the vectors of French words in the file lead to
those of their translations."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import torch
from torch import Tensor

from attention_lab.batches import encode_sources, pad_rows
from attention_lab.metrics import bleu
from attention_lab.text import Vocabulary, detokenize, tokenize
from kireji.testing import Handle, StudentError, expect, readout, weights

from . import reference, shared_data

CHECKPOINT = "ex1_translation.safetensors"
LONGEST = 14  # words that the grader's own decoding says at most
SECONDS = 60.0  # for a call
CHANCE = 2.0  # BLEU: what is no better than this says nothing about where it comes from
OWN = 0.6  # of translate's BLEU, the grader's greedy decoding reaches at least this
GONE = 0.5  # of translate's BLEU, less than this is left with shuffled weights
LIKELY = 1.0  # by how much a sentence may be less likely than greedy's, in log-probability
READ = 0.65  # how often a readout prefers a word's translation; 0.5 for weights never trained
ENOUGH = 100  # words of the lexicon that a vocabulary has
MOST = 0.7  # of the sentences are at least that likely


class TrainedModel:
    """The notebook's `model`, which must hold the submitted weights."""

    def __init__(self, student: Any, submitted: Mapping[str, bytes]) -> None:
        self.student, self.model = student, student.variable("model")
        expect.true(
            isinstance(self.model, Handle),
            "`model` should still be that of the notebook's own cells.",
        )
        self.checkpoint = weights.read(submitted, CHECKPOINT)
        self.hold()
        self.source, self.target = (
            self.vocabulary(name) for name in ("source_vocabulary", "target_vocabulary")
        )

    def hold(self) -> None:
        """Mistake unless the model holds the submitted weights."""
        weights.held_by(self.model, self.checkpoint)

    def vocabulary(self, name: str) -> Vocabulary:
        """The vocabulary that was saved with the weights, or the notebook's where none was."""
        tokens: Any = self.checkpoint.text.get(name, "").split(" ")
        if tokens == [""]:
            tokens = self.student.variable(name).get("tokens")
        try:
            return Vocabulary(tokens)
        except (ValueError, TypeError):
            raise expect.Mistake(
                f"`{name}` should still be that of the notebook's own cells."
            ) from None

    def knows_words(self) -> None:
        """Mistake unless a linear readout finds translations in the file's vectors of words.

        It is worked out without the model's class, which could look words up in a table."""
        numbers = [
            (self.source.encode([french])[0], self.target.encode([english])[0])
            for french, english in shared_data.lexicon()
            if french in self.source and english in self.target
        ]
        tensors = [tensor for tensor in self.checkpoint.tensors.values() if tensor.dim() > 1]
        pairs = [
            (readout.rows_of(one, len(self.source)), readout.rows_of(other, len(self.target)))
            for one in tensors
            for other in tensors
            if one is not other
            and len(self.source) in one.shape
            and len(self.target) in other.shape
        ]
        expect.true(
            len(numbers) >= ENOUGH and bool(pairs),
            f"{CHECKPOINT} does not belong to the vocabularies of the notebook: it should have a"
            f" vector for each of {len(self.source)} French and {len(self.target)} English tokens.",
        )
        french, english = torch.tensor(numbers).T
        left = max(self._found(one[french], other[english]) for one, other in pairs)
        expect.true(
            left >= READ,
            f"`model` says more than {CHECKPOINT} knows: from the vectors of French words in it,"
            f" the right one of two English words is found in {left:.0%} of the cases, and chance"
            " finds 50%. Training moves these vectors. Were they trained, or do the answers come"
            " from a table?",
        )

    @staticmethod
    def _found(inputs: Tensor, outputs: Tensor) -> float:
        """How often a word's own translation is found, on each half by what the other half says."""
        halves = (slice(0, None, 2), slice(1, None, 2))
        return sum(
            readout.rank_of_own(
                readout.fitted(inputs[here], outputs[here])(inputs[there]), outputs[there]
            )
            for here, there in (halves, halves[::-1])
        ) / len(halves)

    def greedy(self, sentences: Sequence[str]) -> list[list[int]]:
        """The likeliest word at every step, as numbers up to and with eos, for each sentence."""
        self.model.eval()
        encoder, decoder = self.model.get("encoder"), self.model.get("decoder")
        source_ids, lengths = encode_sources(sentences, self.source)
        encoder_outputs, hidden = expect.returns(
            encoder(source_ids, lengths, timeout=SECONDS), "encoder_outputs", "hidden"
        )
        mask = reference.padding_mask(lengths, source_ids.shape[1])
        words = torch.full((len(sentences),), self.target.bos_id)
        said: list[list[int]] = [[] for _ in sentences]
        for _ in range(LONGEST):
            logits, hidden, _ = expect.returns(
                decoder(words, hidden, encoder_outputs, mask, timeout=SECONDS),
                "logits",
                "hidden",
                "attention_weights",
            )
            logits = expect.tensor(logits, (len(sentences), len(self.target)), name="logits")
            words = logits.argmax(dim=-1)
            for row, word in zip(said, words.tolist(), strict=False):
                if self.target.eos_id not in row:
                    row.append(word)
            if all(self.target.eos_id in row for row in said):
                break
        return said

    def texts(self, rows: Sequence[Sequence[int]]) -> list[str]:
        return [detokenize(self.target.decode(row)) for row in rows]

    def forced(self, source_ids: Tensor, lengths: Tensor, rows: Sequence[Sequence[int]]) -> tuple:
        """(logits (B, T, V), attention_weights (B, T, T_src)) of the model, made to say these
        words."""
        self.model.eval()
        ids, _ = pad_rows([[self.target.bos_id, *row, self.target.eos_id] for row in rows], 0)
        return expect.returns(
            self.model(source_ids, lengths, ids, timeout=SECONDS), "logits", "attention_weights"
        )

    def score(self, sentences: Sequence[str], rows: Sequence[Sequence[int]]) -> list[float]:
        """Log-probability of saying each row of words, and then eos."""
        rows = [[word for word in row if word != self.target.eos_id] for row in rows]
        logits, _ = self.forced(*encode_sources(sentences, self.source), rows)
        expect.finite(expect.tensor(logits, name="logits"), "logits")
        log_probabilities = logits.double().log_softmax(dim=-1)
        return [
            sum(
                float(log_probabilities[i, t, word])
                for t, word in enumerate([*row, self.target.eos_id])
            )
            for i, row in enumerate(rows)
        ]

    def says(self, what: str, sentences: Sequence[str], words: Sequence[Sequence[str]]) -> None:
        """Mistake unless the model finds most of these answers about as likely as its own."""
        rows = [self.target.encode(token.lower() for token in tokens) for tokens in words]
        own = self.score(sentences, self.greedy(sentences))
        given = self.score(sentences, rows)
        likely = sum(one >= other - LIKELY for one, other in zip(given, own, strict=False))
        expect.true(
            likely >= MOST * len(sentences),
            f"{what} says what the trained `model` hardly would: only {likely} of {len(sentences)}"
            " answers are as likely to it as those of greedy decoding. Does it decode `model`?",
        )

    def earns(
        self,
        translate: Callable[[list[str]], list[str]],
        sentences: list[str],
        said: list[str],
        references: list[list[str]],
        rng: torch.Generator,
    ) -> None:
        """Mistake unless translate's answers `said` are the model's doing: of its weights, and of
        no table."""
        value = bleu(said, references)
        if value <= CHANCE:
            return
        self.knows_words()
        own = bleu(self.texts(self.greedy(sentences)), references)
        expect.true(
            own >= OWN * value,
            f"translate says what the trained `model` does not: on {len(sentences)} held-out"
            f" sentences its BLEU is {value:.1f}, that of the model, decoded greedily by the"
            f" grader, is {own:.1f}. Does translate decode `model`?",
        )
        self.says("translate", sentences, [tokenize(text) for text in said])
        with weights.shuffled(self.model, self.checkpoint, rng):
            left = self._again(translate, sentences, references)
        expect.true(
            left < GONE * value,
            "translate does not need what the model has learned: with its weights shuffled, BLEU"
            f" is {left:.1f} and was {value:.1f}. Does translate ask `model`?",
        )
        with weights.nudged(self.model, self.checkpoint, rng):
            left = self._again(translate, sentences, references)
        expect.true(
            left >= GONE * value,
            "translate needs these very weights: where each is changed by a hundredth, BLEU falls"
            f" from {value:.1f} to {left:.1f}. A trained model hardly notices.",
        )
        self.hold()

    @staticmethod
    def _again(
        translate: Callable[[list[str]], list[str]],
        sentences: list[str],
        references: list[list[str]],
    ) -> float:
        """BLEU of what translate says now; 0 where it says nothing."""
        try:
            return bleu(translate(sentences), references)
        except (StudentError, expect.Mistake):
            return 0.0
