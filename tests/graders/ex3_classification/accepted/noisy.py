"""A student who prints, warns, keeps notes and writes type hints everywhere, and is right."""

import os
import sys
import warnings
from dataclasses import dataclass, field

import matplotlib.pyplot as plt
import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

warnings.warn("this notebook is old", DeprecationWarning)


@dataclass
class Notes:
    """Helpers may be of any kind."""

    lines: list[str] = field(default_factory=list)

    def __call__(self, *words: object) -> None:
        self.lines.append(" ".join(map(str, words)))
        print(*words)
        print(*words, file=sys.stderr)
        os.write(2, b"[W] from C++: something is deprecated\n")


note = Notes()


class AttentionPooling(torch.nn.Module):
    def __init__(self, hidden_size: int, attention_size: int) -> None:
        super().__init__()
        note("making a pooling of", hidden_size, attention_size)
        self.W = torch.nn.Linear(in_features=hidden_size, out_features=attention_size)
        self.v = torch.nn.Linear(in_features=attention_size, out_features=1, bias=False)

    def forward(self, outputs: torch.Tensor, mask: torch.Tensor):
        note("pooling", outputs.shape)
        warnings.warn("attention is not all you need")
        u = torch.tanh(outputs @ self.W.weight.T + self.W.bias)
        scores = torch.matmul(u, self.v.weight[0])
        scores[mask.logical_not()] = -torch.inf
        alpha = scores.softmax(1)
        alpha = torch.where(alpha.isnan(), torch.zeros_like(alpha), alpha)
        return torch.matmul(outputs.transpose(1, 2), alpha.unsqueeze(2)).squeeze(2), alpha


class AttentionClassifier(nn.Module):
    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        n_classes: int,
        pad_id: int,
        p: float = 0.1,
    ) -> None:
        super().__init__()
        self.pad_id = pad_id
        self.layers = nn.ModuleDict(
            {
                "words": nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id),
                "reader": nn.LSTM(embedding_size, hidden_size),
                "pool": AttentionPooling(hidden_size, hidden_size // 2),
                "judge": nn.Linear(hidden_size, n_classes),
            }
        )
        self.drop = nn.Dropout(p)

    def forward(self, token_ids: torch.Tensor, lengths: torch.Tensor):
        note("reading", tuple(token_ids.shape))
        x = self.drop(self.layers["words"](token_ids.T))  # (T, B, E), time first
        packed = pack_padded_sequence(x, lengths.tolist(), enforce_sorted=False)
        outputs, n = pad_packed_sequence(
            self.layers["reader"](packed)[0], total_length=len(token_ids.T)
        )
        steps = torch.arange(len(token_ids.T)).repeat(len(token_ids), 1)
        pooled, alpha = self.layers["pool"](
            outputs.permute(1, 0, 2).contiguous(), steps < n[:, None]
        )
        return self.layers["judge"](self.drop(pooled)), alpha


def train_epoch(model: nn.Module, batches, optimizer) -> float:
    model.train()
    result = {"loss": 0.0, "n": 0}
    for i, batch in enumerate(batches):
        note("batch", i)
        with torch.enable_grad():
            out = model(batch.token_ids, batch.lengths)[0]
            loss = nn.functional.cross_entropy(out, batch.labels, reduction="sum")
        optimizer.zero_grad()
        (loss / len(out)).backward()
        nn.utils.clip_grad_norm_(model.parameters(), max_norm=1)
        optimizer.step()
        result["loss"] += loss.detach().item()
        result["n"] += len(out)
    return result["loss"] / result["n"]


def train_and_select(model, batches, optimizer, validate, epochs, patience=2):
    losses, scores, states = [], [], []
    best_at = lambda: scores.index(max(scores))
    while len(scores) < epochs and (not scores or len(scores) - 1 - best_at() < patience):
        losses.append(train_epoch(model, batches, optimizer))
        model.eval()
        with torch.no_grad():
            scores.append(validate())
        states.append({name: torch.clone(tensor) for name, tensor in model.state_dict().items()})
        note("epoch", len(scores), losses[-1], scores[-1])
    model.load_state_dict(states[best_at()])
    return losses, scores


def class_probabilities(classifier, texts):
    note("asked about", len(texts))
    if not texts:
        return torch.zeros((0, 2))
    with torch.no_grad():
        ids, lengths = encode_sources(texts, vocabulary)
        chunks = [
            classifier.eval()(ids[i : i + 50], lengths[i : i + 50])[0]
            for i in range(0, len(texts), 50)
        ]
    return torch.nn.Softmax(dim=1)(torch.concat(chunks))


def predict(texts: list[str]) -> list[str]:
    table = {0: "negative", 1: "positive"}
    return [table[i.item()] for i in torch.argmax(class_probabilities(model, texts), 1)]


def accuracy_against_k(classifier, texts, labels, ks):
    all_of_them = {k: [bury(text, k) for text in texts] for k in set(ks)}
    right = {
        k: sum(
            (row[1] > row[0]).item() == (label == "positive")
            for row, label in zip(class_probabilities(classifier, some), labels, strict=False)
        )
        for k, some in all_of_them.items()
    }
    note(right)
    return [right[k] / len(labels) for k in ks]


def attend(text):
    token_ids, lengths = encode_sources([text], vocabulary)
    alpha = model.eval()(token_ids, lengths)[1].detach().numpy()
    plt.figure()  # looked at it, and never closed it
    return tuple(tokenize(text)), torch.tensor(alpha[0])


def top_tokens(text, k):
    tokens, alpha = attend(text)
    order = [int(i) for i in alpha.sort(descending=True, stable=True).indices]
    note("looking at", [tokens[i] for i in order[:k]])
    return list(zip(order, (tokens[i] for i in order), strict=False))[:k]


def plot_text(tokens, attention_weights):
    """Words side by side as wide as they are, measured by the renderer."""
    assert all(isinstance(token, str) for token in tokens)
    if len(attention_weights) - len(tokens):
        raise ValueError("%d tokens but %d weights" % (len(tokens), len(attention_weights)))
    figure, axes = plt.subplots(figsize=(9, 6))
    axes.axis("off")
    renderer = figure.canvas.get_renderer()
    x, y, most = 0.0, 0.98, float(max(attention_weights))
    for token, weight in zip(tokens, attention_weights, strict=False):
        shade = float(weight) / most
        text = axes.text(
            x,
            y,
            token,
            fontsize=10,
            va="top",
            color="white" if shade > 0.6 else "black",
            bbox={
                "facecolor": (1 - shade, 1 - 0.7 * shade, 1 - 0.5 * shade),
                "edgecolor": "none",
                "pad": 1,
            },
        )
        box = text.get_window_extent(renderer).transformed(axes.transData.inverted())
        if box.x1 > 1:
            x, y = 0.0, y - 0.08
            text.set_position((x, y))
        x += box.width + 0.02
    return figure
