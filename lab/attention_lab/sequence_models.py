"""Two models that answer sequence tasks with an attention plugged in: one recurrent, one of
self-attention alone.

The attention is yours; everything else is the same for each mechanism, so that a difference is the
mechanism's.
"""

from collections.abc import Callable

import torch
from torch import Tensor, nn

from attention_lab.sequence_tasks import N_SYMBOLS, VOCAB_SIZE

# (query, key, value) -> (context, attention_weights)
Attention = Callable[[Tensor, Tensor, Tensor], tuple[Tensor, Tensor]]


class RecurrentModel(nn.Module):
    """A GRU reads, another one answers; at each answer the attention looks back at what was read
    (Luong et al. 2015).

    attention: (query (B, T, H), key (B, T_src, H), value (B, T_src, H)) -> context (B, T, H),
    weights; None = no attention, then the context is 0 and all that is known of the source is the
    reader's last state."""

    def __init__(
        self, attention: Attention | None, hidden_size: int = 64, embedding_size: int = 32
    ):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB_SIZE, embedding_size)
        self.reader = nn.GRU(embedding_size, hidden_size, batch_first=True)
        self.writer = nn.GRU(embedding_size, hidden_size, batch_first=True)
        self.attention = attention
        self.join = nn.Linear(2 * hidden_size, hidden_size)
        self.output = nn.Linear(hidden_size, N_SYMBOLS)

    def forward(self, source_ids: Tensor, cue_ids: Tensor) -> tuple[Tensor, Tensor | None]:
        """source_ids (B, T_src), cue_ids (B, T) -> logits (B, T, N_SYMBOLS), attention_weights (B,
        T, T_src) or None."""
        encoder_outputs, last = self.reader(self.embedding(source_ids))  # (B, T_src, H), (1, B, H)
        states, _ = self.writer(self.embedding(cue_ids), last)  # (B, T, H)
        if self.attention is None:
            context, attention_weights = torch.zeros_like(states), None
        else:
            context, attention_weights = self.attention(states, encoder_outputs, encoder_outputs)
        joined = torch.tanh(self.join(torch.cat([states, context], dim=-1)))  # (B, T, H)
        return self.output(joined), attention_weights


class SelfAttentionModel(nn.Module):
    """No recurrence: source and cues stand in one row, and every position attends to every
    position.

    make_attention() -> an attention of size d_model, asked once per layer
    positional_encoding(T, d_model) -> (T, d_model). Source and cues are both numbered from 0."""

    def __init__(
        self,
        make_attention: Callable[[], Attention],
        positional_encoding: Callable[[int, int], Tensor],
        d_model: int = 64,
        n_layers: int = 2,
    ):
        super().__init__()
        self.embedding = nn.Embedding(VOCAB_SIZE, d_model)
        self.asked = nn.Parameter(torch.randn(d_model))  # marks the cues
        self.layers = nn.ModuleList(
            SelfAttentionLayer(make_attention(), d_model) for _ in range(n_layers)
        )
        self.output = nn.Linear(d_model, N_SYMBOLS)
        self.positional_encoding = positional_encoding

    def forward(self, source_ids: Tensor, cue_ids: Tensor) -> tuple[Tensor, Tensor]:
        """source_ids (B, T_src), cue_ids (B, T) -> logits (B, T, N_SYMBOLS) and the last layer's
        weights at the cues."""
        T_src, T = source_ids.shape[1], cue_ids.shape[1]
        positions = self.positional_encoding(max(T_src, T), self.asked.shape[0])
        x = torch.cat(
            [
                self.embedding(source_ids) + positions[:T_src],
                # (B, T_src + T, d_model)
                self.embedding(cue_ids) + self.asked + positions[:T],
            ],
            dim=1,
        )
        for layer in self.layers:
            x, attention_weights = layer(x)
        return self.output(x[:, T_src:]), attention_weights[..., T_src:, :]


class SelfAttentionLayer(nn.Module):
    """Attention, then a small network at each position; both are added to what was there."""

    def __init__(self, attention: Attention, d_model: int):
        super().__init__()
        self.attention = attention
        self.before_attention = nn.LayerNorm(d_model)
        self.before_network = nn.LayerNorm(d_model)
        self.network = nn.Sequential(
            nn.Linear(d_model, 2 * d_model), nn.ReLU(), nn.Linear(2 * d_model, d_model)
        )

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        """x (B, T, d_model) -> the same shape, and the attention weights."""
        normed = self.before_attention(x)
        context, attention_weights = self.attention(normed, normed, normed)
        x = x + context
        return x + self.network(self.before_network(x)), attention_weights


class MonotonicAttention:
    """Looks at position t in step t, through a window: nothing is learned and nothing is compared.

    window(center (B, T_q), length, sigma) -> (B, T_q, length)"""

    def __init__(self, window: Callable[[Tensor, int, float], Tensor], sigma: float = 0.5):
        self.window = window
        self.sigma = sigma

    def __call__(self, query: Tensor, key: Tensor, value: Tensor) -> tuple[Tensor, Tensor]:
        """query (B, T_q, d), key (B, T_k, d), value (B, T_k, d_v) -> context (B, T_q, d_v), weights
        (B, T_q, T_k)."""
        center = torch.arange(query.shape[1], dtype=query.dtype).expand(query.shape[:2])  # (B, T_q)
        window = self.window(center, key.shape[1], self.sigma)  # (B, T_q, T_k)
        attention_weights = window / window.sum(dim=-1, keepdim=True)
        return attention_weights @ value, attention_weights
