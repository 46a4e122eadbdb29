"""Trained models together with their vocabularies: from words to what the model says and where it
looks.

Without a file, the small models that come with the course are loaded. With your own file, you hand
over what builds your model."""

from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from torch import Tensor, nn

from attention_lab.checkpoints import CheckpointError, load_checkpoint, saved_with
from attention_lab.small_models import FOLDER, LABELS, SmallClassifier, SmallTranslator
from attention_lab.text import Vocabulary, detokenize, tokenize


class Translator:
    """model(source_ids, lengths, target_ids) -> logits, attention_weights, as TranslationModel of
    attention_lab.models."""

    def __init__(
        self, model: nn.Module, source_vocabulary: Vocabulary, target_vocabulary: Vocabulary
    ):
        self.model = model
        self.source_vocabulary, self.target_vocabulary = source_vocabulary, target_vocabulary

    def align(
        self, sentence: str, translation: str | None = None
    ) -> tuple[list[str], list[str], Tensor]:
        """Where the model looks while it writes its own greedy translation, or the `translation` it
        is made to write.

        Returns source_tokens, target_tokens (no end mark) and attention_weights (T_tgt, T_src),
        each row summing to 1."""
        source_tokens = tokenize(sentence)
        target_tokens = (
            self._greedy(source_tokens) if translation is None else tokenize(translation)
        )
        _, attention_weights = self._run(
            source_tokens, self.target_vocabulary.encode(target_tokens)
        )
        return source_tokens, target_tokens, attention_weights[: len(target_tokens)]

    def translate(self, sentence: str) -> str:
        """The greedy translation of one sentence."""
        return detokenize(self._greedy(tokenize(sentence)))

    def _greedy(self, source_tokens: Sequence[str], longest: int = 12) -> list[str]:
        said: list[int] = []
        while len(said) < longest and self.target_vocabulary.eos_id not in said:
            said.append(int(self._run(source_tokens, said)[0][-1].argmax()))
        return self.target_vocabulary.decode(said)

    @torch.no_grad()
    def _run(self, source_tokens: Sequence[str], said: Sequence[int]) -> tuple[Tensor, Tensor]:
        """logits and weights of each step: one for every word of `said`, and one for what comes
        next."""
        self.model.eval()
        source_ids = torch.tensor([self.source_vocabulary.encode(source_tokens)])
        target_ids = torch.tensor(
            [[self.target_vocabulary.bos_id, *said, self.target_vocabulary.pad_id]]
        )
        logits, attention_weights = self.model(
            source_ids, torch.tensor([source_ids.shape[1]]), target_ids
        )
        return logits[0], attention_weights[0]


class Classifier:
    """model(token_ids, lengths) -> logits, attention_weights. `labels` name its classes in their
    order."""

    def __init__(self, model: nn.Module, vocabulary: Vocabulary, labels: Sequence[str] = LABELS):
        self.model, self.vocabulary, self.labels = model, vocabulary, tuple(labels)

    @torch.no_grad()
    def __call__(self, tokens: Sequence[str]) -> tuple[Tensor, Tensor]:
        """Judge one text, given as a list of its tokens; "<unk>" is a word that the model does not
        know.

        Returns probabilities (n_classes,) in the order of `labels`, and attention_weights (T,), one
        for each token. TypeError where a text comes that was not cut into tokens."""
        if isinstance(tokens, str):
            raise TypeError("the model wants a list of tokens, not a text: tokenize(text)")
        self.model.eval()
        token_ids = torch.tensor([self.vocabulary.encode(tokens)])
        logits, attention_weights = self.model(token_ids, torch.tensor([len(tokens)]))
        return logits[0].softmax(dim=-1), attention_weights[0]


def load_translator(
    path: str | Path = FOLDER / "translator.safetensors",
    build: Callable[[int, int], nn.Module] = SmallTranslator,
) -> Translator:
    """A trained translator: the small one that comes with the course, or your own of assignment 1.

    build(source_vocab_size, target_vocab_size) -> your model with fresh weights, such as
    lambda n, m: TranslationModel(Encoder(n, 128, 128, 0), AttentionDecoder(m, 128, 128, 256, 0))
    CheckpointError where the file is missing, holds no vocabularies, or belongs to another
    model."""
    source, target = _vocabularies(path, "source_vocabulary", "target_vocabulary")
    model = build(len(source), len(target))
    load_checkpoint(model, path)
    return Translator(model, source, target)


def load_classifier(
    path: str | Path = FOLDER / "classifier.safetensors",
    build: Callable[[int], nn.Module] = lambda vocab_size: SmallClassifier(vocab_size, len(LABELS)),
) -> Classifier:
    """A trained classifier of film reviews: the small one that comes with the course, or your own
    of assignment 3.

    build(vocab_size) -> your model with fresh weights. CheckpointError as for load_translator."""
    (vocabulary,) = _vocabularies(path, "vocabulary")
    model = build(len(vocabulary))
    load_checkpoint(model, path)
    return Classifier(model, vocabulary)


def _vocabularies(path: str | Path, *names: str) -> list[Vocabulary]:
    saved = saved_with(path)
    if missing := [name for name in names if name not in saved]:
        raise CheckpointError(
            f"{Path(path).name} was saved without its {missing[0].replace('_', ' ')}: it is not the"
            " file that the assignment's training cell writes."
        )
    return [Vocabulary(saved[name].split(" ")) for name in names]
