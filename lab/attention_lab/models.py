"""Plumbing between the parts that students write, and a baseline to compare them with."""

import torch
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence


class TranslationModel(nn.Module):
    """An encoder and a decoder, run by teacher forcing. The parts are the student's; this class
    only connects them.

    encoder(source_ids (B, T_src), lengths (B,)) -> encoder_outputs (B, T_src, key_size), hidden (B,
    hidden_size) decoder(input_ids (B,), hidden, encoder_outputs, mask (B, T_src)) -> logits (B, V),
    hidden, attention_weights (B, T_src)"""

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(
        self, source_ids: Tensor, lengths: Tensor, target_ids: Tensor
    ) -> tuple[Tensor, Tensor]:
        """Predict each target token from the true ones before it.

        source_ids (B, T_src)   lengths (B,)   target_ids (B, T_tgt), from bos to eos, padded
        Returns logits (B, T_tgt-1, V), where position t predicts target_ids[:, t+1],
        and attention_weights (B, T_tgt-1, T_src)."""
        encoder_outputs, hidden = self.encoder(source_ids, lengths)
        mask = torch.zeros(source_ids.shape, dtype=torch.bool, device=source_ids.device)
        for row, length in zip(mask, lengths.tolist(), strict=True):
            row[:length] = True
        steps = []
        for input_ids in target_ids[:, :-1].unbind(dim=1):  # each (B,)
            logits, hidden, attention_weights = self.decoder(
                input_ids, hidden, encoder_outputs, mask
            )
            steps.append((logits, attention_weights))
        logits, attention_weights = zip(*steps, strict=True)
        return torch.stack(logits, dim=1), torch.stack(attention_weights, dim=1)


class LSTMClassifier(nn.Module):
    """The baseline: an LSTM reads the text, and its last hidden state alone says which class it is.

    Seen as attention, all of the weight is on the last token; so it answers in the same form as an
    attention classifier. Parameters: embedding.weight (vocab_size, embedding_size), lstm.*,
    output.weight (n_classes, hidden_size), output.bias."""

    def __init__(
        self,
        vocab_size: int,
        embedding_size: int,
        hidden_size: int,
        n_classes: int,
        pad_id: int,
        dropout: float = 0.4,
    ):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.lstm = nn.LSTM(embedding_size, hidden_size, batch_first=True)
        self.dropout = nn.Dropout(dropout)
        self.output = nn.Linear(hidden_size, n_classes)

    def forward(self, token_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        """token_ids (B, T), padded   lengths (B,), in any order

        Returns logits (B, n_classes) and attention_weights (B, T): 1 at each text's last token, 0
        elsewhere."""
        embedded = self.dropout(self.embedding(token_ids))  # (B, T, embedding_size)
        packed = pack_padded_sequence(
            embedded, lengths.cpu(), batch_first=True, enforce_sorted=False
        )
        _, (hidden, _) = self.lstm(packed)  # (1, B, hidden_size)
        attention_weights = torch.zeros(token_ids.shape, device=token_ids.device)
        attention_weights[torch.arange(len(lengths)), lengths - 1] = 1.0
        return self.output(self.dropout(hidden[-1])), attention_weights
