"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.galleries import Wrong

MASKED = "attention_weights = torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)"
PLAIN = "        return torch.softmax(scores, dim=-1)"
DOT = (
    "    scores = query @ key.transpose(-2, -1)                                          # (B, T_q,"
    " T_k)\n"
)
SCALED = "/ math.sqrt(d_k)"
GENERAL = "        return dot_product_attention(query, self.W(key), value, mask)"
MASKED_KEYS = "test_masked_keys_get_no_weight[dot_product_attention]"


def content(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "content_scores", old, new, test, says)


CONTENT = [
    content(
        "softmax over the queries",
        PLAIN,
        PLAIN.replace("dim=-1", "dim=-2"),
        "test_rows_sum_to_one[dot_product_attention]",
        "wrong axis",
    ),
    content(
        "softmax over the batch",
        PLAIN,
        PLAIN.replace("dim=-1", "dim=0"),
        "test_dot_product_weights",
        "over the batch",
    ),
    content(
        "no softmax",
        PLAIN,
        "        return scores",
        "test_dot_product_weights",
        "without a softmax",
    ),
    content(
        "log-softmax",
        PLAIN,
        "        return torch.log_softmax(scores, dim=-1)",
        "test_dot_product_weights",
        "log_softmax",
    ),
    content(
        "sigmoid",
        PLAIN,
        "        return torch.sigmoid(scores)",
        "test_dot_product_weights",
        "sigmoid",
    ),
    content(
        "negated scores",
        DOT,
        DOT.replace("query @", "-query @"),
        "test_dot_product_weights",
        "negated",
    ),
    content(
        "dot product scaled",
        DOT,
        DOT.replace("  #", " / math.sqrt(query.shape[-1])  #"),
        "test_dot_product_weights",
        "does not scale",
    ),
    content("no scaling", SCALED, "", "test_scaled_weights", "not divided by sqrt(d_k)"),
    content("scaled by d_k", SCALED, "/ d_k", "test_scaled_weights", "divided by d_k instead"),
    content(
        "multiplied", SCALED, "* math.sqrt(d_k)", "test_scaled_weights", "multiplied by sqrt(d_k)"
    ),
    content(
        "scaled by the keys' number",
        SCALED,
        "/ math.sqrt(key.shape[-2])",
        "test_scaled_weights",
        "number of keys",
    ),
    content(
        "mask ignored",
        MASKED,
        "return torch.softmax(scores, dim=-1)",
        MASKED_KEYS,
        "mask is ignored",
    ),
    content("mask inverted", MASKED, MASKED.replace("~mask", "mask"), MASKED_KEYS, "inverted"),
    content(
        "mask after the softmax",
        MASKED,
        "return torch.softmax(scores, dim=-1) * mask",
        MASKED_KEYS,
        "after the softmax",
    ),
    content(
        "masked scores 0",
        MASKED,
        "return torch.softmax(scores * mask, dim=-1)",
        MASKED_KEYS,
        "set to 0",
    ),
    content(
        "masked scores tiny",
        MASKED,
        "return torch.softmax(scores.masked_fill(~mask, 1e-9), dim=-1)",
        MASKED_KEYS,
        "set to",
    ),
    content(
        "-1e9",
        MASKED,
        "return torch.softmax(scores.masked_fill(~mask, -1e9), dim=-1)",
        "test_all_keys_masked[dot_product_attention]",
        "-1e9",
    ),
    content(
        "nan where all is masked",
        MASKED,
        "return torch.softmax(scores.masked_fill(~mask, -math.inf), dim=-1)",
        "test_all_keys_masked[dot_product_attention]",
        "NaN",
    ),
    content(
        "exp by hand",
        PLAIN,
        "        return torch.exp(scores) / torch.exp(scores).sum(dim=-1, keepdim=True)\n    if"
        " True:\n        return torch.exp(scores) * mask / (torch.exp(scores) * mask).sum(dim=-1,"
        " keepdim=True).clamp_min(1e-30)",
        "test_large_scores_stay_finite[dot_product_attention]",
        "NaN",
    ),
    content(
        "keys for values",
        GENERAL,
        GENERAL.replace("value, mask", "key, mask"),
        "test_context_is_the_weighted_sum[GeneralAttention]",
        "shape",
    ),
    content(
        "general with tanh",
        GENERAL,
        "        w = masked_softmax(torch.tanh(query @ self.W(key).transpose(1, 2)), mask)\n       "
        " return w @ value, w",
        "test_general_weights",
        "tanh",
    ),
    content(
        "general scaled",
        GENERAL,
        GENERAL.replace("dot_product", "scaled_dot_product"),
        "test_general_weights",
        "does not scale",
    ),
    content(
        "general with a bias",
        "nn.Linear(key_size, query_size, bias=False)",
        "nn.Linear(key_size, query_size)",
        "test_general_weights",
        "without bias",
    ),
    content(
        "general without its matrix",
        GENERAL,
        GENERAL.replace("self.W(key)", "key + 0 * self.W.weight.sum()"),
        "test_general_weights",
        "raised",
    ),
    content(
        "weights transposed",
        DOT + "    attention_weights = masked_softmax(scores, mask)\n    return attention_weights @"
        " value, attention_weights",
        DOT + "    attention_weights = masked_softmax(scores, mask)\n    return attention_weights @"
        " value, attention_weights.transpose(1, 2)",
        "test_dot_product_weights",
        "another order",
    ),
    content(
        "changes the scores' mask in place",
        MASKED,
        "mask.logical_not_(); attention_weights = torch.softmax(scores.masked_fill(mask,"
        " -math.inf), dim=-1); return attention_weights.masked_fill(mask, 0.0)",
        "test_nothing_else_changes[dot_product_attention]",
        "in place",
    ),
    content(
        "detached",
        DOT,
        DOT.replace("query @", "query.detach() @"),
        "test_gradient_reaches_everything[dot_product_attention]",
        "query",
    ),
    content(
        "heads mixed up",
        "key.transpose(-2, -1) / math.sqrt(d_k)",
        "key.transpose(1, 2) / math.sqrt(d_k)",
        "test_scaled_with_heads",
        "raised",
    ),
    content(
        "weights only",
        DOT + "    attention_weights = masked_softmax(scores, mask)\n    return attention_weights @"
        " value, attention_weights",
        DOT + "    attention_weights = masked_softmax(scores, mask)\n    return attention_weights @"
        " value",
        "test_dot_product_weights",
        "Expected 2 values",
    ),
]

