"""Wrong variants of accepted/plain.py: one edit each, the hidden test that must fail, and words of
its message."""

from tests.graders.galleries import Wrong

SCORES = "        scores = self.v(hidden).squeeze(-1)\n"
SOFTMAX = "attention_weights = torch.softmax(scores, dim=-1)\n"
MASKING = """        if mask is not None:
            scores = scores.masked_fill(~mask, float("-inf"))
        attention_weights = torch.softmax(scores, dim=-1)
        if mask is not None:
            attention_weights = attention_weights.masked_fill(~mask, 0.0)
"""
BACK = "        return context, attention_weights\n"
GRU = "        packed_outputs, last = self.gru(packed)\n"
STEP = "        target_ids.append(words)\n        attention.append(attention_weights)\n"
QUERY = "        query = hidden.unsqueeze(1)\n"


def attention(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "additive_attention", old, new, test, says)


def encoder(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "encoder", old, new, test, says)


def decoder(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "decoder", old, new, test, says)


def decoding(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "decoding", old, new, test, says)


PADDING_MASK = [
    Wrong(
        what,
        "padding_mask",
        "torch.arange(max_length).unsqueeze(0) < lengths.unsqueeze(1)",
        new,
        test,
        says,
    )
    for what, new, test, says in (
        (
            "inverted",
            "torch.arange(max_length).unsqueeze(0) >= lengths.unsqueeze(1)",
            "test_real_tokens_are_true",
            "inverted",
        ),
        (
            "one too long",
            "torch.arange(max_length).unsqueeze(0) <= lengths.unsqueeze(1)",
            "test_real_tokens_are_true",
            "too long",
        ),
        (
            "one too short",
            "torch.arange(max_length).unsqueeze(0) < lengths.unsqueeze(1) - 1",
            "test_real_tokens_are_true",
            "too short",
        ),
        (
            "all true",
            "torch.ones(len(lengths), max_length, dtype=torch.bool)",
            "test_real_tokens_are_true",
            "no padding",
        ),
        (
            "float",
            "(torch.arange(max_length).unsqueeze(0) < lengths.unsqueeze(1)).float()",
            "test_mask_is_boolean",
            "bool",
        ),
        (
            "width of the longest",
            "torch.arange(int(lengths.max())).unsqueeze(0) < lengths.unsqueeze(1)",
            "test_width_is_max_length",
            "longest sentence",
        ),
        (
            "transposed",
            "(torch.arange(max_length).unsqueeze(0) < lengths.unsqueeze(1)).T",
            "test_real_tokens_are_true",
            "shape",
        ),
        (
            "a list",
            "[[t < n for t in range(max_length)] for n in lengths.tolist()]",
            "test_real_tokens_are_true",
            "a list",
        ),
    )
]

