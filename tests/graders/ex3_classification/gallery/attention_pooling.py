"""Wrong variants of the task `attention_pooling`: one edit each, the hidden test that must fail,
and words of its message."""

from tests.graders.galleries import of

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
