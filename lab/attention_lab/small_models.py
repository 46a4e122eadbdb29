"""Two small models to look at, a translator and a classifier, and how those that come with the
course were trained.

    python -m attention_lab.small_models
    # trains both, writes small/*.safetensors next to this file

They are no models of the assignments: LSTMs instead of GRUs, Luong's attention instead of
Bahdanau's, word vectors of 32 numbers. Weights are kept in half precision, with their vocabularies
and without any sentence.
"""

from collections.abc import Sequence
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from attention_lab.batches import Batch, TranslationBatches, pad_rows
from attention_lab.checkpoints import save_checkpoint
from attention_lab.data import load_pairs, load_reviews
from attention_lab.text import Vocabulary, tokenize
from attention_lab.training import constant_then_cosine

FOLDER = Path(__file__).with_name("small")
WORDS = 600  # of a language: enough to look at, too few to stand in for a translator of your own
SIZE = 32  # of a word's vector, and of an LSTM's state in one direction
LABELS = ("negative", "positive")


def _read(lstm: nn.LSTM, embedded: Tensor, lengths: Tensor) -> Tensor:
    """The outputs (B, T, 2 * SIZE) of a bidirectional LSTM over the real tokens only."""
    packed = pack_padded_sequence(embedded, lengths.cpu(), batch_first=True, enforce_sorted=False)
    return pad_packed_sequence(lstm(packed)[0], batch_first=True, total_length=embedded.shape[1])[0]


def _real(ids: Tensor, lengths: Tensor) -> Tensor:
    """(B, T), True at a real token."""
    return torch.arange(ids.shape[1], device=ids.device) < lengths.unsqueeze(1)


