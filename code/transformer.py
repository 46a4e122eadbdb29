"""Lesson 5. The Transformer: an encoder and a decoder of attention alone, against a recurrent one.

Both translate the sentences of assignment 1 from French into English. The recurrent model reads
with LSTMs and looks back with Luong's attention (lesson 2). The Transformer has no recurrence: its
encoder looks at itself (lesson 3), its decoder looks at what it has written and, by
cross-attention, at the source. Each trains for the same CPU time, and BLEU says which is better.

    python code/transformer.py --out pictures
"""

import math
import time
from collections.abc import Iterator, Sequence
from typing import NamedTuple

import torch
import torch.nn.functional as F
from basic_attention import (
    BLUE,
    INK,
    QUIET,
    RED,
    arguments,
    attention,
    causal_mask,
    general,
    heat_map,
    padding_mask,
    publish,
    scaled_dot_product,
)
from matplotlib.figure import Figure
from self_attention import positional_waves
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

from attention_lab.batches import Batch, TranslationBatches, encode_sources
from attention_lab.data import SentencePair, load_pairs
from attention_lab.metrics import bleu, chrf, group_references
from attention_lab.text import Vocabulary, detokenize, tokenize

D_MODEL, N_HEADS, N_LAYERS, D_FF, DROPOUT, LONGEST = 128, 4, 1, 256, 0.2, 12
Cache = list[Tensor]  # of one layer: the keys and the values of all positions so far

# ---- the Transformer


class Heads(nn.Module):
    """Several heads in which `x` looks at `memory`: at itself, or at another sequence."""

    def __init__(self) -> None:
        super().__init__()
        d_k = D_MODEL // N_HEADS
        for name in ("W_q", "W_k", "W_v"):
            weight = torch.randn(N_HEADS, D_MODEL, d_k) / math.sqrt(D_MODEL)
            self.register_parameter(name, nn.Parameter(weight))
        self.W_o = nn.Parameter(torch.randn(N_HEADS, d_k, D_MODEL) / math.sqrt(D_MODEL))

    def key_value(self, memory: Tensor) -> Cache:
        """memory (B, T_k, d_model) -> key and value, both (B, H, T_k, d_k)."""
        return [torch.einsum("btd,hdk->bhtk", memory, W) for W in (self.W_k, self.W_v)]

    def forward(self, x: Tensor, key_value: Cache, mask: Tensor | None) -> tuple[Tensor, Tensor]:
        """x (B, T_q, d_model), mask broadcastable to (B, H, T_q, T_k), True = may attend.

        Returns context (B, T_q, d_model) and attention_weights (B, H, T_q, T_k)."""
        query = torch.einsum("btd,hdk->bhtk", x, self.W_q)  # (B, H, T_q, d_k)
        heads, attention_weights = attention(query, *key_value, scaled_dot_product, mask)
        # Each head writes into the result through its own W_o[h], and the sum over h is taken.
        return torch.einsum("bhtk,hkd->btd", heads, self.W_o), attention_weights


class Layer(nn.Module):
    """Look at yourself, look at the source (in a decoder), think; each adds to what was there."""

    def __init__(self, crosses: bool) -> None:
        super().__init__()
        self.look = Heads()
        self.cross = Heads() if crosses else None
        self.think = nn.Sequential(
            nn.Linear(D_MODEL, D_FF), nn.ReLU(), nn.Dropout(DROPOUT), nn.Linear(D_FF, D_MODEL)
        )
        self.norms = nn.ModuleList(nn.LayerNorm(D_MODEL) for _ in range(3))
        self.dropout = nn.Dropout(DROPOUT)

    def forward(
        self,
        x: Tensor,
        mask: Tensor,
        source: Cache | None = None,
        source_mask: Tensor | None = None,
        past: Cache | None = None,
    ) -> tuple[Tensor, Cache, Tensor]:
        """x (B, T, d_model): all positions, or only the newest ones if `past` has the others.

        source: keys and values of the encoder's memory, for the cross-attention
        Returns x, the keys and values up to here, and the weights of the last look."""
        normed = self.norms[0](x)
        key_value = self.look.key_value(normed)  # 2 x (B, H, T, d_k)
        if past:
            key_value = [torch.cat(pair, dim=2) for pair in zip(past, key_value)]
        context, attention_weights = self.look(normed, key_value, mask)
        x = x + self.dropout(context)  # (B, T, d_model)
        if self.cross is not None and source is not None:
            context, attention_weights = self.cross(self.norms[1](x), source, source_mask)
            x = x + self.dropout(context)
        return x + self.dropout(self.think(self.norms[2](x))), key_value, attention_weights