ATTENTION = [
    attention(
        "softmax over the queries",
        SOFTMAX,
        "attention_weights = torch.softmax(scores, dim=1)\n",
        "test_rows_sum_to_one",
        "wrong axis",
    ),
    attention(
        "softmax over the batch",
        SOFTMAX,
        "attention_weights = torch.softmax(scores, dim=0)\n",
        "test_scores_go_through_tanh",
        "over the batch",
    ),
    attention(
        "no tanh",
        "hidden = torch.tanh(self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1))",
        "hidden = self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1)",
        "test_scores_go_through_tanh",
        "tanh is missing",
    ),
    attention(
        "relu",
        "hidden = torch.tanh(self.W",
        "hidden = torch.relu(self.W",
        "test_scores_go_through_tanh",
        "relu",
    ),
    attention(
        "tanh of the score",
        "hidden = torch.tanh(self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1))\n"
        + SCORES,
        "hidden = self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1)\n        scores ="
        " torch.tanh(self.v(hidden).squeeze(-1))\n",
        "test_scores_go_through_tanh",
        "tanh is taken of the score",
    ),
    attention(
        "tanh of each projection",
        "torch.tanh(self.W_query(query).unsqueeze(2) + self.W_key(key).unsqueeze(1))",
        "torch.tanh(self.W_query(query)).unsqueeze(2) + torch.tanh(self.W_key(key)).unsqueeze(1)",
        "test_scores_go_through_tanh",
        "tanh is taken of each projection",
    ),
    attention(
        "scaled",
        SCORES,
        "        scores = self.v(hidden).squeeze(-1) / hidden.shape[-1] ** 0.5\n",
        "test_scores_go_through_tanh",
        "does not scale",
    ),
    attention(
        "mask ignored",
        MASKING,
        "        " + SOFTMAX,
        "test_masked_keys_get_no_weight",
        "mask is ignored",
    ),
    attention(
        "mask inverted",
        MASKING,
        MASKING.replace("~mask", "mask"),
        "test_masked_keys_get_no_weight",
        "inverted",
    ),
    attention(
        "mask after the softmax",
        MASKING,
        "        " + SOFTMAX + "        if mask is not None:\n"
        "            attention_weights = attention_weights * mask\n",
        "test_masked_keys_get_no_weight",
        "after the softmax",
    ),
    attention(
        "scores times mask",
        MASKING,
        "        if mask is not None:\n            scores = scores * mask\n        " + SOFTMAX,
        "test_masked_keys_get_no_weight",
        "set to 0 before the softmax",
    ),
    attention(
        "-1e9 and an empty row",
        MASKING,
        MASKING.replace('float("-inf")', "-1e9").split(
            "        if mask is not None:\n            attention_weights"
        )[0],
        "test_all_keys_masked",
        "-1e9",
    ),
    attention(
        "NaN for an empty row",
        MASKING,
        MASKING.split("        if mask is not None:\n            attention_weights")[0],
        "test_all_keys_masked",
        "0/0",
    ),
    attention(
        "keys mixed instead of values",
        "context = attention_weights @ value",
        "context = attention_weights @ key",
        "test_context_is_the_weighted_sum",
        "context should have shape",
    ),
    attention(
        "plain mean",
        "context = attention_weights @ value",
        "context = value.mean(dim=1, keepdim=True).expand(-1, query.shape[1], -1)",
        "test_context_is_the_weighted_sum",
        "plain mean",
    ),
    attention(
        "weights transposed",
        BACK,
        "        return context, attention_weights.transpose(1, 2)\n",
        "test_rows_sum_to_one",
        "(B, T_k, T_q)",
    ),
    attention(
        "batch and time swapped",
        BACK,
        "        return context.transpose(0, 1), attention_weights.transpose(0, 1)\n",
        "test_rows_sum_to_one",
        "batch and time are swapped",
    ),
    attention(
        "exchanged outputs",
        BACK,
        "        return attention_weights, context\n",
        "test_rows_sum_to_one",
        "shape",
    ),
    attention(
        "only the context",
        BACK,
        "        return context\n",
        "test_rows_sum_to_one",
        "(context, attention_weights)",
    ),
    attention(
        "log-probabilities",
        SOFTMAX,
        "attention_weights = torch.log_softmax(scores, dim=-1)\n",
        "test_scores_go_through_tanh",
        "log-probabilities",
    ),
    attention(
        "biases",
        "self.W_key = nn.Linear(key_size, hidden_size, bias=False)",
        "self.W_key = nn.Linear(key_size, hidden_size)",
        "test_projections_have_their_names",
        "bias",
    ),
    attention(
        "other names", "W_query", "query_layer", "test_projections_have_their_names", "W_query"
    ),
    attention(
        "changes the query in place",
        "        hidden = torch.tanh(self.W",
        "        query *= 2\n        hidden = torch.tanh(self.W",
        "test_inputs_stay_as_they_were",
        "in place",
    ),
    attention(
        "no gradient to the keys",
        "self.W_key(key).unsqueeze(1)",
        "self.W_key(key).detach().unsqueeze(1)",
        "test_gradient_reaches_everything",
        "W_key",
    ),
    attention(
        "naive softmax",
        SOFTMAX,
        "attention_weights = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)\n",
        "test_large_scores_stay_finite",
        "overflow",
    ),
    attention(
        "squeeze of everything",
        SCORES,
        "        scores = self.v(hidden).squeeze()\n",
        "test_sentences_do_not_mix",
        "",
    ),
    attention(
        "keeps the first weights",
        BACK,
        "        self.kept = getattr(self, 'kept', attention_weights)\n        if self.kept.shape"
        " == attention_weights.shape:\n            attention_weights = self.kept\n" + BACK,
        "test_sentences_do_not_mix",
        "",
    ),
    attention(
        "dropout on the weights returned",
        BACK,
        "        return context, nn.functional.dropout(attention_weights, 0.5)\n",
        "test_rows_sum_to_one",
        "sum to 1",
    ),
    attention(
        "NaN everywhere",
        BACK,
        "        return context / 0 * 0, attention_weights / 0 * 0\n",
        "test_rows_sum_to_one",
        "NaN",
    ),
    attention(
        "text", BACK, "        return 'context', 'weights'\n", "test_rows_sum_to_one", "text"
    ),
]

