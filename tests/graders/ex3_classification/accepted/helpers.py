"""Helper functions of one's own, functional style, packing by hand, an image as the ground of the
picture."""

import functools
import math

import numpy as np
import torch
import torch.nn.functional as F
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_sequence, pad_packed_sequence


def real_tokens(lengths, width):
    return torch.ones(len(lengths), width).cumsum(dim=1) <= lengths[:, None]


def safe_softmax(scores, mask):
    weights = F.softmax(torch.where(mask, scores, torch.full_like(scores, -math.inf)), dim=-1)
    return torch.where(mask, weights, torch.zeros_like(weights))


class AttentionPooling(nn.Module):
    def __init__(self, hidden_size: int, attention_size: int) -> None:
        super().__init__()
        self.W, self.v = nn.Linear(hidden_size, attention_size), nn.Linear(attention_size, 1, False)
        for parameter in self.parameters():
            nn.init.normal_(parameter, std=0.1)

    def forward(self, outputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        weights = safe_softmax(self.v(self.W(outputs).tanh())[..., 0], mask)
        return (weights[..., None] * outputs).sum(1), weights


class AttentionClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, n_classes, pad_id, dropout=0.2):
        super().__init__()
        self.table = nn.Embedding(vocab_size, embedding_size, pad_id)
        # time first inside
        self.lstm = nn.LSTM(embedding_size, hidden_size, num_layers=2, dropout=dropout)
        self.pooling = AttentionPooling(hidden_size, hidden_size)
        self.classes = nn.Linear(hidden_size, n_classes)

    def forward(self, token_ids, lengths):
        packed = pack_sequence(
            [self.table(ids[:n]) for ids, n in zip(token_ids, lengths.tolist(), strict=False)],
            enforce_sorted=False,
        )
        outputs, _ = pad_packed_sequence(self.lstm(packed)[0], total_length=token_ids.shape[1])
        pooled, weights = self.pooling(
            outputs.transpose(0, 1), real_tokens(lengths, token_ids.shape[1])
        )
        return self.classes(pooled), weights


def one_step(model, optimizer, batch):
    optimizer.zero_grad(set_to_none=False)
    loss = F.nll_loss(F.log_softmax(model(batch.token_ids, batch.lengths)[0], dim=1), batch.labels)
    loss.backward()
    norm = torch.sqrt(sum((p.grad**2).sum() for p in model.parameters() if p.grad is not None))
    if norm > 1:
        [p.grad.div_(norm) for p in model.parameters() if p.grad is not None]
    optimizer.step()
    return loss.item() * batch.token_ids.shape[0], batch.token_ids.shape[0]


def train_epoch(model, batches, optimizer):
    model.train()
    sums, counts = zip(*[one_step(model, optimizer, batch) for batch in batches], strict=False)
    return math.fsum(sums) / sum(counts)


def train_and_select(model, batches, optimizer, validate, epochs, patience=2):
    losses, scores, snapshots = [], [], []
    for epoch in range(epochs):
        losses.append(train_epoch(model, batches, optimizer))
        model.eval()
        scores.append(validate())
        snapshots.append({k: v.clone() for k, v in model.state_dict().items()})
        if epoch - scores.index(max(scores)) == patience:
            break
    model.load_state_dict(snapshots[scores.index(max(scores))])
    return tuple(losses), tuple(scores)


@functools.cache
def _row(classifier, text):
    with torch.no_grad():
        return classifier.eval()(*encode_sources([text], vocabulary))[0].softmax(-1)


def class_probabilities(classifier, texts):
    return torch.vstack([torch.zeros(0, 2), *(_row(classifier, text) for text in texts)])


def predict(texts):
    return [
        max(zip(row.tolist(), LABELS, strict=False))[1] for row in class_probabilities(model, texts)
    ]


def accuracy_against_k(classifier, texts, labels, ks):
    curve = {}
    for k in ks:
        rows = class_probabilities(classifier, [bury(text, k) for text in texts])
        curve[k] = np.mean(
            [LABELS[row.argmax()] == label for row, label in zip(rows, labels, strict=False)]
        )
    return [float(curve[k]) for k in ks]


def attend(text):
    tokens = tokenize(text)
    ids = torch.tensor(vocabulary.encode(tokens)).reshape(1, -1)
    with torch.no_grad():
        return tokens, model.eval()(ids, torch.tensor([len(tokens)]))[1].flatten()


def top_tokens(text, k):
    tokens, weights = attend(text)
    return [[int(t), tokens[int(t)]] for t in np.argsort(-weights.numpy(), kind="stable")[:k]]


def plot_text(tokens, attention_weights):
    """A table: an image of the weights with the words in its cells."""
    if (n := len(tokens)) != (m := len(attention_weights)):
        raise ValueError(f"{n} != {m}")
    rows = math.ceil(n / 5)
    cells = np.zeros(rows * 5)
    cells[:n] = np.asarray(attention_weights) / np.max(np.asarray(attention_weights))
    figure = Figure(figsize=(10, 0.45 * rows), layout="constrained")
    ax = figure.add_subplot()
    ax.imshow(cells.reshape(rows, 5), cmap="Greys", vmin=0, vmax=1.4, aspect="auto")
    ax.set_xticks([]), ax.set_yticks([])
    for i, token in enumerate(tokens):
        ax.annotate(
            token,
            (i % 5, i // 5),
            ha="center",
            va="center",
            color="white" if cells[i] > 0.8 else "black",
        )
    return figure