class Transformer(nn.Module):
    """Vaswani et al. 2017, small: one layer on each side, norms before each look, one matrix for
    the words that are read by the decoder and the words that it says."""

    def __init__(self, source_words: int, target_words: int) -> None:
        super().__init__()
        self.source = nn.Embedding(source_words, D_MODEL)
        self.target = nn.Embedding(target_words, D_MODEL)
        for words in (self.source, self.target):
            nn.init.normal_(words.weight, std=D_MODEL**-0.5)
        self.bias = nn.Parameter(torch.zeros(target_words))
        self.encoder = nn.ModuleList(Layer(crosses=False) for _ in range(N_LAYERS))
        self.decoder = nn.ModuleList(Layer(crosses=True) for _ in range(N_LAYERS))
        self.norms = nn.ModuleList(nn.LayerNorm(D_MODEL) for _ in range(2))
        self.dropout = nn.Dropout(DROPOUT)

    def embed(self, words: nn.Embedding, ids: Tensor, start: int = 0) -> Tensor:
        """ids (B, T), the first of them at position `start` -> (B, T, d_model)."""
        places = positional_waves(start + ids.shape[1], D_MODEL)[start:]
        return self.dropout(words(ids) * math.sqrt(D_MODEL) + places)

    def encode(self, source_ids: Tensor, lengths: Tensor) -> tuple[list[Cache], Tensor]:
        """What every decoding step needs: keys and values of the memory for each decoder layer, and
        the mask (B, 1, 1, T_src)."""
        mask = padding_mask(lengths, source_ids.shape[1])[:, None]
        memory = self.embed(self.source, source_ids)
        for layer in self.encoder:
            memory, _, _ = layer(memory, mask)
        memory = self.norms[0](memory)  # (B, T_src, d_model)
        return [layer.cross.key_value(memory) for layer in self.decoder], mask

    def decode(
        self, target_ids: Tensor, encoded: tuple[list[Cache], Tensor], past: list[Cache] | None
    ) -> tuple[Tensor, list[Cache], Tensor]:
        """target_ids (B, T): all that is written, or only the newest word if `past` has the rest.

        Returns logits (B, T, V), the caches, and the cross-attention of the last layer."""
        sources, source_mask = encoded
        start = past[0][0].shape[2] if past else 0
        T = start + target_ids.shape[1]
        mask, kept, maps = causal_mask(T)[start:], [], None
        x = self.embed(self.target, target_ids, start)
        for i, layer in enumerate(self.decoder):
            x, cache, maps = layer(x, mask, sources[i], source_mask, past[i] if past else None)
            kept.append(cache)
        return self.norms[1](x) @ self.target.weight.T + self.bias, kept, maps.mean(dim=1)

    def forward(self, batch: Batch) -> Tensor:
        """Teacher forcing: logits (B, T_tgt - 1, V) for every next word, in one pass."""
        encoded = self.encode(batch.source_ids, batch.lengths)
        return self.decode(batch.target_ids[:, :-1], encoded, None)[0]


# ---- the recurrent translator: lesson 2's, reading in both directions, with words for characters