ENCODER = [
    encoder(
        "runs over padding",
        GRU,
        "        encoder_outputs, last = self.gru(self.embedding(source_ids))\n        hidden ="
        " torch.tanh(self.bridge(torch.cat([last[0], last[1]], dim=-1)))\n        return"
        " encoder_outputs, hidden\n",
        "test_padding_changes_nothing",
        "pack_padded_sequence",
    ),
    encoder(
        "one direction",
        GRU,
        "        packed_outputs, last = self.gru(packed)\n        last = last[:1].repeat(2, 1, 1)\n"
        "        H = self.gru.hidden_size\n        packed_outputs ="
        " packed_outputs._replace(data=packed_outputs.data[:, :H].repeat(1, 2))\n",
        "test_reads_in_both_directions",
        "bidirectional",
    ),
    encoder(
        "no total_length",
        ", total_length=source_ids.shape[1]",
        "",
        "test_width_is_kept",
        "total_length",
    ),
    encoder(
        "hidden by view",
        "torch.cat([last[0], last[1]], dim=-1)",
        "last.reshape(source_ids.shape[0], -1)",
        "test_hidden_sums_up_the_sentence",
        "mix",
    ),
    encoder(
        "hidden from the last column",
        "torch.cat([last[0], last[1]], dim=-1)",
        "encoder_outputs[:, -1]",
        "test_padding_changes_nothing",
        "last column",
    ),
    encoder(
        "time first",
        "        return encoder_outputs, hidden\n",
        "        return encoder_outputs.transpose(0, 1), hidden\n",
        "test_shapes",
        "batch and time are swapped",
    ),
    encoder(
        "hidden of both directions",
        "        return encoder_outputs, hidden\n",
        "        return encoder_outputs, last\n",
        "test_shapes",
        "hidden should have shape",
    ),
    encoder(
        "sorted and not put back",
        "        packed = pack",
        "        lengths, order = lengths.sort(descending=True)\n"
        "        source_ids = source_ids[order]\n        packed = pack",
        "test_order_of_sentences",
        "another order",
    ),
    encoder(
        "needs sorted lengths",
        "enforce_sorted=False",
        "enforce_sorted=True",
        "test_padding_changes_nothing",
        "enforce_sorted",
    ),
    encoder(
        "state kept",
        GRU,
        "        packed_outputs, last = self.gru(packed, getattr(self, 'state', None))\n       "
        " self.state = last.detach() if source_ids.shape[0] == 4 else getattr(self, 'state',"
        " None)\n",
        "test_nothing_is_kept_between_calls",
        "",
    ),
    encoder(
        "dropout in eval mode",
        "self.embedding(source_ids), lengths",
        "F.dropout(self.embedding(source_ids), 0.5), lengths",
        "test_nothing_is_kept_between_calls",
        "dropout",
    ),
    encoder(
        "detached",
        "self.embedding(source_ids), lengths",
        "self.embedding(source_ids).detach(), lengths",
        "test_learns",
        "embedding",
    ),
]