LOCATION_SCORES = "masked_softmax(self.W(query)[..., :T_k], mask)"
WINDOW = "torch.exp(-(positions - center.unsqueeze(-1)) ** 2 / (2 * sigma ** 2))"


def location(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "location", old, new, test, says)


LOCATION = [
    location(
        "softmax before the cut",
        LOCATION_SCORES,
        "masked_softmax(self.W(query), None)[..., :T_k]",
        "test_location_weights",
        "cut to T_k afterwards",
    ),
    location(
        "the last positions",
        LOCATION_SCORES,
        LOCATION_SCORES.replace(":T_k", "-T_k:"),
        "test_location_weights",
        "last positions",
    ),
    location(
        "backwards",
        LOCATION_SCORES,
        LOCATION_SCORES.replace("[..., :T_k]", "[..., :T_k].flip(-1)"),
        "test_location_weights",
        "backwards",
    ),
    location(
        "scaled",
        LOCATION_SCORES,
        LOCATION_SCORES.replace(", mask", " / math.sqrt(query.shape[-1]), mask"),
        "test_location_weights",
        "does not scale",
    ),
    location(
        "content as well",
        LOCATION_SCORES,
        LOCATION_SCORES.replace(", mask", " + key.mean(-1).unsqueeze(1), mask"),
        "test_content_does_not_matter",
        "only the query may",
    ),
    location(
        "mask ignored",
        LOCATION_SCORES,
        LOCATION_SCORES.replace("mask)", "None)").replace("masked_None", "masked_softmax"),
        "test_masked_positions_get_no_weight",
        "mask is ignored",
    ),
    location(
        "too long is cut",
        '        if T_k > self.W.out_features:\n            raise ValueError(f"{T_k} positions, but'
        ' this attention knows {self.W.out_features} only")\n',
        "        key, value = key[:, :self.W.out_features], value[:, :self.W.out_features]\n       "
        " T_k = key.shape[1]\n",
        "test_too_long_is_refused",
        "Expected ValueError",
    ),
    location(
        "off by one",
        "T_k > self.W.out_features",
        "T_k >= self.W.out_features",
        "test_too_long_is_refused",
        "raised ValueError",
    ),
    location(
        "normalised",
        WINDOW,
        "torch.softmax(-(positions - center.unsqueeze(-1)) ** 2 / (2 * sigma ** 2), dim=-1)",
        "test_window_values",
        "normalised",
    ),
    location(
        "density",
        WINDOW,
        WINDOW + " / (sigma * math.sqrt(2 * math.pi))",
        "test_window_values",
        "probability density",
    ),
    location(
        "no 2", "(2 * sigma ** 2)", "(sigma ** 2)", "test_window_values", "factor 2 is left out"
    ),
    location(
        "sigma not squared",
        "(2 * sigma ** 2)",
        "(2 * sigma)",
        "test_window_values",
        "sigma is not squared",
    ),
    location(
        "from one",
        "torch.arange(length, dtype",
        "1 + torch.arange(length, dtype",
        "test_window_values",
        "counted from 1",
    ),
    location(
        "no square",
        "(positions - center.unsqueeze(-1)) ** 2",
        "(positions - center.unsqueeze(-1)).abs()",
        "test_window_values",
        "not squared",
    ),
    location(
        "grows",
        "torch.exp(-(positions",
        "torch.exp((positions",
        "test_window_values",
        "minus is missing",
    ),
    location(
        "rounded",
        WINDOW,
        WINDOW.replace("center", "center.round()"),
        "test_window_values",
        "rounded",
    ),
    location(
        "clamped",
        WINDOW,
        WINDOW.replace("center.uns", "center.clamp(0, length - 1).uns"),
        "test_window_outside",
        "moved into",
    ),
]


