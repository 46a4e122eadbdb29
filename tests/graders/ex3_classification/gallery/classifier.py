"""Wrong variants of the task `classifier`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import of

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