class Recurrent(nn.Module):
    """LSTMs that read and write, and Luong's general attention between them."""

    def __init__(self, source_words: int, target_words: int) -> None:
        super().__init__()
        self.source = nn.Embedding(source_words, D_MODEL)
        self.target = nn.Embedding(target_words, D_MODEL)
        self.reader = nn.LSTM(D_MODEL, D_MODEL, batch_first=True, bidirectional=True)
        self.writer = nn.LSTM(D_MODEL, D_MODEL, batch_first=True)
        self.start = nn.Linear(2 * D_MODEL, 2 * D_MODEL)
        self.W_a = nn.Parameter(torch.randn(D_MODEL, 2 * D_MODEL) / (2 * D_MODEL) ** 0.5)
        self.W_c = nn.Linear(3 * D_MODEL, D_MODEL)
        self.output = nn.Linear(D_MODEL, target_words)
        self.dropout = nn.Dropout(DROPOUT)

    def encode(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor, Cache]:
        embedded = self.dropout(self.source(source_ids))
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        outputs, (last, _) = self.reader(packed)
        outputs, _ = pad_packed_sequence(
            outputs, batch_first=True, total_length=source_ids.shape[1]
        )
        first = torch.tanh(self.start(torch.cat([last[0], last[1]], dim=-1)))  # (B, 2 * d_model)
        state = [half[None].contiguous() for half in first.chunk(2, dim=-1)]  # 2 x (1, B, d_model)
        return self.dropout(outputs), padding_mask(lengths, source_ids.shape[1]), state

    def decode(
        self,
        target_ids: Tensor,
        encoded: tuple[Tensor, Tensor, Cache],
        past: Cache | None,
    ) -> tuple[Tensor, Cache, Tensor]:
        memory, mask, start = encoded
        states, past = self.writer(self.dropout(self.target(target_ids)), past or start)
        # Divided by the root, as the Transformer's scores are: undivided, they saturate.
        query = states / math.sqrt(memory.shape[-1])
        context, weights = attention(query, memory, memory, general(self.W_a), mask)
        said = torch.tanh(self.W_c(torch.cat([context, states], dim=-1)))  # (B, T, d_model)
        return self.output(self.dropout(said)), list(past), weights

    def forward(self, batch: Batch) -> Tensor:
        encoded = self.encode(batch.source_ids, batch.lengths)
        return self.decode(batch.target_ids[:, :-1], encoded, None)[0]


# ---- writing, training, measuring

Translator = Transformer | Recurrent


@torch.no_grad()
def translate(
    model: Translator, source_ids: Tensor, lengths: Tensor, target: Vocabulary
) -> tuple[list[list[str]], Tensor]:
    """Greedy search. Each step gives the model the newest word and what it kept of the others.

    Returns the words of each sentence, and attention_weights (B, LONGEST, T_src)."""
    model.eval()
    encoded, past, maps = model.encode(source_ids, lengths), None, []
    written = [torch.full((len(lengths), 1), target.bos_id)]
    for _ in range(LONGEST):
        logits, past, attention_weights = model.decode(written[-1], encoded, past)
        written.append(logits.argmax(dim=-1))  # (B, 1)
        maps.append(attention_weights)  # (B, 1, T_src)
    rows = torch.cat(written[1:], dim=1).tolist()
    ends = [row.index(target.eos_id) if target.eos_id in row else LONGEST for row in rows]
    words = [[target.tokens[i] for i in row[:end]] for row, end in zip(rows, ends)]
    return words, torch.cat(maps, dim=1)


class Data(NamedTuple):
    train: list[SentencePair]
    validation: list[SentencePair]
    source: Vocabulary
    target: Vocabulary


def load() -> Data:
    train = load_pairs("ex1_translation", "train")
    sides = zip(*((pair.source, pair.target) for pair in train))
    vocabularies = [Vocabulary.build(map(tokenize, side)) for side in sides]
    return Data(train, load_pairs("ex1_translation", "validation"), *vocabularies)


def judge(model: Translator, data: Data) -> tuple[float, float]:
    """BLEU and chrF on sentences that the model was not trained on."""
    sentences, references = group_references(data.validation)
    words, _ = translate(model, *encode_sources(sentences, data.source), data.target)
    answers = [detokenize(row) for row in words]
    return bleu(answers, references), chrf(answers, references)


class Setting(NamedTuple):
    name: str
    make: type[Transformer] | type[Recurrent]
    learning_rate: float
    batch_size: int
    warm_up: int  # steps in which the learning rate rises
    colour: str


# The recurrent model has the rate and the batches of assignment 1; the Transformer's were found in
# three trials, in which two layers learnt too slowly for the time there is.
SETTINGS = [
    Setting("recurrent", Recurrent, 4e-3, 32, 1, RED),
    Setting("Transformer", Transformer, 2e-3, 32, 100, BLUE),
]


