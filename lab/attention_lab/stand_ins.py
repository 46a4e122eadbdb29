"""Small made-up parts in the place of trained ones: your training step and your search are
judged on these.

None of them learns a language. A search that works on the scripted decoder, with every answer
written in a table, works on your own decoder too; and a mistake in your encoder cannot spoil the
marks of your search.
"""

import torch
from torch import Tensor, nn


class ScriptedEncoder(nn.Module):
    """Looks up, by the first source word, the state in which the scripted decoder starts.

    start (source_vocab_size,) state numbers   n_states: how many states there are"""

    states: Tensor

    def __init__(self, start: Tensor, n_states: int):
        super().__init__()
        self.register_buffer("states", torch.eye(n_states)[start])

    def forward(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """source_ids (B, T_src) -> encoder_outputs (B, T_src, n_states), all ones, and hidden (B,
        n_states), one-hot."""
        hidden = self.states[source_ids[:, 0]]  # (B, n_states)
        return torch.ones(*source_ids.shape, hidden.shape[1]), hidden


class ScriptedDecoder(nn.Module):
    """A decoder with every step written down: a state and an input word lead to the next state.

    logits (n_states, vocab_size)        what is said in a state
    next_state (n_states, vocab_size)    where each input word leads
    place (n_states,)                    the source position looked at in a state"""

    next_state: Tensor
    place: Tensor

    def __init__(self, logits: Tensor, next_state: Tensor, place: Tensor):
        super().__init__()
        self.logits = nn.Parameter(logits)
        self.register_buffer("next_state", next_state)
        self.register_buffer("place", place)

    def forward(
        self, input_ids: Tensor, hidden: Tensor, encoder_outputs: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        """input_ids (B,), hidden (B, n_states) -> logits (B, vocab_size), hidden, attention_weights
        (B, T_src)."""
        state = self.next_state[hidden.argmax(dim=-1), input_ids]  # (B,)
        attention_weights = torch.eye(encoder_outputs.shape[1])[self.place[state]]  # (B, T_src)
        return self.logits[state], torch.eye(hidden.shape[1])[state], attention_weights


class BagEncoder(nn.Module):
    """Word vectors and nothing else; the sentence is the vector of its first word."""

    def __init__(self, vocab_size: int, hidden_size: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)

    def forward(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        encoder_outputs = self.embedding(source_ids)  # (B, T_src, hidden_size)
        return encoder_outputs, encoder_outputs[:, 0]


class BagDecoder(nn.Module):
    """Adds the input word to what was said so far. `scale` multiplies the logits, and so the
    gradients."""

    def __init__(self, vocab_size: int, hidden_size: int, scale: float = 1.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)
        self.scale = scale

    def forward(
        self, input_ids: Tensor, hidden: Tensor, encoder_outputs: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor, Tensor]:
        hidden = torch.tanh(hidden + self.embedding(input_ids))  # (B, hidden_size)
        attention_weights = torch.zeros(encoder_outputs.shape[:2])  # (B, T_src)
        attention_weights[:, 0] = 1
        return self.scale * self.output(hidden), hidden, attention_weights


class MaskTable:
    """Answers like a padding mask, from a table: row n is the mask of a sentence of n words."""

    def __init__(self, rows: Tensor):
        self.rows = rows

    def __call__(self, lengths: Tensor, max_length: int | None = None) -> Tensor:
        lengths = torch.as_tensor(lengths)
        return self.rows[lengths, : int(lengths.max()) if max_length is None else max_length]


class StraightLoss:
    """A made-up loss, straight in the logits: each target word has a row of `table` (vocab_size,
    vocab_size) to multiply with."""

    def __init__(self, table: Tensor):
        self.table = table

    def __call__(self, logits: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
        """logits (B, T, V), target_ids (B, T) -> one number; pad_id is added, so that a wrong one
        shows."""
        return (logits * self.table[target_ids]).mean() + pad_id


class PlainAttention(nn.Module):
    """A simple attention of another kind, so that a decoder can be judged while your own attention
    is unfinished.

    query (B, T_q, query_size)   key (B, T_k, key_size)   value (B, T_k, d_v)
    mask broadcasts to (B, T_q, T_k)"""

    def __init__(self, query_size: int, key_size: int, hidden_size: int):
        super().__init__()
        self.match = nn.Linear(query_size, key_size, bias=False)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        flat = query.dim() == 2
        query = query.unsqueeze(1) if flat else query
        shares = torch.sigmoid(self.match(query) @ key.transpose(1, 2))  # (B, T_q, T_k)
        if mask is not None:
            shares = shares * (mask.unsqueeze(1) if mask.dim() == 2 else mask)
        attention_weights = shares / shares.sum(dim=-1, keepdim=True).clamp_min(1e-9)
        context = attention_weights @ value  # (B, T_q, d_v)
        return (
            (context.squeeze(1), attention_weights.squeeze(1))
            if flat
            else (context, attention_weights)
        )


class CountedAttention:
    """Builds plain attentions, and counts how often these are asked."""

    def __init__(self):
        self.calls = 0

    def __call__(self, query_size: int, key_size: int, hidden_size: int) -> PlainAttention:
        attention = PlainAttention(query_size, key_size, hidden_size)
        attention.register_forward_hook(self._count)
        return attention

    def _count(self, *_: object) -> None:
        self.calls += 1


def share_attention(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
) -> tuple[Tensor, Tensor]:
    """A made-up attention without a softmax, so that what calls an attention can be judged on its
    own: shares of sigmoids.

    query (..., T_q, d)   key (..., T_k, d)   value (..., T_k, d_v)
    mask broadcasts to (..., T_q, T_k)
    Returns context (..., T_q, d_v) and attention_weights (..., T_q, T_k)."""
    attention_weights = share_weights(query @ key.transpose(-2, -1), mask)
    return attention_weights @ value, attention_weights


def share_weights(scores: Tensor, mask: Tensor | None = None) -> Tensor:
    """Made-up weights without a softmax: shares of sigmoids. scores (..., T_q, T_k), mask
    broadcasts to it."""
    shares = torch.sigmoid(scores)
    if mask is not None:
        shares = shares * mask
    return shares / shares.sum(dim=-1, keepdim=True).clamp_min(1e-9)


class PlainPooling(nn.Module):
    """A simple pooling of another kind, so that a classifier can be judged while your own pooling
    is unfinished.

    outputs (B, T, hidden_size)   mask (B, T), True = may attend"""

    def __init__(self, hidden_size: int, attention_size: int):
        super().__init__()
        self.weigh = nn.Linear(hidden_size, 1)

    def forward(self, outputs: Tensor, mask: Tensor) -> tuple[Tensor, Tensor]:
        shares = torch.sigmoid(self.weigh(outputs)).squeeze(-1) * mask  # (B, T)
        attention_weights = shares / shares.sum(dim=-1, keepdim=True).clamp_min(1e-9)
        return (attention_weights.unsqueeze(-1) * outputs).sum(dim=1), attention_weights


class BagClassifier(nn.Module):
    """Answers like a classifier, from the mean of word vectors alone.

    `scale` multiplies the logits, and so the gradients
    `noise` is added to the first class while training"""

    def __init__(self, vocab_size: int, n_classes: int, scale: float = 1.0, noise: float = 0.0):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, n_classes)
        self.scale, self.noise = scale, noise

    def forward(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """token_ids (B, T), lengths (B,) -> logits (B, n_classes) and attention_weights (B, T),
        equal shares."""
        real = (torch.arange(token_ids.shape[1]) < lengths.unsqueeze(1)).float()  # (B, T)
        attention_weights = real / lengths.unsqueeze(1)
        logits = self.scale * (attention_weights.unsqueeze(-1) * self.embedding(token_ids)).sum(
            dim=1
        )
        if self.training:
            logits = logits + self.noise * torch.eye(logits.shape[1])[0]
        return logits, attention_weights


class Climb:
    """Takes the place of an epoch of training: moves the model's first weights by one and
    returns the next loss."""

    def __init__(self, losses: list[float]):
        self.losses = list(losses)
        self.calls = 0

    def __call__(self, model: nn.Module, batches: object, optimizer: object) -> float:
        model.train()
        with torch.no_grad():
            next(model.parameters()).add_(1.0)
        self.calls += 1
        return self.losses[self.calls - 1]


class Scores:
    """Takes the place of a look at the validation data: the next score each time.

    Notes in `seen` the model's first weights at each look, and in `in_training` how often it was
    not in eval mode."""

    def __init__(self, model: nn.Module, scores: list[float]):
        self.model = model
        self.scores = list(scores)
        self.seen: list[Tensor] = []
        self.in_training = 0

    def __call__(self) -> float:
        self.in_training += self.model.training
        self.seen.append(next(self.model.parameters()).detach().clone())
        return self.scores[len(self.seen) - 1]


class ByLength:
    """Stands where class_probabilities would be: made-up probabilities that depend on a text's
    number of characters and on the classifier's first weight alone."""

    def __call__(self, classifier: nn.Module, texts: list[str]) -> Tensor:
        """(len(texts), 2) probabilities."""
        first = float(next(classifier.parameters()).flatten()[0])
        share = torch.tensor([(0.37 * len(text) + first) % 1.0 for text in texts])
        return torch.stack([1 - share, share], dim=-1)