def own(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "self_attention", old, new, test, says)


SELF = "scaled_dot_product_attention(self.W_q(x), self.W_k(x), self.W_v(x), mask)"
HEADS = "split(self.W_q(query)), split(self.W_k(key)), split(self.W_v(value)), mask)"
SPLIT = "x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)"
JOIN = "self.W_o(context.transpose(1, 2).flatten(2))"
ENCODING = "torch.stack([angles.sin(), angles.cos()], dim=-1).flatten(1)"

SELF_ATTENTION = [
    own("causal without oneself", ".tril()", ".tril(-1)", "test_causal_mask", "also see itself"),
    own("causal one too far", ".tril()", ".tril(1)", "test_causal_mask", "sees the next one"),
    own("causal turned round", ".tril()", ".triu()", "test_causal_mask", "future, not the past"),
    own("causal inverted", ".tril()", ".triu(1)", "test_causal_mask", "inverted"),
    own(
        "causal of floats",
        "dtype=torch.bool).tril()",
        "dtype=torch.float).tril()",
        "test_causal_mask",
        "bool",
    ),
    own(
        "shared projection",
        SELF,
        SELF.replace("W_k", "W_q"),
        "test_self_attention_weights",
        "one projection serves",
    ),
    own(
        "exchanged",
        SELF,
        SELF.replace("W_q(x), self.W_k", "W_k(x), self.W_q"),
        "test_self_attention_weights",
        "exchanged",
    ),
    own(
        "values not projected",
        SELF,
        SELF.replace("self.W_v(x)", "x[..., :self.W_v.out_features]"),
        "test_self_attention_context",
        "not projected",
    ),
    own(
        "keys for values",
        SELF,
        SELF.replace("W_v", "W_k"),
        "test_self_attention_context",
        "keys are mixed",
    ),
    own(
        "mask not handed on",
        SELF,
        SELF.replace(", mask", ""),
        "test_self_attention_mask",
        "mask is ignored",
    ),
    own(
        "scaled by d_model",
        SELF,
        SELF.replace("self.W_q(x)", "self.W_q(x) * math.sqrt(self.W_q.out_features / x.shape[-1])"),
        "test_self_attention_weights",
        "sqrt(d_model)",
    ),
    own(
        "with biases",
        "self.W_q = nn.Linear(d_model, d_k, bias=False)",
        "self.W_q = nn.Linear(d_model, d_k)",
        "test_self_attention_weights",
        "without bias",
    ),
    own(
        "heads cut through positions",
        SPLIT,
        "x.reshape(x.shape[0], self.n_heads, x.shape[1], -1)",
        "test_heads_attend_on_their_own",
        "mixes positions and heads",
    ),
    own(
        "heads take every H-th feature",
        SPLIT,
        "x.unflatten(-1, (-1, self.n_heads)).permute(0, 3, 1, 2)",
        "test_heads_attend_on_their_own",
        "every H-th",
    ),
    own(
        "joined without going back",
        JOIN,
        "self.W_o(context.reshape(context.shape[0], query.shape[1], -1))",
        "test_heads_are_joined",
        "without going back",
    ),
    own(
        "no output projection",
        JOIN,
        "context.transpose(1, 2).flatten(2)",
        "test_heads_are_joined",
        "W_o is not used",
    ),
    own(
        "weights averaged over heads",
        JOIN + ", attention_weights",
        JOIN + ", attention_weights.mean(1)",
        "test_heads_attend_on_their_own",
        "axis for the heads",
    ),
    own(
        "keys' projection for queries",
        HEADS,
        HEADS.replace("W_k", "W_q"),
        "test_heads_attend_on_their_own",
        "serves for the keys",
    ),
    own(
        "scaled by d_model in heads",
        HEADS,
        HEADS.replace("self.W_q(query)", "self.W_q(query) / math.sqrt(self.n_heads)"),
        "test_heads_attend_on_their_own",
        "sqrt(d_model)",
    ),
    own(
        "values read from keys",
        HEADS,
        HEADS.replace("self.W_v(value)", "self.W_v(key)"),
        "test_heads_are_joined",
        "gets the key",
    ),
    own(
        "mask of one head",
        "mask = mask.unsqueeze(1) ",
        "mask = None ",
        "test_heads_and_masks",
        "mask is ignored",
    ),
    own(
        "any number of heads",
        '        if d_model % n_heads:\n            raise ValueError(f"{d_model} features cannot be'
        ' shared evenly among {n_heads} heads")\n',
        "",
        "test_heads_must_fit",
        "should raise ValueError",
    ),
    own(
        "halves",
        ENCODING,
        "torch.cat([angles.sin(), angles.cos()], dim=1)",
        "test_positional_encoding",
        "two halves",
    ),
    own(
        "cosines first",
        ENCODING,
        "torch.stack([angles.cos(), angles.sin()], dim=-1).flatten(1)",
        "test_positional_encoding",
        "exchanged",
    ),
    own(
        "positions from one",
        "positions = torch.arange(T,",
        "positions = 1 + torch.arange(T,",
        "test_positional_encoding",
        "counted from 1",
    ),
    own(
        "exponent without the 2",
        "-torch.arange(0, d_model, 2) / d_model",
        "-torch.arange(0, d_model, 2) / d_model / 2",
        "test_positional_encoding",
        "factor 2 is left out",
    ),
]