DECODER = [
    decoder(
        "context not used",
        "        embedded = self.drop",
        "        context = torch.zeros_like(context)\n        embedded = self.drop",
        "test_context_is_used",
        "computed and then not used",
    ),
    decoder(
        "hidden not moved on",
        "return logits, last.squeeze(0), ",
        "return logits, hidden, ",
        "test_hidden_moves_on",
        "as it was",
    ),
    decoder(
        "hidden not handed to the GRU",
        "dim=-1), hidden.unsqueeze(0))",
        "dim=-1))",
        "test_hidden_moves_on",
        "zero at every step",
    ),
    decoder(
        "mask not handed on",
        "query, encoder_outputs, encoder_outputs, mask.unsqueeze(1)",
        "query, encoder_outputs, encoder_outputs",
        "test_weights_are_shares_of_the_real_words",
        "mask",
    ),
    decoder(
        "probabilities",
        "return logits, ",
        "return logits.softmax(dim=-1), ",
        "test_shapes",
        "probabilities",
    ),
    decoder(
        "the query is the embedding",
        QUERY,
        "        query = nn.functional.pad(self.embedding(input_ids), (0, 1)).unsqueeze(1)\n",
        "test_hidden_state_is_the_query",
        "query",
    ),
    decoder(
        "squeeze of everything",
        "self.output(torch.cat([step, context], dim=-1)).squeeze(1)",
        "self.output(torch.cat([step, context], dim=-1)).squeeze()",
        "test_shapes",
        "logits",
    ),
    decoder(
        "the input word is ignored",
        "embedded = self.dropout(self.embedding(input_ids))",
        "embedded = self.dropout(self.embedding(0 * input_ids))",
        "test_hidden_moves_on",
        "word said last",
    ),
    decoder(
        "the last encoder output goes in",
        "        step, last = self.gru(torch.cat([embedded, context]",
        "        context = context + encoder_outputs[:, -1:]\n        step, last ="
        " self.gru(torch.cat([embedded, context]",
        "test_padding_is_not_seen",
        "padded places",
    ),
    decoder(
        "state kept on self",
        QUERY,
        "        kept = getattr(self, 'kept', hidden)\n        hidden = hidden + kept if kept.shape"
        " == hidden.shape else hidden\n        self.kept = hidden.detach()\n" + QUERY,
        "test_nothing_is_kept_between_calls",
        "kept on self",
    ),
    decoder(
        "context detached",
        QUERY,
        "        encoder_outputs = encoder_outputs.detach()\n" + QUERY,
        "test_learns",
        "encoder_outputs",
    ),
    decoder(
        "weights keep the query's axis",
        "attention_weights.squeeze(1)\n\n\ndef sequence_loss",
        "attention_weights\n\n\ndef sequence_loss",
        "test_shapes",
        "attention_weights should have shape",
    ),
    decoder(
        "weights after dropout",
        "attention_weights.squeeze(1)\n\n\ndef sequence_loss",
        "self.dropout(attention_weights.squeeze(1))\n\n\ndef sequence_loss",
        "test_weights_before_dropout",
        "dropout",
    ),
]