class Run(NamedTuple):
    model: Translator
    curve: list[tuple[float, float, float]]  # (CPU seconds of training, BLEU, chrF)
    steps: int


def endless(batches: TranslationBatches) -> Iterator[Batch]:
    while True:
        yield from batches


def train(setting: Setting, data: Data, seconds: float, looks: int) -> Run:
    """Train for some seconds of CPU time, which the looks at BLEU do not count in."""
    torch.manual_seed(0)
    model = setting.make(len(data.source), len(data.target))
    optimizer = torch.optim.Adam(model.parameters(), fused=True)
    pairs = [(pair.source, pair.target) for pair in data.train]
    batches = TranslationBatches(pairs, data.source, data.target, setting.batch_size)
    batches = endless(batches)
    used, steps, curve = 0.0, 0, [(0.0, 0.0, 0.0)]
    while used < seconds:
        began, share = time.process_time(), used / seconds
        falling = 1.0 if share < 0.4 else (1 + math.cos(math.pi * (share - 0.4) / 0.6)) / 2
        warm = min(1.0, (steps + 1) / setting.warm_up)
        optimizer.param_groups[0]["lr"] = setting.learning_rate * warm * max(falling, 0.02)
        batch = next(batches)
        logits = model.train()(batch)
        wanted = batch.target_ids[:, 1:]  # (B, T_tgt - 1)
        loss = F.cross_entropy(
            logits.flatten(0, 1), wanted.flatten(), ignore_index=data.target.pad_id
        )
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        steps, used = steps + 1, used + time.process_time() - began
        if used >= len(curve) * seconds / looks:
            curve.append((used, *judge(model, data)))
    return Run(model, curve, steps)


# ---- pictures

SENTENCE = "Ma mère a acheté une grande maison."


def draw_race(runs: Sequence[Run]) -> Figure:
    figure = Figure(figsize=(7, 3.2), layout="constrained")
    axes = figure.add_subplot()
    for setting, run, style in zip(SETTINGS, runs, ("o--", "s-")):
        times, scores, _ = zip(*run.curve)
        axes.plot(times, scores, style, color=setting.colour, linewidth=2, label=setting.name)
    axes.set(xlabel="CPU seconds of training", ylabel="BLEU", ylim=(0, None))
    axes.legend(frameon=False)
    axes.spines[["top", "right"]].set_visible(False)
    axes.tick_params(labelcolor=INK, color=QUIET)
    return figure


def draw_maps(runs: Sequence[Run], data: Data) -> Figure:
    """Where each of the two looks while it translates SENTENCE."""
    figure = Figure(figsize=(9, 3.6), layout="constrained")
    for axes, setting, run in zip(figure.subplots(1, 2), SETTINGS, runs):
        source_ids, lengths = encode_sources([SENTENCE], data.source)
        words, weights = translate(run.model, source_ids, lengths, data.target)
        rows = [*words[0], "<eos>"][:LONGEST]
        heat_map(axes, weights[0, : len(rows)], rows, tokenize(SENTENCE))
        axes.tick_params(axis="x", rotation=45)
        axes.set_title(setting.name, fontsize=10, color=INK)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)
    data = load()
    runs = [train(one, data, *((0.3, 1) if options.quick else (42, 6))) for one in SETTINGS]
    sentences = len({pair.source for pair in data.validation})
    findings = [f"Translations of {sentences} French sentences that were not trained on:"]
    for setting, run in zip(SETTINGS, runs):
        seconds, score, characters = run.curve[-1]
        size = sum(parameter.numel() for parameter in run.model.parameters())
        findings.append(
            f"  {setting.name:12} BLEU {score:5.1f}  chrF {characters:5.1f}  {size} parameters,"
            f" {run.steps} steps in {seconds:.0f} CPU seconds"
        )
    findings += [f"{SENTENCE} is"]
    for setting, run in zip(SETTINGS, runs):
        source_ids, lengths = encode_sources([SENTENCE], data.source)
        words, _ = translate(run.model, source_ids, lengths, data.target)
        findings.append(f"  {' '.join(words[0])}  ({setting.name})")
    figures = {"race": draw_race(runs), "maps": draw_maps(runs, data)}
    publish(options.out, "transformer", figures, findings)


if __name__ == "__main__":
    main()
