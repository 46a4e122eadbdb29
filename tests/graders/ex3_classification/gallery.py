"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.galleries import of

IN_TRAINING = "what the training leaves"  # `new` then follows the counted classifiers

SCORES = "scores = self.v(torch.tanh(self.W(outputs))).squeeze(-1)"
MASKED = "scores = scores.masked_fill(~mask, -math.inf)"
SOFTMAX = "attention_weights = torch.softmax(scores, dim=-1)"
ZEROS = "attention_weights = attention_weights.masked_fill(~mask, 0.0)"
POOLED = "pooled = (attention_weights.unsqueeze(1) @ outputs).squeeze(1)"
BACK = "return pooled, attention_weights"

POOLING = of(
    "attention_pooling",
    (
        "softmax over the batch",
        SOFTMAX,
        "attention_weights = torch.softmax(scores, dim=0)",
        "test_weights_are_shares",
        "over the batch",
    ),
    (
        "softmax over an axis of length 1",
        SOFTMAX,
        "attention_weights = torch.softmax(scores.unsqueeze(-1), dim=-1).squeeze(-1)",
        "test_weights_are_shares",
        "axis of length 1",
    ),
    ("no tanh", "torch.tanh(self.W(outputs))", "self.W(outputs)", "test_scores", "tanh is missing"),
    ("relu", "torch.tanh(self.W(outputs))", "torch.relu(self.W(outputs))", "test_scores", "relu"),
    (
        "sigmoid",
        "torch.tanh(self.W(outputs))",
        "torch.sigmoid(self.W(outputs))",
        "test_scores",
        "sigmoid",
    ),
    (
        "tanh of the score",
        SCORES,
        "scores = torch.tanh(self.v(self.W(outputs))).squeeze(-1)",
        "test_scores",
        "tanh is taken of the score",
    ),
    ("scaled", SCORES, SCORES + " / self.W.out_features ** 0.5", "test_scores", "does not scale"),
    (
        "v not used",
        SCORES,
        "scores = torch.tanh(self.W(outputs)).sum(dim=-1) + 0 * self.v.weight.sum()",
        "test_scores",
        "v is not used",
    ),
    (
        "negated",
        SCORES,
        "scores = -self.v(torch.tanh(self.W(outputs))).squeeze(-1)",
        "test_scores",
        "negated",
    ),
    (
        "mask ignored",
        MASKED,
        "mask = torch.ones_like(mask)",
        "test_padding_gets_no_weight",
        "the mask is ignored",
    ),
    (
        "mask inverted",
        MASKED,
        "mask = ~mask; scores = scores.masked_fill(~mask, -math.inf)",
        "test_padding_gets_no_weight",
        "inverted",
    ),
    ("mask after the softmax", MASKED, "pass", "test_padding_gets_no_weight", "after the softmax"),
    (
        "scores times mask",
        MASKED,
        "scores = scores * mask",
        "test_padding_gets_no_weight",
        "set to 0 before the softmax",
    ),
    (
        "-1e9 and a row without tokens",
        MASKED,
        "scores = scores.masked_fill(~mask, -1e9); mask = torch.ones_like(mask)",
        "test_no_real_token",
        "-1e9",
    ),
    ("NaN for a row without tokens", ZEROS, "pass", "test_no_real_token", "0/0"),
    (
        "plain mean",
        POOLED,
        "pooled = outputs.mean(dim=1)",
        "test_pooled_is_the_weighted_sum",
        "plain mean",
    ),
    (
        "divided by T",
        POOLED,
        "pooled = (attention_weights.unsqueeze(1) @ outputs).squeeze(1) / outputs.shape[1]",
        "test_pooled_is_the_weighted_sum",
        "already sum to 1",
    ),
    (
        "the sum",
        POOLED,
        "pooled = outputs.sum(dim=1)",
        "test_pooled_is_the_weighted_sum",
        "plain sum",
    ),
    (
        "max pooling",
        POOLED,
        "pooled = outputs.masked_fill(~mask.unsqueeze(-1), -1e30).amax(dim=1)",
        "test_pooled_is_the_weighted_sum",
        "max pooling",
    ),
    (
        "the last output",
        POOLED,
        "pooled = outputs[:, -1]",
        "test_pooled_is_the_weighted_sum",
        "last output",
    ),
    (
        "weights transposed",
        BACK,
        "return pooled, attention_weights.T",
        "test_weights_are_shares",
        "batch and time are swapped",
    ),
    (
        "exchanged outputs",
        BACK,
        "return attention_weights, pooled",
        "test_weights_are_shares",
        "shape",
    ),
    ("only pooled", BACK, "return pooled", "test_weights_are_shares", "2 values"),
    (
        "dropout on the weights returned",
        BACK,
        "return pooled, F.dropout(attention_weights, 0.5)",
        "test_weights_are_shares",
        "sum to 1",
    ),
    (
        "detached",
        BACK,
        "return pooled.detach(), attention_weights",
        "test_gradient_reaches_everything",
        "",
    ),
    ("other names", "self.W", "self.project", "test_parameters_have_their_names", "W.weight"),
    (
        "a bias for v",
        "self.v = nn.Linear(attention_size, 1, bias=False)",
        "self.v = nn.Linear(attention_size, 1)",
        "test_parameters_have_their_names",
        "v.bias",
    ),
    (
        "naive softmax",
        SOFTMAX,
        "attention_weights = scores.exp() / scores.exp().sum(dim=-1, keepdim=True)",
        "test_large_scores_stay_finite",
        "overflow",
    ),
    (
        "inputs changed in place",
        SCORES,
        "outputs *= mask.unsqueeze(-1)\n        " + SCORES,
        "test_texts_do_not_mix",
        "in place",
    ),
)
EMBEDDED = "embedded = self.dropout(self.embedding(token_ids))"
PACKED = "packed_outputs, _ = self.lstm(packed)"