LOSS_RETURN = "    return (losses * real).sum() / real.sum()\n"
LOSS = [
    Wrong(what, "sequence_loss", LOSS_RETURN, new, test, says)
    for what, new, test, says in (
        (
            "padding counted",
            "    return losses.mean()\n",
            "test_padding_does_not_count",
            "padding is counted",
        ),
        (
            "denominator with padding",
            "    return (losses * real).mean()\n",
            "test_padding_does_not_count",
            "denominator counts padding",
        ),
        (
            "divided by the batch",
            "    return (losses * real).sum() / len(target_ids)\n",
            "test_mean_over_tokens",
            "number of sentences",
        ),
        (
            "divided by the steps",
            "    return (losses * real).sum() / target_ids.shape[1]\n",
            "test_mean_over_tokens",
            "time steps",
        ),
        ("sum", "    return (losses * real).sum()\n", "test_mean_over_tokens", "sum over tokens"),
        (
            "mean of means",
            (
                "    losses, real = losses.view_as(target_ids), real.view_as(target_ids)\n"
                "    return ((losses * real).sum(1) / real.sum(1)).mean()\n"
            ),
            "test_padding_does_not_count",
            "each sentence's mean",
        ),
        (
            "only padding",
            "    return (losses * ~real).sum() / (~real).sum()\n",
            "test_padding_does_not_count",
            "inverted",
        ),
        (
            "not reduced",
            "    return (losses * real).view_as(target_ids)\n",
            "test_mean_over_tokens",
            "one number",
        ),
        (
            "a number",
            "    return ((losses * real).sum() / real.sum()).item()\n",
            "test_gradient",
            "plain number",
        ),
        ("NaN", "    return (losses * real).sum() / 0 * 0\n", "test_mean_over_tokens", "finite"),
    )
] + [
    Wrong(
        "padding is always 0",
        "sequence_loss",
        "(target_ids != pad_id).flatten()",
        "(target_ids != 0).flatten()",
        "test_any_id_may_be_padding",
        "pad_id is 4",
    ),
    Wrong(
        "softmax twice",
        "sequence_loss",
        "F.cross_entropy(logits.flatten(0, 1),",
        "F.cross_entropy(logits.flatten(0, 1).softmax(-1),",
        "test_mean_over_tokens",
        "softmax is applied",
    ),
    Wrong(
        "log of softmax",
        "sequence_loss",
        "    losses = F.cross_entropy(logits.flatten(0, 1), target_ids.flatten(),"
        ' reduction="none")\n',
        "    losses = -logits.softmax(-1).log().flatten(0, 1).gather(1, target_ids.flatten()[:,"
        " None])[:, 0]\n",
        "test_large_logits_stay_finite",
        "log",
    ),
]

TRAINING = [
    Wrong(what, "train_step", old, new, test, says)
    for what, old, new, test, says in (
        (
            "no zero_grad",
            "    optimizer.zero_grad()\n",
            "",
            "test_gradients_start_from_zero",
            "zero_grad",
        ),
        (
            "no step",
            "    optimizer.step()\n",
            "",
            "test_parameters_go_downhill",
            "optimizer.step()",
        ),
        (
            "no clipping",
            "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
            "",
            "test_gradient_is_clipped",
            "not clipped",
        ),
        (
            "clipping after the step",
            "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    optimizer.step()\n",
            "    optimizer.step()\n    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
            "test_gradient_is_clipped",
            "after",
        ),
        (
            "clipping before backward",
            "    loss.backward()\n    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
            "    nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n    loss.backward()\n",
            "test_gradient_is_clipped",
            "not clipped",
        ),
        (
            "returns a tensor",
            "return loss.item()",
            "return loss",
            "test_returns_a_plain_number",
            "item()",
        ),
        (
            "returns nothing",
            "return loss.item()",
            "return None",
            "test_returns_the_teacher_forced_loss",
            "None",
        ),
        (
            "targets not shifted",
            "sequence_loss(logits, batch.target_ids[:, 1:], pad_id)",
            "sequence_loss(logits, batch.target_ids[:, :-1], pad_id)",
            "test_returns_the_teacher_forced_loss",
            "target_ids[:, 1:]",
        ),
        (
            "uphill",
            "    loss.backward()\n",
            "    (-loss).backward()\n",
            "test_parameters_go_downhill",
            "uphill",
        ),
        (
            "two steps",
            "    optimizer.step()\n",
            "    optimizer.step()\n    optimizer.step()\n",
            "test_parameters_go_downhill",
            "2 times",
        ),
        (
            "another padding",
            "batch.target_ids[:, 1:], pad_id)\n    loss.b",
            "batch.target_ids[:, 1:], 100)\n    loss.b",
            "test_padding_is_told_to_the_loss",
            "pad_id handed on",
        ),
    )
]

