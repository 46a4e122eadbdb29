# Slow and obvious: everything one number, one word, one sentence at a time.
import math

import torch
from torch import nn


def padding_mask(lengths, max_length):
    rows = []
    for n in lengths:
        rows.append([position < int(n) for position in range(max_length)])
    return torch.tensor(rows)


class AdditiveAttention(nn.Module):
    def __init__(self, query_size, key_size, hidden_size):
        super().__init__()
        self.W_query = nn.Linear(query_size, hidden_size, bias=False)
        self.W_key = nn.Linear(key_size, hidden_size, bias=False)
        self.v = nn.Linear(hidden_size, 1, bias=False)

    def forward(self, query, key, value, mask=None):
        B, T_q, T_k = query.shape[0], query.shape[1], key.shape[1]
        contexts, maps = [], []
        for b in range(B):
            for i in range(T_q):
                scores = []
                for j in range(T_k):
                    scores.append(
                        self.v(
                            torch.tanh(self.W_query(query[b, i]) + self.W_key(key[b, j]))
                        ).reshape(())
                    )
                row_mask = (
                    mask[b, i if mask.shape[1] > 1 else 0] if mask is not None else [True] * T_k
                )
                allowed = [j for j in range(T_k) if row_mask[j]]
                weights = [torch.zeros(())] * T_k
                if allowed:
                    top = max(float(scores[j]) for j in allowed)
                    total = sum(torch.exp(scores[j] - top) for j in allowed)
                    for j in allowed:
                        weights[j] = torch.exp(scores[j] - top) / total
                maps.append(torch.stack(weights))
                contexts.append(sum(weights[j] * value[b, j] for j in range(T_k)))
        return torch.stack(contexts).reshape(B, T_q, -1), torch.stack(maps).reshape(B, T_q, T_k)


class Encoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.forwards = nn.GRUCell(embedding_size, hidden_size)
        self.backwards = nn.GRUCell(embedding_size, hidden_size)
        self.merge = nn.Linear(2 * hidden_size, hidden_size)
        self.hidden_size = hidden_size

    def forward(self, source_ids, lengths):
        outputs, finals = [], []
        for ids, n in zip(source_ids, lengths.tolist(), strict=False):
            left, right = [], []
            state = torch.zeros(1, self.hidden_size)
            for t in range(n):
                state = self.forwards(self.embedding(ids[t : t + 1]), state)
                left.append(state)
            back = torch.zeros(1, self.hidden_size)
            for t in reversed(range(n)):
                back = self.backwards(self.embedding(ids[t : t + 1]), back)
                right.insert(0, back)
            rows = [torch.cat([one, other], dim=1) for one, other in zip(left, right, strict=False)]
            rows += [torch.zeros(1, 2 * self.hidden_size)] * (source_ids.shape[1] - n)
            outputs.append(torch.cat(rows))
            finals.append(self.merge(torch.cat([state, back], dim=1)))
        return torch.stack(outputs), torch.cat(finals)


class AttentionDecoder(nn.Module):
    def __init__(self, vocab_size, embedding_size, hidden_size, key_size, pad_id):
        super().__init__()
        self.embedding = nn.Embedding(vocab_size, embedding_size)
        self.attend = AdditiveAttention(hidden_size, key_size, hidden_size + 1)
        self.cell = nn.GRUCell(embedding_size + key_size, hidden_size)
        self.speak = nn.Linear(hidden_size, vocab_size)

    def forward(self, input_ids, hidden, encoder_outputs, mask):
        said, states, maps = [], [], []
        for b in range(len(input_ids)):
            context, weights = self.attend(
                hidden[b : b + 1, None],
                encoder_outputs[b : b + 1],
                encoder_outputs[b : b + 1],
                mask[b : b + 1, None],
            )
            state = self.cell(
                torch.cat([self.embedding(input_ids[b : b + 1]), context[:, 0]], dim=1),
                hidden[b : b + 1],
            )
            said.append(self.speak(state))
            states.append(state)
            maps.append(weights[:, 0])
        return torch.cat(said), torch.cat(states), torch.cat(maps)