CLASSIFIER = of(
    "classifier",
    (
        "attention computed and not used",
        "return self.output(self.dropout(pooled)), attention_weights",
        (
            "return self.output(self.dropout(outputs[torch.arange(len(lengths)), lengths - 1])),"
            " attention_weights"
        ),
        "test_attention_is_used",
        "not used",
    ),
    (
        "LSTM runs over padding and backwards",
        "packed_outputs, _ = self.lstm(packed)",
        (
            "packed_outputs = pack_padded_sequence(self.lstm(embedded.flip(1))[0].flip(1), "
            "lengths.cpu(), batch_first=True, enforce_sorted=False)"
        ),
        "test_padding_changes_nothing",
        "pack_padded_sequence",
    ),
    (
        "batch and time swapped",
        PACKED,
        (
            "packed_outputs = pack_padded_sequence(self.lstm(embedded.transpose(0,"
            " 1))[0].transpose(0, 1), lengths.cpu(), batch_first=True, enforce_sorted=False)"
        ),
        "test_padding_changes_nothing",
        "run over the batch",
    ),
    (
        "state kept",
        PACKED,
        (
            "packed_outputs, state = self.lstm(packed, getattr(self, 'state', None))\n       "
            " self.state = tuple(part.detach() for part in state) if len(lengths) == 4 else None"
        ),
        "test_nothing_is_kept_between_calls",
        "kept on self",
    ),
    (
        "mask of all",
        "mask = torch.arange(T, device=lengths.device) < lengths.unsqueeze(1)",
        "mask = torch.ones(token_ids.shape, dtype=torch.bool)",
        "test_weights_are_shares_of_the_real_tokens",
        "t < lengths",
    ),
    (
        "mask one too long",
        "device=lengths.device) < lengths",
        "device=lengths.device) <= lengths",
        "test_weights_are_shares_of_the_real_tokens",
        "t < lengths",
    ),
    (
        "mask inverted",
        "device=lengths.device) < lengths",
        "device=lengths.device) >= lengths",
        "test_weights_are_shares_of_the_real_tokens",
        "",
    ),
    (
        "no total_length",
        ", total_length=T)",
        ")\n        token_ids = token_ids[:, :outputs.shape[1]]; T = outputs.shape[1]",
        "test_padding_changes_nothing",
        "total_length",
    ),
    (
        "probabilities",
        "return self.output(self.dropout(pooled)),",
        "return self.output(self.dropout(pooled)).softmax(dim=-1),",
        "test_shapes",
        "probabilities",
    ),
    (
        "log-probabilities",
        "return self.output(self.dropout(pooled)),",
        "return self.output(self.dropout(pooled)).log_softmax(dim=-1),",
        "test_shapes",
        "log_softmax",
    ),
    (
        "only logits",
        "return self.output(self.dropout(pooled)), attention_weights",
        "return self.output(self.dropout(pooled))",
        "test_shapes",
        "2 values",
    ),
    (
        "dropped-out weights returned",
        "pooled)), attention_weights",
        "pooled)), F.dropout(attention_weights, 0.3)",
        "test_weights_are_shares_of_the_real_tokens",
        "sum to 1",
    ),
    (
        "one score",
        "self.output = nn.Linear(hidden_size, n_classes)",
        "self.output = nn.Linear(hidden_size, 1)",
        "test_shapes",
        "logits should have shape",
    ),
    (
        "no LSTM",
        "outputs, _ = pad_packed_sequence(packed_outputs, batch_first=True, total_length=T)",
        "outputs = F.pad(embedded, (0, self.lstm.hidden_size - embedded.shape[-1]))",
        "test_reads_in_order",
        "LSTM",
    ),
    (
        "dropout in eval mode",
        "embedded = self.dropout(self.embedding(token_ids))",
        "embedded = F.dropout(self.embedding(token_ids), 0.4)",
        "test_nothing_is_kept_between_calls",
        "dropout",
    ),
    (
        "needs sorted lengths",
        "enforce_sorted=False",
        "enforce_sorted=True",
        "test_padding_changes_nothing",
        "enforce_sorted",
    ),
    (
        "rows not put back",
        "        T = token_ids.shape[1]\n",
        (
            "        lengths, order = lengths.sort(descending=True)\n        token_ids ="
            " token_ids[order]\n        T = token_ids.shape[1]\n"
        ),
        "test_order_of_texts",
        "put back",
    ),
    (
        "padding word learned",
        EMBEDDED,
        "self.embedding.padding_idx = None\n        "
        + EMBEDDED
        + " + 0.1 * self.embedding.weight[4]",
        "test_learns",
        "padding",
    ),
    (
        "embedding detached",
        "self.dropout(self.embedding(token_ids))",
        "self.dropout(self.embedding(token_ids)).detach()",
        "test_learns",
        "embedding",
    ),
    (
        "weights of the first call kept",
        "return self.output(self.dropout(pooled)), attention_weights",
        (
            "self.kept = getattr(self, 'kept', attention_weights)\n        return"
            " self.output(self.dropout(pooled)), self.kept if self.kept.shape =="
            " attention_weights.shape else attention_weights"
        ),
        "test_nothing_is_kept_between_calls",
        "kept on self",
    ),
    (
        "weights detached from the pooled vector",
        "pooled, attention_weights = self.pooling(outputs, mask)",
        (
            "attention_weights = self.pooling(outputs, mask)[1]\n        pooled ="
            " (attention_weights.detach().unsqueeze(1) @ outputs).squeeze(1)"
        ),
        "test_attention_is_used",
        "not used",
    ),
)
TRAINING = of(
    "training",
    (
        "no zero_grad",
        "        optimizer.zero_grad()\n",
        "",
        "test_a_step_for_every_batch",
        "zero_grad",
    ),
    ("no step", "        optimizer.step()\n", "", "test_a_step_for_every_batch", "as they were"),
    (
        "two steps",
        "        optimizer.step()\n",
        "        optimizer.step()\n        optimizer.step()\n",
        "test_a_step_for_every_batch",
        "twice",
    ),
    (
        "one step an epoch",
        (
            "        optimizer.step()\n        total += loss.item() * len(batch.labels)\n       "
            " texts += len(batch.labels)\n"
        ),
        (
            "        total += loss.item() * len(batch.labels)\n        texts += len(batch.labels)\n"
            "    optimizer.step()\n"
        ),
        "test_a_step_for_every_batch",
        "only the last batch",
    ),
    (
        "uphill",
        "        loss.backward()\n",
        "        (-loss).backward()\n",
        "test_a_step_for_every_batch",
        "uphill",
    ),
    (
        "only the first batch",
        "        texts += len(batch.labels)\n",
        "        texts += len(batch.labels)\n        break\n",
        "test_a_step_for_every_batch",
        "only the first batch",
    ),
    (
        "no clipping",
        "        nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
        "",
        "test_gradient_is_clipped",
        "not clipped",
    ),
    (
        "clipped to 5",
        "clip_grad_norm_(model.parameters(), 1.0)",
        "clip_grad_norm_(model.parameters(), 5.0)",
        "test_gradient_is_clipped",
        "length 1",
    ),
    (
        "mean over batches",
        "total += loss.item() * len(batch.labels)\n        texts += len(batch.labels)",
        "total += loss.item()\n        texts += 1",
        "test_mean_loss_of_the_epoch",
        "over batches",
    ),
    (
        "sum",
        "return total / texts",
        "return total",
        "test_mean_loss_of_the_epoch",
        "sum over texts",
    ),
    (
        "last batch",
        "return total / texts",
        "return loss.item()",
        "test_mean_loss_of_the_epoch",
        "last batch",
    ),
    (
        "eval mode",
        "    model.train()\n",
        "    model.eval()\n",
        "test_mean_loss_of_the_epoch",
        "training mode",
    ),
    (
        "softmax twice",
        "F.cross_entropy(logits, batch.labels)",
        "F.cross_entropy(logits.softmax(dim=-1), batch.labels)",
        "test_mean_loss_of_the_epoch",
        "softmax is applied",
    ),
    (
        "a tensor",
        "return total / texts",
        "return torch.tensor(total / texts)",
        "test_returns_a_plain_number",
        "item()",
    ),
    (
        "living tensors",
        "tensor.detach().clone()",
        "tensor",
        "test_best_weights_are_kept",
        "living tensors",
    ),
    (
        "best not loaded",
        "    model.load_state_dict(best)\n",
        "",
        "test_best_weights_are_kept",
        "last epoch",
    ),
    (
        "the lowest score",
        "scores[epoch] > scores[best_epoch]",
        "scores[epoch] < scores[best_epoch]",
        "test_best_weights_are_kept",
        "higher score is better",
    ),
    (
        "the last of equals",
        "scores[epoch] > scores[best_epoch]",
        "scores[epoch] >= scores[best_epoch]",
        "test_stops_early",
        "equal score is not better",
    ),
    (
        "never stops early",
        "        if epoch - best_epoch >= patience:\n            break\n",
        "",
        "test_stops_early",
        "patience",
    ),
    (
        "stops one late",
        "epoch - best_epoch >= patience",
        "epoch - best_epoch > patience",
        "test_stops_early",
        "patience",
    ),
    (
        "validate in training mode",
        "        model.eval()\n        scores.append(validate())",
        "        scores.append(validate())",
        "test_looks_in_eval_mode",
        "before validate()",
    ),
    (
        "left in training mode",
        "    model.eval()\n    return losses, scores",
        "    model.train()\n    return losses, scores",
        "test_looks_in_eval_mode",
        "at the end",
    ),
    (
        "only scores",
        "return losses, scores",
        "return scores",
        "test_best_weights_are_kept",
        "2 values",
    ),
)

