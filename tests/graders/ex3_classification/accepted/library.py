"""torch's own modules wherever there is one; a bidirectional LSTM; rectangles in the picture."""

import copy

import torch
import torch.nn.functional as F
from matplotlib import pyplot as plt
from matplotlib.patches import Rectangle
from torch import nn
from torch.nn.utils.rnn import (
    pack_padded_sequence,
    pad_packed_sequence,
    pad_sequence,
)
from torch.utils.data import DataLoader


class AttentionPooling(nn.Module):
    def __init__(self, hidden_size: int, attention_size: int):
        super().__init__()
        self.W = nn.Linear(hidden_size, attention_size)
        self.v = nn.Linear(attention_size, 1, bias=False)
        nn.init.xavier_uniform_(self.W.weight)

    def forward(self, outputs, mask):
        keys = torch.tanh(self.W(outputs))
        query = self.v.weight.unsqueeze(0).expand(len(outputs), 1, -1)
        blocked = (
            torch.zeros_like(mask, dtype=outputs.dtype)
            .masked_fill(~mask, float("-inf"))
            .unsqueeze(1)
        )
        weights = torch.nan_to_num(
            torch.softmax(torch.baddbmm(blocked, query, keys.transpose(1, 2)), dim=2)
        )
        return torch.bmm(weights, outputs)[:, 0], weights[:, 0]


class AttentionClassifier(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, n_classes, pad_id):
        super().__init__()
        self.embed = nn.Sequential(
            nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id), nn.Dropout(0.3)
        )
        self.rnn = nn.LSTM(embedding_size, hidden_size, bidirectional=True, batch_first=True)
        self.attention = AttentionPooling(2 * hidden_size, hidden_size)
        self.head = nn.Sequential(
            nn.LayerNorm(2 * hidden_size),
            nn.Linear(2 * hidden_size, hidden_size),
            nn.ReLU(),
            nn.Linear(hidden_size, n_classes),
        )
        self.drop = nn.Dropout(0.5)

    def forward(self, token_ids, lengths):
        lengths_sorted, order = lengths.sort(descending=True)
        packed = pack_padded_sequence(
            self.embed(token_ids[order]), lengths_sorted, batch_first=True
        )
        outputs, _ = pad_packed_sequence(
            self.rnn(packed)[0], batch_first=True, total_length=token_ids.size(1)
        )
        outputs = outputs[order.argsort()]
        mask = torch.arange(token_ids.size(1))[None, :].lt(lengths[:, None])
        pooled, weights = self.attention(outputs, mask)
        return self.head(self.drop(pooled)), weights


def train_epoch(model, batches, optimizer) -> float:
    model.train(True)
    criterion, running, seen = nn.CrossEntropyLoss(), 0.0, 0
    for batch in batches:
        logits, _ = model(batch.token_ids, batch.lengths)
        loss = criterion(logits, batch.labels)
        for group in optimizer.param_groups:
            for parameter in group["params"]:
                parameter.grad = None
        loss.backward()
        torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
        optimizer.step()
        n = batch.labels.numel()
        running, seen = running + float(loss) * n, seen + n
    return running / seen


def train_and_select(model, batches, optimizer, validate, epochs, patience=2):
    history = {"loss": [], "score": []}
    best, best_score, best_epoch = copy.deepcopy(model.state_dict()), float("-inf"), 0
    for epoch in range(1, epochs + 1):
        history["loss"].append(train_epoch(model, batches, optimizer))
        model.train(False)
        score = float(validate())
        history["score"].append(score)
        if score > best_score:
            best, best_score, best_epoch = copy.deepcopy(model.state_dict()), score, epoch
        elif epoch - best_epoch >= patience:
            break
    model.load_state_dict(best)
    model.train(False)
    return history["loss"], history["score"]


@torch.inference_mode()
def class_probabilities(classifier, texts):
    if len(texts) == 0:
        return torch.empty(0, len(LABELS))
    classifier.eval()

    def collate(some):
        rows = [
            torch.tensor(vocabulary.encode(tokenize(text)) or [vocabulary.unk_id]) for text in some
        ]
        return pad_sequence(rows, batch_first=True, padding_value=PAD), torch.tensor(
            [len(row) for row in rows]
        )

    return torch.cat(
        [
            F.softmax(classifier(*batch)[0], dim=1)
            for batch in DataLoader(list(texts), 64, collate_fn=collate)
        ]
    )


def predict(texts):
    return (
        [LABELS[i] for i in class_probabilities(model, texts).max(dim=1).indices] if texts else []
    )


def accuracy_against_k(classifier, texts, labels, ks):
    wanted = torch.tensor([LABELS.index(label) for label in labels])
    return [
        (class_probabilities(classifier, [bury(text, k) for text in texts]).argmax(1) == wanted)
        .float()
        .mean()
        .item()
        for k in ks
    ]


@torch.inference_mode()
def attend(text):
    model.eval()
    weights = model(*encode_sources([text], vocabulary))[1]
    return tokenize(text), weights.squeeze(0)


def top_tokens(text, k):
    tokens, weights = attend(text)
    _, places = torch.topk(weights, min(k, len(tokens)))
    return [(int(place), tokens[place]) for place in places]


def plot_text(tokens, attention_weights):
    """Rectangles with letters on them."""
    weights = torch.as_tensor(attention_weights)
    if len(tokens) != len(weights):
        raise ValueError("tokens: %d, weights: %d" % (len(tokens), len(weights)))
    scaled = weights / weights.max()
    rows = (len(tokens) + 5) // 6
    figure, ax = plt.subplots(figsize=(12, 0.5 * rows + 0.6))
    ax.set_title("attention")
    ax.set_xlim(0, 6)
    ax.set_ylim(rows, 0)
    ax.axis("off")
    for i, (token, weight) in enumerate(zip(tokens, scaled.tolist(), strict=False)):
        ax.add_patch(Rectangle((i % 6, i // 6), 1, 1, color=plt.cm.Reds(weight)))
        ax.text(
            i % 6 + 0.5,
            i // 6 + 0.5,
            token,
            ha="center",
            va="center",
            color="w" if weight > 0.6 else "k",
        )
    plt.close(figure)
    return figure
