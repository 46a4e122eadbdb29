"""Everything as loops, the way one would do it by hand."""

import math

import torch
from matplotlib.figure import Figure
from torch import nn


class AttentionPooling(nn.Module):
    def __init__(self, hidden_size, attention_size):
        super().__init__()
        self.v = nn.Linear(attention_size, 1, bias=False)
        self.W = nn.Linear(hidden_size, attention_size)

    def forward(self, outputs, mask):
        rows, all_weights = [], []
        for output, real in zip(outputs, mask, strict=False):
            weights = [torch.zeros((), dtype=outputs.dtype)] * len(output)
            places = [t for t in range(len(output)) if real[t]]
            if places:
                scores = torch.stack([self.v(torch.tanh(self.W(output[t])))[0] for t in places])
                shares = torch.exp(scores - scores.max())
                for t, share in zip(places, shares / shares.sum(), strict=False):
                    weights[t] = share
            rows.append(
                sum(weight * vector for weight, vector in zip(weights, output, strict=False))
            )
            all_weights.append(torch.stack(weights))
        return torch.stack(rows), torch.stack(all_weights)


class AttentionClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, n_classes, pad_id):
        super().__init__()
        self.words = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.cell = nn.LSTMCell(embedding_size, hidden_size)
        self.pool = AttentionPooling(hidden_size, 7)
        self.out = nn.Linear(hidden_size, n_classes)

    def forward(self, token_ids, lengths):
        B, T = token_ids.shape
        state, outputs = None, []
        for t in range(T):
            state = self.cell(self.words(token_ids[:, t]), state)
            outputs.append(state[0])
        outputs = torch.stack(outputs, dim=1)
        mask = torch.zeros(B, T, dtype=torch.bool)
        for row, length in enumerate(lengths.tolist()):
            mask[row, :length] = True
        pooled, weights = self.pool(outputs, mask)
        return self.out(pooled), weights


def train_epoch(model, batches, optimizer):
    model.train()
    losses = []
    for token_ids, lengths, labels in batches:
        optimizer.zero_grad()
        log_probabilities = model(token_ids, lengths)[0].log_softmax(dim=-1)
        each = [-row[label] for row, label in zip(log_probabilities, labels.tolist(), strict=False)]
        (sum(each) / len(each)).backward()
        total = math.sqrt(
            sum(float((p.grad**2).sum()) for p in model.parameters() if p.grad is not None)
        )
        for p in model.parameters():
            if p.grad is not None and total > 1:
                p.grad /= total
        optimizer.step()
        losses += [float(one) for one in each]
    return sum(losses) / len(losses)


def train_and_select(model, batches, optimizer, validate, epochs, patience=2):
    losses, scores = [], []
    waiting, kept = 0, None
    while len(scores) < epochs and waiting < patience:
        losses.append(train_epoch(model, batches, optimizer))
        model.eval()
        score = validate()
        if not scores or score > max(scores):
            kept = [p.detach().clone() for p in model.parameters()]
            waiting = 0
        else:
            waiting += 1
        scores.append(score)
    with torch.no_grad():
        for p, good in zip(model.parameters(), kept, strict=False):
            p.copy_(good)
    model.eval()
    return losses, scores


def class_probabilities(classifier, texts):
    classifier.eval()
    rows = [torch.zeros(0, 2)]
    with torch.no_grad():
        for text in texts:
            ids = vocabulary.encode(tokenize(text)) or [vocabulary.unk_id]
            rows.append(
                classifier(torch.tensor([ids]), torch.tensor([len(ids)]))[0].softmax(dim=-1)
            )
    return torch.cat(rows)


def predict(texts):
    answers = []
    for text in texts:
        negative, positive = class_probabilities(model, [text])[0].tolist()
        answers.append("positive" if positive > negative else "negative")
    return answers


def accuracy_against_k(classifier, texts, labels, ks):
    result = []
    for k in ks:
        right = 0
        for text, label in zip(texts, labels, strict=False):
            row = class_probabilities(classifier, [bury(text, k)])[0]
            right += ("positive" if row[1] > row[0] else "negative") == label
        result.append(right / len(texts))
    return result


def attend(text):
    ids = vocabulary.encode(tokenize(text)) or [vocabulary.unk_id]
    model.eval()
    with torch.no_grad():
        return tokenize(text), model(torch.tensor([ids]), torch.tensor([len(ids)]))[1][0]


def top_tokens(text, k):
    tokens, weights = attend(text)
    left, found = list(range(len(tokens))), []
    while left and len(found) < k:
        best = max(left, key=lambda t: float(weights[t]))
        left.remove(best)
        found.append((best, tokens[best]))
    return found


def plot_text(tokens, attention_weights):
    """One Axes for each line, eight words each."""
    if len(tokens) != len(attention_weights):
        raise ValueError(f"there are {len(tokens)} tokens, but {len(attention_weights)} weights")
    lines = -(-len(tokens) // 8)
    figure = Figure(figsize=(14, 0.6 * lines))
    for i, token in enumerate(tokens):
        grey = 1 - 0.8 * float(attention_weights[i]) / float(max(attention_weights))
        figure.text(
            0.01 + (i % 8) / 8.2,
            1 - (i // 8 + 0.5) / lines,
            token,
            fontsize=10,
            va="center",
            color="black" if grey > 0.5 else "white",
            bbox={"facecolor": str(grey), "edgecolor": "none"},
        )
    return figure