PREDICTION = of(
    "prediction",
    (
        "labels exchanged",
        "[LABELS[number] for number in class_probabilities(model, texts)",
        "[LABELS[1 - number] for number in class_probabilities(model, texts)",
        "test_accuracy",
        "the other label",
    ),
    (
        "always the same",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return ['positive' for text in texts]",
        "test_macro_f1",
        "another label than the trained",
    ),
    (
        "numbers",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return class_probabilities(model, texts).argmax(dim=-1).tolist()",
        "test_accuracy",
        "negative",
    ),
    (
        "one label for all",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        "return [LABELS[int(class_probabilities(model, texts).mean(0).argmax())]]",
        "test_accuracy",
        "1 labels",
    ),
    (
        "fails without texts",
        "    classifier.eval()\n    probabilities = torch.zeros",
        (
            "    encode_sources(texts, vocabulary)\n    classifier.eval()\n    probabilities ="
            " torch.zeros"
        ),
        "test_no_texts_and_empty_texts",
        "",
    ),
    (
        "the baseline predicts",
        "class_probabilities(model, texts).argmax",
        "class_probabilities(baseline, texts).argmax",
        "test_accuracy",
        "another label than the trained",
    ),
    (
        "naive Bayes in the model's place",
        (
            "return [LABELS[number] for number in class_probabilities(model,"
            " texts).argmax(dim=-1).tolist()]"
        ),
        (
            "return [LABELS[sum(float(polarity[i]) for i in vocabulary.encode(tokenize(text))) > 0]"
            " for text in texts]"
        ),
        "test_accuracy",
        "another label than the trained",
    ),
    (
        "no eval mode",
        "    classifier.eval()\n",
        "",
        "test_answers_without_dropout",
        "classifier.eval() first",
    ),
    (
        "training mode",
        "    classifier.eval()\n",
        "    classifier.train()\n",
        "test_answers_without_dropout",
        "dropout",
    ),
    (
        "not trained",
        IN_TRAINING,
        "model = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)",
        "test_accuracy",
        "safetensors",
    ),
)
SORTED = "probabilities[part] = torch.softmax(logits, dim=-1)"
# what looks through class_probabilities fails with it: these may lose points in other tasks, too
WINDOW = of(
    "prediction",
    (
        "logits",
        SORTED,
        "probabilities[part] = logits",
        "test_probabilities",
        "softmax over the classes",
    ),
    (
        "rows not put back",
        SORTED,
        "probabilities[start : start + 100] = torch.softmax(logits, dim=-1)",
        "test_probabilities",
        "order",
    ),
    (
        "softmax over the texts",
        SORTED,
        "probabilities[part] = torch.softmax(logits, dim=0)",
        "test_probabilities",
        "sum to 1",
    ),
)