def saturation(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "saturation", old, new, test, says)


NORM = "jacobian.flatten(1).norm(dim=1).mean().item()"
SATURATION = [
    saturation(
        "one set of keys for all queries",
        "torch.randn(1000, 32, d_k)",
        "torch.randn(1, 32, d_k)",
        "test_every_query_has_keys_of_its_own",
        "share one set of keys",
    ),
    saturation(
        "always scaled",
        "    if scaled:\n        scores",
        "    if True:\n        scores",
        "test_unscaled_norm_falls",
        "wrong way round",
    ),
    saturation(
        "never scaled",
        "    if scaled:\n        scores",
        "    if False:\n        scores",
        "test_scaled_norm_stays",
        "wrong way round",
    ),
    saturation(
        "by d_k",
        "scores = scores / math.sqrt(d_k)\n    p",
        "scores = scores / d_k\n    p",
        "test_scaled_norm_stays",
        "divided by d_k",
    ),
    saturation(
        "squared",
        NORM,
        "jacobian.flatten(1).square().sum(dim=1).mean().item()",
        "test_scaled_norm_stays",
        "squared norms",
    ),
    saturation(
        "weights' norm",
        NORM,
        "p.norm(dim=1).mean().item()",
        "test_scaled_norm_stays",
        "norm of the weights",
    ),
    saturation(
        "sign",
        "torch.diag_embed(p) - p",
        "torch.diag_embed(p) + p",
        "test_scaled_norm_stays",
        "added",
    ),
    saturation(
        "a tensor of norms",
        NORM,
        "jacobian.flatten(1).norm(dim=1)",
        "test_scaled_norm_stays",
        "to be a number",
    ),
    saturation(
        "mean of the squares",
        NORM,
        "jacobian.flatten(1).square().mean(dim=1).sqrt().mean().item()",
        "test_scaled_norm_stays",
        "factor of 32",
    ),
]


def picture(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "picture", old, new, test, says)


