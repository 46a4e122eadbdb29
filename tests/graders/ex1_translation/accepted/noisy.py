# An honest notebook that prints, warns, computes in float64, and defines helpers and dataclasses of
# its own.
import dataclasses
import sys
import warnings

import numpy as np
import torch
import torch.nn as nn


@dataclasses.dataclass
class Settings:
    clip: float = 0.25


def shout(*words):
    print(*words)
    print(*words, file=sys.stderr)
    warnings.warn("something is deprecated", DeprecationWarning)


def padding_mask(lengths, max_length):
    shout("mask", lengths, max_length)
    return torch.from_numpy(np.arange(max_length)[None, :] < lengths.numpy()[:, None])


class AdditiveAttention(nn.Module):
    def __init__(self, query_size, key_size, hidden_size, verbose=True, eps=0.0):
        super().__init__()
        self.W_query = nn.Linear(query_size, hidden_size, bias=False)
        self.W_key = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)
        for layer in (self.W_query, self.W_key, self.v):
            nn.init.xavier_uniform_(layer.weight)
        self.verbose = verbose

    def scores(self, query, key):
        q, k = self.W_query(query).double(), self.W_key(key).double()
        return torch.stack(
            [
                self.v.weight.double()[0].matmul(torch.tanh(q[:, i, None] + k).transpose(1, 2))
                for i in range(q.shape[1])
            ],
            1,
        )

    def forward(self, query, key, value, mask=None):
        shout("attention", query.shape)
        e = self.scores(query, key)
        keep = torch.ones_like(e) if mask is None else mask.expand_as(e).double()
        e = e - e.max(dim=-1, keepdim=True).values.detach()
        # scores far below an excluded maximum must not vanish
        e = torch.where(keep.bool(), e, torch.full_like(e, -1e30))
        e = e - e.max(dim=-1, keepdim=True).values.detach()
        share = e.exp() * keep
        weights = share / share.sum(dim=-1, keepdim=True).clamp(min=1e-12)
        return torch.bmm(weights, value.double()), weights


class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, pad_id, dropout=0.1):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.rnn = nn.GRU(embedding_size, hidden_size, bidirectional=True)
        self.drop = nn.Dropout(dropout)

    def forward(self, source_ids, lengths):
        shout("encoder")
        order = lengths.argsort(descending=True)
        back = order.argsort()
        x = self.drop(self.emb(source_ids[order])).transpose(0, 1)
        packed = nn.utils.rnn.pack_padded_sequence(x, lengths[order].tolist())
        out, h = self.rnn(packed)
        out, _ = nn.utils.rnn.pad_packed_sequence(
            out, total_length=source_ids.size(1), padding_value=7.0
        )
        return out.transpose(0, 1)[back], h.mean(0)[back]


class AttentionDecoder(nn.Module):
    def __init__(
        self, vocab_size, embedding_size, hidden_size, key_size, pad_id, dropout=0.1, tie=False
    ):
        super().__init__()
        self.emb = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.att = AdditiveAttention(
            hidden_size + embedding_size, key_size, 2 * hidden_size, verbose=False
        )
        self.rnn = nn.GRUCell(embedding_size + key_size, hidden_size)
        self.out = nn.Sequential(
            nn.Linear(embedding_size + hidden_size + key_size, hidden_size),
            nn.Tanh(),
            nn.Dropout(dropout),
            nn.Linear(hidden_size, vocab_size),
        )

    def forward(self, input_ids, hidden, encoder_outputs, mask):
        shout("decoder")
        word = self.emb(input_ids)
        query = torch.cat([hidden, word], dim=1)[:, None]
        context, weights = self.att(query, encoder_outputs, encoder_outputs, mask[:, None])
        context = context[:, 0].to(word.dtype)
        hidden = self.rnn(torch.cat([word, context], dim=1), hidden)
        return self.out(torch.cat([word, hidden, context], dim=1)), hidden, weights[:, 0]