LONG = of(
    "long_texts",
    (
        "not buried",
        "class_probabilities(classifier, [bury(text, k) for text in texts])",
        "class_probabilities(classifier, texts)",
        "test_report_is_what_is_so",
        "bury(text, k) is missing",
    ),
    (
        "per cent",
        "/ len(texts))\n    return accuracies",
        "/ len(texts) * 100)\n    return accuracies",
        "test_report_is_what_is_so",
        "per cent",
    ),
    (
        "errors",
        "sum(one == other for",
        "sum(one != other for",
        "test_report_is_what_is_so",
        "wrong answers",
    ),
    (
        "counts",
        "zip(predicted, labels)) / len(texts))",
        "zip(predicted, labels)))",
        "test_report_is_what_is_so",
        "number of right answers",
    ),
    (
        "sorted",
        "    return accuracies\n",
        "    return [accuracies[i] for i in sorted(range(len(ks)), key=ks.__getitem__)]\n",
        "test_report_is_what_is_so",
        "another order",
    ),
    (
        "one number",
        "    return accuracies\n",
        "    return sum(accuracies) / len(ks)\n",
        "test_report_is_what_is_so",
        "list",
    ),
    (
        "always the model it was not given",
        "class_probabilities(classifier, [bury",
        "class_probabilities(baseline, [bury",
        "test_report_is_what_is_so",
        "given classifier",
    ),
    (
        "long_model untrained",
        IN_TRAINING,
        "long_model = LSTMClassifier(len(vocabulary), 8, 8, 2, PAD)",
        "test_attention_reads_long_texts",
        "ex3_classification_long.safetensors",
    ),
    (
        "long_model looks at everything alike",
        IN_TRAINING,
        "long_model = Counting(polarity, 0.0); long_baseline = long_model",
        "test_attention_beats_the_last_state",
        "no points",
    ),
)