class SmallTranslator(nn.Module):
    """LSTM encoder and decoder with Luong's general attention (Luong et al. 2015), run by teacher
    forcing."""

    def __init__(self, source_vocab_size: int, target_vocab_size: int, dropout: float = 0.2):
        super().__init__()
        self.source = nn.Embedding(source_vocab_size, SIZE, padding_idx=0)
        self.target = nn.Embedding(target_vocab_size, SIZE, padding_idx=0)
        self.encoder = nn.LSTM(SIZE, SIZE, batch_first=True, bidirectional=True)
        self.decoder = nn.LSTM(SIZE, 2 * SIZE, batch_first=True)
        self.match = nn.Linear(2 * SIZE, 2 * SIZE, bias=False)
        self.gather = nn.Linear(4 * SIZE, SIZE)
        self.bias = nn.Parameter(torch.zeros(target_vocab_size))
        self.dropout = nn.Dropout(dropout)

    def forward(
        self, source_ids: Tensor, lengths: Tensor, target_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Predict each target token from the true ones before it.

        source_ids (B, T_src)   lengths (B,)   target_ids (B, T_tgt), from bos on
        Returns logits (B, T_tgt-1, V), position t predicting target_ids[:, t+1], and
        attention_weights (B, T_tgt-1, T_src)."""
        # (B, T_src, 2 SIZE)
        memory = self.dropout(_read(self.encoder, self.dropout(self.source(source_ids)), lengths))
        states, _ = self.decoder(self.dropout(self.target(target_ids[:, :-1])))  # (B, T, 2 SIZE)
        scores = self.match(states) @ memory.transpose(1, 2)  # (B, T, T_src)
        scores = scores.masked_fill(~_real(source_ids, lengths).unsqueeze(1), -torch.inf)
        attention_weights = scores.softmax(dim=-1)
        # (B, T, SIZE)
        said = torch.tanh(self.gather(torch.cat([states, attention_weights @ memory], dim=-1)))
        return self.dropout(said) @ self.target.weight.T + self.bias, attention_weights


class SmallClassifier(nn.Module):
    """A bidirectional LSTM; one learned query attends over its outputs."""

    def __init__(self, vocab_size: int, n_classes: int, dropout: float = 0.4):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, SIZE, padding_idx=0)
        self.lstm = nn.LSTM(SIZE, SIZE, batch_first=True, bidirectional=True)
        self.W_k = nn.Linear(2 * SIZE, SIZE, bias=False)
        self.query = nn.Parameter(torch.randn(SIZE))
        self.output = nn.Linear(2 * SIZE, n_classes)
        self.dropout = nn.Dropout(dropout)

    def forward(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """token_ids (B, T), padded   lengths (B,)

        Returns logits (B, n_classes) and attention_weights (B, T), 0 at padding."""
        # (B, T, 2 SIZE)
        outputs = _read(self.lstm, self.dropout(self.embedding(token_ids)), lengths)
        scores = self.W_k(outputs) @ self.query / SIZE**0.5  # (B, T)
        attention_weights = scores.masked_fill(~_real(token_ids, lengths), -torch.inf).softmax(
            dim=-1
        )
        pooled = (attention_weights.unsqueeze(1) @ outputs).squeeze(1)  # (B, 2 SIZE)
        return self.output(self.dropout(pooled)), attention_weights


def translation_step(model: nn.Module, batch: Batch, optimizer: torch.optim.Optimizer) -> float:
    """One training step by teacher forcing; returns the mean loss of the batch's real tokens
    (pad_id 0)."""
    model.train()
    optimizer.zero_grad()
    logits, _ = model(batch.source_ids, batch.lengths, batch.target_ids)
    loss = F.cross_entropy(logits.flatten(0, 1), batch.target_ids[:, 1:].flatten(), ignore_index=0)
    return _step(model, loss, optimizer)


def _step(model: nn.Module, loss: Tensor, optimizer: torch.optim.Optimizer) -> float:
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    return loss.item()


def small_world() -> tuple[list[tuple[str, str]], Vocabulary, Vocabulary]:
    """The training sentences made of the most frequent WORDS words of each side only, and their two
    vocabularies."""
    pairs = [(pair.source, pair.target) for pair in load_pairs("ex1_translation", "train")]
    source_vocabulary, target_vocabulary = (
        Vocabulary(Vocabulary.build(map(tokenize, side)).tokens[: 4 + WORDS])
        for side in zip(*pairs, strict=True)
    )
    known = [
        pair
        for pair in pairs
        if all(
            token in vocabulary
            for text, vocabulary in zip(pair, (source_vocabulary, target_vocabulary), strict=True)
            for token in tokenize(text)
        )
    ]
    return known, source_vocabulary, target_vocabulary


def train_small_translator(steps: int, seed: int) -> tuple[nn.Module, dict[str, str]]:
    """Train on the small world. Returns the model and what is to be saved with it."""
    pairs, source_vocabulary, target_vocabulary = small_world()
    torch.manual_seed(seed)
    model = SmallTranslator(len(source_vocabulary), len(target_vocabulary))
    optimizer = torch.optim.Adam(model.parameters(), lr=6e-3)
    batches = TranslationBatches(
        pairs, source_vocabulary, target_vocabulary, batch_size=64, seed=seed
    )
    done = 0
    while done < steps:
        for batch in batches:
            optimizer.param_groups[0]["lr"] = 6e-3 * constant_then_cosine(min(1.0, done / steps))
            translation_step(model, batch, optimizer)
            done += 1
    names = ("source_vocabulary", "target_vocabulary")
    return model, {
        name: " ".join(vocabulary.tokens)
        for name, vocabulary in zip(names, (source_vocabulary, target_vocabulary), strict=True)
    }


def train_small_classifier(
    texts: Sequence[str], labels: Sequence[int], epochs: int, seed: int
) -> tuple[nn.Module, dict[str, str]]:
    """Train on texts and the numbers of their classes. Returns the model and what is to be saved
    with it.

    In training every tenth word is hidden (<unk>), so that the model has met unknown words."""
    vocabulary = Vocabulary.build(map(tokenize, texts), min_count=5)
    rows = [vocabulary.encode(tokenize(text)) for text in texts]
    torch.manual_seed(seed)
    model, generator = (
        SmallClassifier(len(vocabulary), len(LABELS)),
        torch.Generator().manual_seed(seed),
    )
    optimizer = torch.optim.Adam(model.parameters(), lr=3e-3, weight_decay=1e-5)
    for _ in range(epochs):
        for part in torch.randperm(len(rows), generator=generator).split(32):
            token_ids, lengths = pad_rows([rows[i] for i in part], vocabulary.pad_id)
            hidden = (torch.rand(token_ids.shape, generator=generator) < 0.1) & (
                token_ids != vocabulary.pad_id
            )
            model.train()
            optimizer.zero_grad()
            logits, _ = model(token_ids.masked_fill(hidden, vocabulary.unk_id), lengths)
            _step(
                model, F.cross_entropy(logits, torch.tensor([labels[i] for i in part])), optimizer
            )
    return model, {"vocabulary": " ".join(vocabulary.tokens)}


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    torch.set_num_threads(1)
    translator, words = train_small_translator(steps=1500, seed=0)
    save_checkpoint(translator.half(), FOLDER / "translator.safetensors", words)
    reviews = load_reviews("ex3_classification", "train")
    classifier, words = train_small_classifier(
        [review.text for review in reviews],
        [LABELS.index(review.label) for review in reviews],
        epochs=4,
        seed=0,
    )
    save_checkpoint(classifier.half(), FOLDER / "classifier.safetensors", words)


if __name__ == "__main__":
    main()
