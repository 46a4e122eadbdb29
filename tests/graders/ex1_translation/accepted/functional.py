# einsum, functional calls, a decoder with the attention inside, and a beam search over the whole
# batch.
import torch
import torch.nn.functional as F
from torch import Tensor, einsum, nn, no_grad
from torch.nn.utils import clip_grad_norm_
from torch.nn.utils.rnn import (
    pad_sequence,
)


def padding_mask(lengths: Tensor, max_length: int) -> Tensor:
    return torch.ones(len(lengths), max_length).cumsum(dim=1) <= lengths[:, None]


def additive(
    W_query: Tensor, W_key: Tensor, v: Tensor, query: Tensor, key: Tensor, mask: Tensor | None
) -> Tensor:
    scores = einsum(
        "bqkh,h->bqk",
        (F.linear(query, W_query)[:, :, None] + F.linear(key, W_key)[:, None]).tanh(),
        v[0],
    )
    if mask is None:
        return F.softmax(scores, dim=2)
    return F.softmax(torch.where(mask, scores, -torch.inf), dim=2).nan_to_num(0.0)


class AdditiveAttention(nn.Module):
    def __init__(self, query_size: int, key_size: int, hidden_size: int, *, bias: bool = False):
        super().__init__()
        self.W_query, self.W_key = (
            nn.Linear(query_size, hidden_size, bias),
            nn.Linear(key_size, hidden_size, bias),
        )
        self.v = nn.Linear(hidden_size, 1, bias)

    def forward(
        self, query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None = None
    ) -> tuple[Tensor, Tensor]:
        weights = additive(self.W_query.weight, self.W_key.weight, self.v.weight, query, key, mask)
        return einsum("bqk,bkd->bqd", weights, value), weights


class Encoder(nn.Module):
    """Two GRUs; the second one reads each sentence turned round."""

    def __init__(self, vocab_size: int, embedding_size: int, hidden_size: int, pad_id: int):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.left_to_right = nn.GRU(embedding_size, hidden_size, batch_first=True)
        self.right_to_left = nn.GRU(embedding_size, hidden_size, batch_first=True)

    def forward(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor]:
        T = source_ids.shape[1]
        positions = torch.arange(T)[None]
        turned = torch.where(
            positions < lengths[:, None], lengths[:, None] - 1 - positions, positions
        )
        mask = padding_mask(lengths, T)[..., None]
        embedded = self.embedding(source_ids)
        left, _ = self.left_to_right(embedded)
        right, _ = self.right_to_left(embedded.gather(1, turned[..., None].expand_as(embedded)))
        last = (lengths - 1)[:, None, None].expand(-1, 1, left.shape[2])
        hidden = (left.gather(1, last) + right.gather(1, last))[:, 0]
        outputs = torch.cat([left, right.gather(1, turned[..., None].expand_as(right))], dim=2)
        return outputs * mask, hidden


class AttentionDecoder(nn.Module):
    """The attention is written out here; only its parameters are the layer's."""

    def __init__(
        self, vocab_size: int, embedding_size: int, hidden_size: int, key_size: int, pad_id: int
    ):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.gru = nn.GRU(embedding_size + key_size, hidden_size)
        self.attention = AdditiveAttention(hidden_size, key_size, hidden_size)
        self.combine = nn.Linear(hidden_size + key_size, hidden_size)
        self.output = nn.Linear(hidden_size, vocab_size)

    def forward(
        self, input_ids: Tensor, hidden: Tensor, encoder_outputs: Tensor, mask: Tensor
    ) -> tuple[Tensor, ...]:
        weights = additive(
            self.attention.W_query.weight,
            self.attention.W_key.weight,
            self.attention.v.weight,
            hidden[:, None],
            encoder_outputs,
            mask[:, None],
        )
        context = einsum("bqk,bkd->bd", weights, encoder_outputs)
        read = torch.cat([self.embedding(input_ids), context], 1)
        _, new = self.gru(read[None], hidden[None].contiguous())
        return (
            F.log_softmax(self.output(self.combine(torch.cat([new[0], context], 1)).tanh()), -1),
            new[0],
            weights[:, 0],
        )


def sequence_loss(logits: Tensor, target_ids: Tensor, pad_id: int) -> Tensor:
    return F.cross_entropy(logits.transpose(1, 2), target_ids, ignore_index=pad_id)


def train_step(model: nn.Module, batch, optimizer, pad_id: int) -> float:
    def closure() -> Tensor:
        optimizer.zero_grad(set_to_none=False)
        logits = model(*batch)[0]
        loss = F.nll_loss(
            logits.log_softmax(-1).flatten(0, 1),
            batch.target_ids[:, 1:].flatten(),
            ignore_index=pad_id,
        )
        loss.backward()
        clip_grad_norm_(model.parameters(), 0.5)
        return loss

    return optimizer.step(closure).item()


@no_grad()
def greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length):
    """The whole prefix through the model at every step: wasteful, and right."""
    target_ids = torch.full((len(source_ids), 1), bos_id)
    for _ in range(max_length):
        logits, weights = model(source_ids, lengths, F.pad(target_ids, (0, 1)))
        target_ids = torch.cat([target_ids, logits[:, -1:].argmax(-1)], dim=1)
        if (target_ids == eos_id).any(dim=1).all():
            break
    return target_ids[:, 1:], weights


@no_grad()
def score_of(model, source_ids, lengths, target_ids, bos_id, eos_id):
    logits, weights = model(source_ids, lengths, F.pad(target_ids, (1, 0), value=bos_id))
    steps = logits.log_softmax(-1).gather(2, target_ids[..., None])[..., 0]
    before_end = (target_ids == eos_id).cumsum(1) - (target_ids == eos_id).int() == 0
    return (steps * before_end).sum(1), weights


@no_grad()
def sequence_score(model, source_ids, lengths, target_ids, bos_id, eos_id):
    return score_of(model, source_ids, lengths, target_ids, bos_id, eos_id)[0]


@no_grad()
def beam_decode(model, source_ids, lengths, bos_id, eos_id, max_length, beam_size):
    B = len(source_ids)
    found = []
    for b in range(B):
        source, length = source_ids[b : b + 1], lengths[b : b + 1]
        beams, done = (
            torch.zeros(1, 0, dtype=torch.long),
            [greedy_decode(model, source, length, bos_id, eos_id, max_length)[0][0]],
        )
        for _ in range(max_length):
            n = len(beams)
            logits, _ = model(
                source.expand(n, -1),
                length.expand(n),
                F.pad(F.pad(beams, (1, 0), value=bos_id), (0, 1)),
            )
            every = torch.cat(
                [
                    beams.repeat_interleave(logits.shape[-1], 0),
                    torch.arange(logits.shape[-1]).repeat(n)[:, None],
                ],
                dim=1,
            )
            scores, _ = score_of(
                model,
                source.expand(len(every), -1),
                length.expand(len(every)),
                every,
                bos_id,
                eos_id,
            )
            beams = every[scores.topk(min(beam_size, len(every))).indices]
            done += [beam for beam in beams if beam[-1] == eos_id or len(beam) == max_length]
            beams = beams[beams[:, -1] != eos_id]
            if not len(beams):
                break
        scores = [
            score_of(model, source, length, ids[None], bos_id, eos_id)[0].item() for ids in done
        ]
        found.append(done[max(range(len(done)), key=scores.__getitem__)])
    target_ids = pad_sequence(found, batch_first=True, padding_value=eos_id)
    return target_ids, score_of(model, source_ids, lengths, target_ids, bos_id, eos_id)[1]