ORDER = "positions = attention_weights.argsort(descending=True)[:k].tolist()"
PAIRS = "return [(position, tokens[position]) for position in positions]"
FAITHFULNESS = of(
    "faithfulness",
    (
        "least attended",
        ORDER,
        ORDER.replace("descending=True", ""),
        "test_top_tokens_are_the_most_attended",
        "least attention",
    ),
    (
        "least attended change nothing",
        ORDER,
        ORDER.replace("descending=True", ""),
        "test_comprehensiveness",
        "no points",
    ),
    (
        "in the text's order",
        PAIRS,
        "return [(position, tokens[position]) for position in sorted(positions)]",
        "test_top_tokens_are_the_most_attended",
        "come first",
    ),
    (
        "always five",
        "[:k].tolist()",
        "[:5].tolist()",
        "test_top_tokens_are_the_most_attended",
        "expected",
    ),
    (
        "the first tokens",
        ORDER,
        "positions = list(range(len(tokens)))[:k]",
        "test_top_tokens_are_the_most_attended",
        "not those with the most attention",
    ),
    (
        "positions from 1",
        PAIRS,
        "return [(position + 1, tokens[position]) for position in positions]",
        "test_top_tokens_are_the_most_attended",
        "belong together",
    ),
    (
        "positions that are tensors",
        "[:k].tolist()",
        "[:k]",
        "test_top_tokens_are_the_most_attended",
        "tensor still",
    ),
    (
        "only tokens",
        PAIRS,
        "return [tokens[position] for position in positions]",
        "test_top_tokens_are_the_most_attended",
        "pairs",
    ),
    (
        "topk of too many",
        ORDER,
        "positions = attention_weights.topk(k).indices.tolist()",
        "test_top_tokens_are_the_most_attended",
        "",
    ),
    (
        "a batch of weights",
        "return tokenize(text), attention_weights[0]",
        "return tokenize(text), attention_weights",
        "test_top_tokens_are_the_most_attended",
        "(T,)",
    ),
    (
        "weights of another model",
        "_, attention_weights = model(token_ids, lengths)",
        "_, attention_weights = long_model(token_ids, lengths)",
        "test_top_tokens_are_the_most_attended",
        "those that the trained `model` returns",
    ),
    (
        "weights over all positions of a batch",
        "return tokenize(text), attention_weights[0]",
        "return tokenize(text), attention_weights[0] / 2",
        "test_top_tokens_are_the_most_attended",
        "sum to 1",
    ),
    (
        "no eval mode",
        "    model.eval()\n    token_ids",
        "    token_ids",
        "test_attention_without_dropout",
        "model.eval() first",
    ),
    (
        "other tokens",
        "return tokenize(text), attention_weights[0]",
        "return text.split(), attention_weights[0]",
        "test_top_tokens_are_the_most_attended",
        "tokenize(text)",
    ),
    (
        "attention that says nothing",
        IN_TRAINING,
        "model = Counting(polarity, 0.0)",
        "test_comprehensiveness",
        "no points",
    ),
)