PICTURE = [
    picture(
        "all tasks",
        "        if row_task == task:",
        "        if True:",
        "test_one_line_per_mechanism",
        "rows of other tasks",
    ),
    picture(
        "lengths unsorted",
        "lengths = sorted(by_length)",
        "lengths = list(by_length)",
        "test_one_line_per_mechanism",
        "to and fro",
    ),
    picture(
        "axes exchanged",
        "ax.plot(lengths, [by_length[length] for length in lengths]",
        "ax.plot([by_length[length] for length in lengths], lengths",
        "test_one_line_per_mechanism",
        "exchanged",
    ),
    picture(
        "numbered",
        "ax.plot(lengths, [",
        "ax.plot(range(len(lengths)), [",
        "test_one_line_per_mechanism",
        "instead of at their lengths",
    ),
    picture(
        "no labels",
        ", label=mechanism)",
        ")",
        "test_one_line_per_mechanism",
        "no line with a label",
    ),
    picture("axes not named", 'xlabel="length", ', "", "test_it_can_be_read", "horizontal axis"),
    picture(
        "labels exchanged",
        'xlabel="length", ylabel="accuracy"',
        'xlabel="accuracy", ylabel="length"',
        "test_it_can_be_read",
        "name the other axis",
    ),
    picture(
        "limits that follow the points",
        ", ylim=(0, 1.05)",
        "",
        "test_it_can_be_read",
        "without 0 to 1",
    ),
    picture("zoomed in", ", ylim=(0, 1.05)", ", ylim=(0.5, 1)", "test_it_can_be_read", "0.5 to 1"),
    picture("no legend", "    ax.legend()\n", "", "test_it_can_be_read", "legend"),
    picture("no title", ", title=task", "", "test_it_can_be_read", "title"),
    picture(
        "always the same axes",
        '        ax = plt.figure(figsize=(6, 3.5), layout="constrained").add_subplot()',
        "        ax = plt.gca()",
        "test_it_draws_where_it_is_told",
        "earlier picture",
    ),
    picture(
        "returns nothing",
        "    ax.legend()\n    return ax",
        "    ax.legend()",
        "test_one_line_per_mechanism",
        "raised",
    ),
]


def comparison(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "comparison", old, new, test, says)


ROW = "rows.append((mechanism, task, length, right.float().mean().item()))"
COMPARISON = [
    comparison(
        "whole sequences",
        ROW,
        ROW.replace("right.float()", "right.all(dim=1).float()"),
        "test_rows_are_true",
        "whole sequences",
    ),
    comparison(
        "percent",
        ROW,
        ROW.replace("right.float()", "100 * right.float()"),
        "test_rows_are_complete",
        "percentage",
    ),
    comparison(
        "all ones",
        ROW,
        ROW.replace("right.float().mean().item()", "1.0"),
        "test_rows_are_true",
        "same number",
    ),
    comparison(
        "wrong answers",
        "cue_ids) == batch.target_ids",
        "cue_ids) != batch.target_ids",
        "test_rows_are_true",
        "wrong answers are counted",
    ),
    comparison(
        "only short ones",
        "sequence_batch(task, length, 300",
        "sequence_batch(task, 4, 300",
        "test_rows_are_true",
        "shortest",
    ),
    comparison(
        "a length left out",
        "for length in LENGTHS:",
        "for length in LENGTHS[:3]:",
        "test_rows_are_complete",
        "rows are missing",
    ),
    comparison(
        "predict by arithmetic",
        "    return logits.argmax(dim=-1) ",
        "    return {'copy': source_ids, 'reverse': source_ids.flip(1), 'sort':"
        " source_ids.sort(1).values}.get(task, logits.argmax(-1)) ",
        "test_weights_do_it",
        "share of models",
    ),
    comparison(
        "scaled is not",
        '        return scaled_dot_product_attention\n    if mechanism == "general"',
        '        return dot_product_attention\n    if mechanism == "general"',
        "test_build_attention",
        "something else than your scaled_dot_product_attention",
    ),
    comparison(
        "window of the wrong thing",
        "MonotonicAttention(gaussian_window)",
        "MonotonicAttention(lambda *a: gaussian_window(*a).flip(-1))",
        "test_build_attention",
        "position t in step t",
    ),
    comparison(
        "no error",
        '    raise ValueError(f"there is no mechanism {mechanism!r}")',
        "    return None",
        "test_build_attention",
        "Expected ValueError",
    ),
]

GALLERY = [*CONTENT, *LOCATION, *SELF_ATTENTION, *SATURATION, *PICTURE]