def sequence_loss(logits, target_ids, pad_id):
    shout("loss")
    weight = torch.ones(logits.size(-1), dtype=torch.float64)
    weight[pad_id] = 0
    return nn.CrossEntropyLoss(weight=weight)(
        logits.reshape(-1, logits.size(-1)).double(), target_ids.reshape(-1)
    )


def train_step(model, batch, optimizer, pad_id, settings=Settings()):
    model.train()
    shout("step")
    source_ids, lengths, target_ids = batch
    logits, attention_weights = model(source_ids, lengths, target_ids)
    loss = sequence_loss(logits, target_ids[:, 1:], pad_id)
    optimizer.zero_grad()
    loss.backward()
    nn.utils.clip_grad_norm_(list(model.parameters()), settings.clip)
    optimizer.step()
    return loss.detach().numpy().item()


def run(model, source_ids, lengths):
    model.eval()
    outputs, hidden = model.encoder(source_ids, lengths)
    return outputs, hidden, padding_mask(lengths, source_ids.size(1))


def greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length):
    with torch.inference_mode():
        outputs, hidden, mask = run(model, source_ids, lengths)
        B = source_ids.size(0)
        ids = torch.full((B, max_length), eos_id)
        maps = torch.zeros(B, max_length, source_ids.size(1))
        last, going = torch.tensor([bos_id] * B), torch.ones(B, dtype=torch.bool)
        for t in range(max_length):
            logits, hidden, maps[:, t] = model.decoder(last, hidden, outputs, mask)
            last = torch.where(going, logits.topk(1).indices[:, 0], eos_id)
            ids[:, t] = last
            going &= last != eos_id
        return ids, maps


def beam_decode(
    model, source_ids, lengths, bos_id, eos_id, max_length, beam_size, length_penalty=0.0
):
    with torch.inference_mode():
        B, T_src, K = source_ids.size(0), source_ids.size(1), beam_size
        greedy_ids, greedy_maps = greedy_decode(
            model, source_ids, lengths, bos_id, eos_id, max_length
        )
        outputs, hidden, mask = run(model, source_ids, lengths)
        ids, maps = greedy_ids.clone(), greedy_maps.clone()
        for b in range(B):
            states, scores = hidden[b].repeat(K, 1), torch.full((K,), -1e9)
            scores[0] = 0
            words, rows = torch.full((K, 1), bos_id), torch.zeros(K, 0, T_src)
            o, m = outputs[b].repeat(K, 1, 1), mask[b].repeat(K, 1)
            best, best_score = (
                None,
                score(
                    model,
                    outputs[b : b + 1],
                    hidden[b : b + 1],
                    mask[b : b + 1],
                    greedy_ids[b],
                    bos_id,
                    eos_id,
                ),
            )
            for t in range(max_length):
                logits, states, weights = model.decoder(words[:, -1], states, o, m)
                total = scores[:, None] + logits.log_softmax(1)
                scores, flat = total.view(-1).topk(K)
                origin, word = (
                    flat.div(logits.size(1), rounding_mode="floor"),
                    flat % logits.size(1),
                )
                states = states[origin]
                words = torch.cat([words[origin], word[:, None]], 1)
                rows = torch.cat([rows[origin], weights[origin][:, None].float()], 1)
                for k in range(K):
                    if (word[k] == eos_id or t == max_length - 1) and scores[k] > best_score:
                        best, best_score = (words[k, 1:], rows[k]), scores[k].item()
                scores = torch.where(word == eos_id, torch.tensor(-1e9), scores)
            if best:
                ids[b], maps[b] = eos_id, 0
                ids[b, : len(best[0])], maps[b, : len(best[0])] = best
        return ids, maps


def score(model, outputs, hidden, mask, ids, bos_id, eos_id):
    total, last = 0.0, bos_id
    for word in ids.tolist():
        logits, hidden, _ = model.decoder(torch.tensor([last]), hidden, outputs, mask)
        total, last = total + logits.log_softmax(1)[0, word].item(), word
        if word == eos_id:
            break
    return total