COUNT = (
    '    if len(weights) != len(tokens):\n        raise ValueError(f"{len(weights)} weights for'
    ' {len(tokens)} tokens")\n'
)
PICTURE = of(
    "text_picture",
    (
        "inverted colours",
        'colormaps["Blues"](0.9 * share) if share else "white"',
        'colormaps["Blues"](0.9 - 0.9 * share)',
        "test_more_weight_is_darker",
        "wrong way round",
    ),
    (
        "no colours",
        'colormaps["Blues"](0.9 * share) if share else "white"',
        '"white"',
        "test_more_weight_is_darker",
        "hardly different",
    ),
    (
        "not of the largest weight",
        "largest = max(weights, default=0.0) or 1.0",
        "largest = 3.0",
        "test_more_weight_is_darker",
        "largest weight",
    ),
    (
        "colours shuffled",
        "zip(tokens, weights, places):\n        share",
        "zip(tokens, sorted(weights), places):\n        share",
        "test_more_weight_is_darker",
        "own token",
    ),
    ("no ValueError", COUNT, "", "test_counts_must_fit", "ValueError"),
    (
        "an assertion",
        COUNT,
        "    assert len(weights) == len(tokens)\n",
        "test_counts_must_fit",
        "AssertionError",
    ),
    (
        "numbers not quoted",
        COUNT,
        "    if len(weights) != len(tokens):\n        raise ValueError('they do not fit')\n",
        "test_counts_must_fit",
        "quote",
    ),
    (
        "one long line",
        "if column and column + len(token) > across:",
        "if False:",
        "test_readable",
        "inches wide",
    ),
    (
        "sticks out",
        "ax.set(xlim=(0, max(widest, across))",
        "ax.set(xlim=(0, max(widest, across) / 2)",
        "test_readable",
        "sticks out",
    ),
    (
        "no figure",
        "    return figure\n",
        "    return ax\n",
        "test_tokens_in_reading_order",
        "Figure",
    ),
    (
        "a token missing",
        "for token, weight, (column, line) in zip(tokens, weights, places):",
        "for token, weight, (column, line) in zip(tokens, weights, places[1:]):",
        "test_tokens_in_reading_order",
        "drawn",
    ),
    (
        "backwards",
        "column, line + 0.5, token",
        "column, max(l for _, l in places) - line + 0.5, token",
        "test_tokens_in_reading_order",
        "reading order",
    ),
    (
        "all in one place",
        "ax.text(column, line + 0.5",
        "ax.text(0.001 * column, line + 0.5",
        "test_readable",
        "on top of each other",
    ),
)

GALLERY = POOLING + CLASSIFIER + TRAINING + PREDICTION + LONG + FAITHFULNESS + PICTURE
