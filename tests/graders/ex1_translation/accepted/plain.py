import torch
import torch.nn as nn
import torch.nn.functional as F
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence


def padding_mask(lengths, max_length):
    return torch.arange(max_length).unsqueeze(0) < lengths.unsqueeze(1)


class AdditiveAttention(nn.Module):
    def __init__(self, query_size, key_size, hidden_size):
        super().__init__()
        self.W_query = nn.Linear(query_size, hidden_size, bias=False)
        self.W_key = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, query, key, value, mask=None):
        hidden = torch.tanh(self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1))
        scores = self.v(hidden).squeeze(-1)
        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        attention_weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            attention_weights = attention_weights.masked_fill(~mask, 0.0)
        context = attention_weights @ value
        return context, attention_weights


class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.gru = nn.GRU(embedding_size, hidden_size, batch_first=True, bidirectional=True)
        self.bridge = nn.Linear(2 * hidden_size, hidden_size)

    def forward(self, source_ids, lengths):
        packed = pack_padded_sequence(
            self.embedding(source_ids), lengths, batch_first=True, enforce_sorted=False
        )
        packed_outputs, last = self.gru(packed)
        encoder_outputs, _ = pad_packed_sequence(
            packed_outputs, batch_first=True, total_length=source_ids.shape[1]
        )
        hidden = torch.tanh(self.bridge(torch.cat([last[0], last[1]], dim=-1)))
        return encoder_outputs, hidden


class AttentionDecoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size, padding_idx=pad_id)
        self.attention = AdditiveAttention(hidden_size, key_size, hidden_size)
        self.dropout = nn.Dropout(0.2)
        self.gru = nn.GRU(embedding_size + key_size, hidden_size, batch_first=True)
        self.output = nn.Linear(hidden_size + key_size, vocab_size)

    def forward(self, input_ids, hidden, encoder_outputs, mask):
        query = hidden.unsqueeze(1)
        context, attention_weights = self.attention(
            query, encoder_outputs, encoder_outputs, mask.unsqueeze(1)
        )
        embedded = self.dropout(self.embedding(input_ids)).unsqueeze(1)
        step, last = self.gru(torch.cat([embedded, context], dim=-1), hidden.unsqueeze(0))
        logits = self.output(torch.cat([step, context], dim=-1)).squeeze(1)
        return logits, last.squeeze(0), attention_weights.squeeze(1)


def sequence_loss(logits, target_ids, pad_id):
    losses = F.cross_entropy(logits.flatten(0, 1), target_ids.flatten(), reduction="none")
    real = (target_ids != pad_id).flatten()
    return (losses * real).sum() / real.sum()


def train_step(model, batch, optimizer, pad_id):
    model.train()
    optimizer.zero_grad()
    logits, _ = model(batch.source_ids, batch.lengths, batch.target_ids)
    loss = sequence_loss(logits, batch.target_ids[:, 1:], pad_id)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    return loss.item()


@torch.no_grad()
def greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length):
    encoder_outputs, hidden = model.encoder(source_ids, lengths)
    mask = padding_mask(lengths, source_ids.shape[1])
    words = torch.full((len(source_ids),), bos_id)
    done = torch.zeros(len(source_ids), dtype=torch.bool)
    target_ids, attention = [], []
    for _ in range(max_length):
        logits, hidden, attention_weights = model.decoder(words, hidden, encoder_outputs, mask)
        words = logits.argmax(dim=-1)
        words = words.masked_fill(done, 0)
        target_ids.append(words)
        attention.append(attention_weights)
        done = done | (words == eos_id)
        if done.all():
            break
    return torch.stack(target_ids, dim=1), torch.stack(attention, dim=1)


@torch.no_grad()
def beam_decode(model, source_ids, lengths, bos_id, eos_id, max_length, beam_size):
    all_outputs, all_hidden = model.encoder(source_ids, lengths)
    masks = padding_mask(lengths, source_ids.shape[1])
    rows = []
    for b in range(len(source_ids)):
        outputs, mask = all_outputs[b : b + 1], masks[b : b + 1]
        beam = [(0.0, [bos_id], all_hidden[b : b + 1], [])]
        finished = []
        for _ in range(max_length):
            candidates = []
            for score, words, hidden, maps in beam:
                logits, new_hidden, weights = model.decoder(
                    torch.tensor(words[-1:]), hidden, outputs, mask
                )
                scores = torch.log_softmax(logits[0], dim=-1)
                for word in scores.topk(beam_size).indices.tolist():
                    candidates.append(
                        (
                            score + scores[word].item(),
                            words + [word],
                            new_hidden,
                            maps + [weights[0]],
                        )
                    )
            candidates.sort(key=lambda candidate: candidate[0], reverse=True)
            beam = []
            for candidate in candidates[:beam_size]:
                (finished if candidate[1][-1] == eos_id else beam).append(candidate)
            if not beam:
                break
        greedy_ids, greedy_weights = greedy_decode(
            model, source_ids[b : b + 1], lengths[b : b + 1], bos_id, eos_id, max_length
        )
        greedy_words, hidden, greedy_score, word = (
            greedy_ids[0].tolist(),
            all_hidden[b : b + 1],
            0.0,
            bos_id,
        )
        for following in greedy_words:
            logits, hidden, _ = model.decoder(torch.tensor([word]), hidden, outputs, mask)
            greedy_score += torch.log_softmax(logits[0], dim=-1)[following].item()
            word = following
        finished.append((greedy_score, [bos_id] + greedy_words, hidden, list(greedy_weights[0])))
        rows.append(max(finished + beam, key=lambda candidate: candidate[0]))
    longest = max(len(row[3]) for row in rows)
    target_ids = torch.zeros(len(rows), longest, dtype=torch.long)
    attention_weights = torch.zeros(len(rows), longest, source_ids.shape[1])
    for b, (_, words, _, maps) in enumerate(rows):
        target_ids[b, : len(maps)] = torch.tensor(words[1:])
        attention_weights[b, : len(maps)] = torch.stack(maps)
    return target_ids, attention_weights


@torch.no_grad()
def sequence_score(model, source_ids, lengths, target_ids, bos_id, eos_id):
    begun = F.pad(target_ids, (1, 0), value=bos_id)
    logits, _ = model(source_ids, lengths, begun)
    steps = torch.log_softmax(logits, dim=-1).gather(-1, target_ids.unsqueeze(-1)).squeeze(-1)
    is_eos = (target_ids == eos_id).long()
    ended_before = is_eos.cumsum(dim=1) - is_eos > 0
    return steps.masked_fill(ended_before, 0.0).sum(dim=1)