def sequence_loss(logits, target_ids, pad_id):
    losses = []
    for row, targets in zip(logits, target_ids, strict=False):
        for step, target in zip(row, targets, strict=False):
            if target != pad_id:
                losses.append(torch.logsumexp(step, dim=0) - step[target])
    return sum(losses) / len(losses)


def train_step(model, batch, optimizer, pad_id):
    optimizer.zero_grad()
    encoder_outputs, hidden = model.encoder(batch.source_ids, batch.lengths)
    mask = padding_mask(batch.lengths, batch.source_ids.shape[1])
    logits = []
    for t in range(batch.target_ids.shape[1] - 1):
        step, hidden, _ = model.decoder(batch.target_ids[:, t], hidden, encoder_outputs, mask)
        logits.append(step)
    loss = sequence_loss(torch.stack(logits, dim=1), batch.target_ids[:, 1:], pad_id)
    loss.backward()
    norm = math.sqrt(sum(float((p.grad**2).sum()) for p in model.parameters()))
    if norm > 5:
        for p in model.parameters():
            p.grad *= 5 / norm
    optimizer.step()
    return float(loss)


def greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length):
    sentences, maps = [], []
    with torch.no_grad():
        for b in range(len(source_ids)):
            outputs, hidden = model.encoder(source_ids[b : b + 1], lengths[b : b + 1])
            mask = padding_mask(lengths[b : b + 1], source_ids.shape[1])
            words, rows, word = [], [], bos_id
            while len(words) < max_length and word != eos_id:
                logits, hidden, weights = model.decoder(torch.tensor([word]), hidden, outputs, mask)
                word = int(logits[0].argmax())
                words.append(word)
                rows.append(weights[0])
            sentences.append(words)
            maps.append(rows)
    return together(sentences, maps, source_ids.shape[1])


def together(sentences, maps, T_src):
    T = max(map(len, sentences))
    target_ids = torch.tensor([words + [0] * (T - len(words)) for words in sentences])
    rows = [torch.stack(rows + [torch.zeros(T_src)] * (T - len(rows))) for rows in maps]
    return target_ids, torch.stack(rows)


def beam_decode(model, source_ids, lengths, bos_id, eos_id, max_length, beam_size):
    sentences, maps = [], []
    greedy_ids, greedy_maps = greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length)
    with torch.no_grad():
        for b in range(len(source_ids)):
            outputs, hidden = model.encoder(source_ids[b : b + 1], lengths[b : b + 1])
            mask = padding_mask(lengths[b : b + 1], source_ids.shape[1])

            def step(word, state):
                logits, state, weights = model.decoder(torch.tensor([word]), state, outputs, mask)
                return logits[0].log_softmax(-1).tolist(), state, weights[0]

            beam = [(0.0, [], [], hidden)]
            for _ in range(max_length):
                longer = []
                for score, words, rows, state in beam:
                    if words and words[-1] == eos_id:
                        longer.append((score, words, rows, state))
                        continue
                    scores, new, weights = step(words[-1] if words else bos_id, state)
                    longer += [
                        (score + s, words + [w], rows + [weights], new)
                        for w, s in enumerate(scores)
                    ]
                beam = sorted(longer, key=lambda item: -item[0])[:beam_size]
            # the greedy sentence takes part, too
            words, score, state, before = [], 0.0, hidden, bos_id
            for word in greedy_ids[b].tolist():
                scores, state, _ = step(before, state)
                score, before = score + scores[word], word
                words.append(word)
                if word == eos_id:
                    break
            beam.append((score, words, list(greedy_maps[b, : len(words)]), state))
            best = max(beam, key=lambda item: item[0])
            sentences.append(best[1])
            maps.append(best[2])
    return together(sentences, maps, source_ids.shape[1])


def sequence_score(model, source_ids, lengths, target_ids, bos_id, eos_id):
    scores = []
    for b in range(len(source_ids)):
        outputs, state = model.encoder(source_ids[b : b + 1], lengths[b : b + 1])
        mask, before, total = padding_mask(lengths[b : b + 1], source_ids.shape[1]), bos_id, 0.0
        for word in target_ids[b].tolist():
            logits, state, _ = model.decoder(torch.tensor([before]), state, outputs, mask)
            total, before = total + logits[0].log_softmax(-1)[word].item(), word
            if word == eos_id:
                break
        scores.append(total)
    return torch.tensor(scores)