DECODING = [
    decoding(
        "greedy's sentence lost on the way",
        "finished.append((greedy_score,",
        "finished.append((-1e9,",
        "test_beam_is_never_worse_than_greedy",
        "compare with it at the end",
    ),
    decoding(
        "never stops",
        "        words = words.masked_fill(done, 0)\n"
        + STEP
        + "        done = done | (words == eos_id)\n        if done.all():\n            break\n",
        STEP,
        "test_greedy_stops_at_eos",
        "decoding goes on",
    ),
    decoding(
        "returns bos",
        "    target_ids, attention = [], []\n    for",
        "    target_ids, attention = [words], [torch.zeros(source_ids.shape)]\n    for",
        "test_greedy_takes_the_likeliest_word",
        "bos",
    ),
    decoding(
        "feeds bos for ever",
        "model.decoder(words, hidden, encoder_outputs, mask)",
        "model.decoder(torch.full_like(words, bos_id), hidden, encoder_outputs, mask)",
        "test_greedy_takes_the_likeliest_word",
        "each step",
    ),
    decoding(
        "loses the hidden state",
        "        logits, hidden, attention_weights = model.decoder(words",
        "        logits, _, attention_weights = model.decoder(words",
        "test_greedy_takes_the_likeliest_word",
        "hidden state",
    ),
    decoding(
        "the unlikeliest word",
        "words = logits.argmax(dim=-1)",
        "words = logits.argmin(dim=-1)",
        "test_greedy_takes_the_likeliest_word",
        "",
    ),
    decoding(
        "samples",
        "words = logits.argmax(dim=-1)",
        "words = torch.multinomial(logits.softmax(-1), 1)[:, 0]",
        "test_greedy_takes_the_likeliest_word",
        "",
    ),
    decoding(
        "stops when the first sentence does",
        "        if done.all():",
        "        if done.any():",
        "test_greedy_stops_at_eos",
        "eos",
    ),
    decoding(
        "one word too many",
        "    for _ in range(max_length):\n        logits, hidden, attention_weights",
        "    for _ in range(max_length + 1):\n        logits, hidden, attention_weights",
        "test_greedy_keeps_to_max_length",
        "max_length",
    ),
    decoding(
        "time first",
        "    return torch.stack(target_ids, dim=1), torch.stack(attention,"
        " dim=1)\n\n\n@torch.no_grad()\ndef beam",
        "    return torch.stack(target_ids), torch.stack(attention)\n\n\n@torch.no_grad()\ndef"
        " beam",
        "test_greedy_takes_the_likeliest_word",
        "shape",
    ),
    decoding(
        "attention one late",
        "torch.stack(attention, dim=1)\n\n\n@torch.no_grad()\ndef beam",
        "torch.stack(attention, dim=1).roll(1, dims=1)\n\n\n@torch.no_grad()\ndef beam",
        "test_greedy_attention_belongs_to_its_words",
        "word",
    ),
    decoding(
        "beam is greedy",
        "    all_outputs, all_hidden = model.encoder(source_ids, lengths)\n",
        "    return greedy_decode(model, source_ids, lengths, bos_id, eos_id, max_length)\n   "
        " all_outputs, all_hidden = model.encoder(source_ids, lengths)\n",
        "test_beam_finds_what_greedy_misses",
        "greedy's",
    ),
    decoding(
        "beam forgets earlier scores",
        "                            score + scores[word].item(),\n",
        "                            scores[word].item(),\n",
        "test_beam_is_never_worse_than_greedy",
        "scores added up",
    ),
    decoding(
        "beam keeps the worst",
        "key=lambda candidate: candidate[0], reverse=True)",
        "key=lambda candidate: candidate[0])",
        "test_beam_finds_what_greedy_misses",
        "",
    ),
    decoding(
        "beam attends like the first of the beam",
        "maps + [weights[0]],",
        "beam[0][3] + [weights[0]],",
        "test_beam_attention_belongs_to_its_words",
        "attention of word",
    ),
    decoding(
        "beam without eos",
        "target_ids[b, : len(maps)] = torch.tensor(words[1:])",
        "target_ids[b, : len(maps)] = torch.tensor(words[1:]).masked_fill(torch.tensor(words[1:])"
        " == eos_id, 0)",
        "test_beam_ends_each_sentence",
        "without eos",
    ),
    decoding(
        "strings",
        "    return target_ids, attention_weights\n",
        "    return 'a sentence', attention_weights\n",
        "test_beam_finds_what_greedy_misses",
        "text",
    ),
]

GALLERY = PADDING_MASK + ATTENTION + ENCODER + DECODER + LOSS + TRAINING + DECODING
