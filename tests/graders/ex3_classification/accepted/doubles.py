"""float64 and einsum inside, other names, generators, the last state joined to the pooled
vector."""

import numpy as np
import torch
from matplotlib import colors
from matplotlib.figure import Figure
from torch import nn


class AttentionPooling(nn.Module):
    def __init__(self, hidden_size, attention_size):
        super().__init__()
        self.W = nn.Linear(hidden_size, attention_size, bias=True)
        self.v = nn.Linear(attention_size, 1, bias=False)

    def forward(self, outputs, mask):
        h = outputs.double()
        u = torch.tanh(
            torch.einsum("bth,ah->bta", h, self.W.weight.double()) + self.W.bias.double()
        )
        scores = torch.einsum("bta,a->bt", u, self.v.weight[0].double())
        top = scores.masked_fill(~mask, -1e300).amax(dim=1, keepdim=True)
        shares = torch.exp((scores - top).clamp(max=0)) * mask
        weights = shares / shares.sum(dim=1, keepdim=True).clamp_min(1e-300)
        return torch.einsum("bt,bth->bh", weights, h).to(outputs.dtype), weights.to(outputs.dtype)


class AttentionClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, n_classes, pad_id, **more):
        super().__init__()
        self.E = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.R = nn.LSTM(embedding_size, hidden_size, num_layers=1, batch_first=True)
        self.A = AttentionPooling(hidden_size=hidden_size, attention_size=2 * hidden_size)
        self.C = nn.Linear(2 * hidden_size, n_classes)

    def forward(self, token_ids, lengths):
        outputs, _ = self.R(self.E(token_ids))  # one direction only: padding comes after the text
        real = torch.stack([torch.arange(token_ids.shape[1]) < n for n in lengths])
        pooled, weights = self.A(outputs, real)
        last = outputs[torch.arange(len(lengths)), lengths - 1]
        return self.C(torch.cat([pooled, last], dim=-1)), weights


def train_epoch(model, batches, optimizer):
    model.train()
    total = torch.zeros((), dtype=torch.float64)
    count = 0
    for batch in batches:
        model.zero_grad()
        logits = model(batch.token_ids, batch.lengths)[0].double()
        losses = torch.logsumexp(logits, 1) - logits[range(len(logits)), batch.labels]
        losses.mean().backward()
        nn.utils.clip_grad_norm_(list(model.parameters()), 1)
        optimizer.step()
        total += losses.detach().sum()
        count += len(losses)
    return (total / count).item()


def train_and_select(model, batches, optimizer, validate, epochs, patience=2):
    records = []
    for _ in range(epochs):
        loss = train_epoch(model, batches, optimizer)
        model.eval()
        records.append(
            (
                loss,
                validate(),
                {name: value.numpy().copy() for name, value in model.state_dict().items()},
            )
        )
        scores = [score for _, score, _ in records]
        if len(scores) - 1 - int(np.argmax(scores)) >= patience:
            break
    best = records[int(np.argmax(scores))][2]
    model.load_state_dict({name: torch.from_numpy(value) for name, value in best.items()})
    return [loss for loss, _, _ in records], scores


def class_probabilities(classifier, texts):
    parts = [np.zeros((0, 2))]
    with torch.no_grad():
        classifier.eval()
        for start in range(0, len(texts), 32):
            logits, _ = classifier(*encode_sources(texts[start : start + 32], vocabulary))
            parts.append(
                np.exp(logits.double().numpy())
                / np.exp(logits.double().numpy()).sum(axis=1, keepdims=True)
            )
    return torch.from_numpy(np.concatenate(parts))


def predict(texts):
    return (
        list(np.array(LABELS)[class_probabilities(model, texts).numpy().argmax(axis=1)])
        if len(texts)
        else []
    )


def accuracy_against_k(classifier, texts, labels, ks):
    def one(k):
        guesses = class_probabilities(classifier, [bury(text, k) for text in texts])[:, 1] > 0.5
        return float(
            np.mean(
                [
                    bool(guess) == (label == "positive")
                    for guess, label in zip(guesses, labels, strict=False)
                ]
            )
        )

    return list(map(one, ks))


def attend(text):
    with torch.no_grad():
        _, ((*weights,),) = model.eval()(*encode_sources([text], vocabulary))
    return tokenize(text), torch.stack(weights).double()


def top_tokens(text, k):
    tokens, weights = attend(text)
    ranked = sorted(enumerate(tokens), key=lambda pair: weights[pair[0]].item(), reverse=True)
    return ranked[:k]


def plot_text(tokens, attention_weights):
    """One word a line; the ground fades from white to red."""
    weights = np.asarray(attention_weights, dtype=float)
    if weights.shape != (len(tokens),):
        raise ValueError(f"{weights.size} attention weights do not fit {len(tokens)} tokens")
    fade = colors.LinearSegmentedColormap.from_list("fade", ["white", "darkred"])
    figure = Figure(figsize=(4, 0.3 * len(tokens)))
    ax = figure.add_axes([0, 0, 1, 1])
    ax.set_axis_off()
    for line, (token, weight) in enumerate(zip(tokens, weights / weights.max(), strict=False)):
        ax.text(
            0.1,
            1 - (line + 0.5) / len(tokens),
            token,
            transform=ax.transAxes,
            va="center",
            backgroundcolor=fade(weight),
            fontsize=9,
        )
    return figure
