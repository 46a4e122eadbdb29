"""Plumbing between the parts that students write."""

import torch
from torch import Tensor, nn


class TranslationModel(nn.Module):
    """An encoder and a decoder, run by teacher forcing. The parts are the student's; this class only connects them.

    encoder(source_ids (B, T_src), lengths (B,)) -> encoder_outputs (B, T_src, key_size), hidden (B, hidden_size)
    decoder(input_ids (B,), hidden, encoder_outputs, mask (B, T_src)) -> logits (B, V), hidden, attention_weights (B, T_src)"""

    def __init__(self, encoder: nn.Module, decoder: nn.Module):
        super().__init__()
        self.encoder = encoder
        self.decoder = decoder

    def forward(self, source_ids: Tensor, lengths: Tensor, target_ids: Tensor) -> tuple[Tensor, Tensor]:
        """Predict each target token from the true ones before it.

        source_ids (B, T_src)   lengths (B,)   target_ids (B, T_tgt), from bos to eos, padded
        Returns logits (B, T_tgt-1, V), where position t predicts target_ids[:, t+1],
        and attention_weights (B, T_tgt-1, T_src)."""
        encoder_outputs, hidden = self.encoder(source_ids, lengths)
        mask = torch.zeros(source_ids.shape, dtype=torch.bool, device=source_ids.device)
        for row, length in zip(mask, lengths.tolist()):
            row[:length] = True
        steps = []
        for input_ids in target_ids[:, :-1].unbind(dim=1):                              # each (B,)
            logits, hidden, attention_weights = self.decoder(input_ids, hidden, encoder_outputs, mask)
            steps.append((logits, attention_weights))
        logits, attention_weights = zip(*steps)
        return torch.stack(logits, dim=1), torch.stack(attention_weights, dim=1)
