"""Wrong variants of the notebook's solution: one edit each, the hidden test that must fail, and
words of its message."""

from tests.graders.galleries import Wrong

CELLS = "test_every_weight_has_its_cell"
TOKENS = "test_every_token_is_written"
DRAW = 'ax.imshow(attention_weights.detach().numpy(), vmin=0, vmax=1, cmap="Blues", aspect="auto")'
X_TICKS = '    ax.set_xticks(range(expected[1]), source_tokens, rotation=45, ha="right")\n'
Y_TICKS = "    ax.set_yticks(range(expected[0]), target_tokens)\n    ax.set(xl"
LABELS = 'ax.set(xlabel="source", ylabel="target")'
NEW_FIGURE = (
    "ax = plt.figure(figsize=(2 + 0.5 * expected[1], 1.5 + 0.4 * expected[0]),"
    ' layout="constrained").add_subplot()'
)
REFUSE = (
    '    if tuple(attention_weights.shape) != expected:\n        raise ValueError(f"weights of'
    " shape {tuple(attention_weights.shape)} for {expected[0]} target and {expected[1]} source"
    ' tokens")\n'
)


def heat_map(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "heat_map", old, new, test, says)


HEAT_MAP = [
    heat_map(
        "transposed",
        DRAW,
        DRAW.replace(".detach()", ".detach().T"),
        CELLS,
        "rows and columns are exchanged",
    ),
    heat_map(
        "first row below",
        DRAW,
        DRAW.replace("vmin", 'origin="lower", vmin'),
        CELLS,
        "the first row is at the bottom",
    ),
    heat_map(
        "columns from the right",
        LABELS,
        LABELS + "\n    ax.invert_xaxis()",
        CELLS,
        "from right to left",
    ),
    heat_map(
        "rows divided by their largest",
        DRAW,
        DRAW.replace(
            ".detach()", ".detach().div(attention_weights.detach().amax(dim=1, keepdim=True))"
        ),
        CELLS,
        "each row is divided by its own largest weight",
    ),
    heat_map(
        "map divided by its largest",
        DRAW,
        DRAW.replace(".detach()", ".detach().div(attention_weights.max().detach())"),
        CELLS,
        "divided by the largest of the map",
    ),
    heat_map(
        "softmax again",
        DRAW,
        DRAW.replace(".detach()", ".detach().softmax(dim=-1)"),
        CELLS,
        "softmax once more",
    ),
    heat_map("logarithms", DRAW, DRAW.replace(".detach()", ".detach().log()"), CELLS, "logarithms"),
    heat_map(
        "no map",
        "image = " + DRAW,
        "image = ax.scatter([0], [0], c=[0.5], vmin=0, vmax=1)",
        CELLS,
        "no map of numbers",
    ),
    heat_map(
        "edge cut off", LABELS, LABELS + "\n    ax.set_xlim(0, expected[1] - 1)", CELLS, "cut off"
    ),
    heat_map(
        "nothing returned",
        'label="attention weight")\n    return ax',
        'label="attention weight")',
        CELLS,
        "expected matplotlib Axes, not NoneType",
    ),
    heat_map("no tokens", X_TICKS, "", TOKENS, "are no tokens"),
    heat_map(
        "tokens exchanged",
        X_TICKS,
        X_TICKS.replace("source_tokens", "(target_tokens * 4)[:expected[1]]"),
        TOKENS,
        "another token than theirs",
    ),
    heat_map(
        "tokens backwards",
        "range(expected[0]), target_tokens)\n    ax.set(xl",
        "range(expected[0]), target_tokens[::-1])\n    ax.set(xl",
        TOKENS,
        "the wrong way round",
    ),
    heat_map(
        "every second token",
        X_TICKS,
        X_TICKS.replace(
            "range(expected[1]), source_tokens", "range(0, expected[1], 2), source_tokens[::2]"
        ),
        TOKENS,
        "only 3 tick labels",
    ),
    heat_map(
        "labels without places",
        X_TICKS,
        "    ax.set_xticks(range(len(set(source_tokens))), sorted(set(source_tokens)))\n",
        TOKENS,
        "a token that occurs twice needs two",
    ),
    heat_map(
        "ticks at the edges",
        "image = " + DRAW,
        "image = ax.pcolormesh(attention_weights.detach(), vmin=0, vmax=1)\n    ax.invert_yaxis()",
        TOKENS,
        "at the edges of the cells",
    ),
    heat_map(
        "labels exchanged",
        LABELS,
        LABELS.replace("source", "?").replace("target", "source").replace("?", "target"),
        "test_axes_say_what_they_are",
        "exchanged",
    ),
    heat_map(
        "no labels",
        "    " + LABELS,
        "    pass",
        "test_axes_say_what_they_are",
        "should say that it is the source",
    ),
    heat_map(
        "colours stretched",
        'vmin=0, vmax=1, cmap="Blues", aspect="auto")\n    ax.set_xticks(range(expected[1]),'
        " source_tokens, rotation=45",
        'cmap="Blues", aspect="auto")\n    ax.set_xticks(range(expected[1]), source_tokens,'
        " rotation=45",
        "test_colours_run_from_0_to_1",
        "stretched to the weights",
    ),
    heat_map(
        "no colour bar",
        '    ax.figure.colorbar(image, ax=ax, label="attention weight")\n',
        "",
        "test_colour_bar",
        "no colour bar",
    ),
    heat_map(
        "nothing refused", REFUSE, "", "test_what_does_not_fit_is_refused", "Expected ValueError"
    ),
    heat_map(
        "an assertion",
        REFUSE,
        "    assert tuple(attention_weights.shape) == expected\n",
        "test_what_does_not_fit_is_refused",
        "AssertionError",
    ),
    heat_map(
        "number of cells compared",
        "if tuple(attention_weights.shape) != expected:",
        "if attention_weights.numel() != expected[0] * expected[1]:",
        "test_what_does_not_fit_is_refused",
        "Expected ValueError",
    ),
    heat_map(
        "the current Axes",
        NEW_FIGURE,
        "ax = plt.gca()",
        "test_it_draws_where_it_is_told",
        "a new figure should be made",
    ),
    heat_map(
        "ax ignored",
        "    if ax is None:\n        ax = plt.figure(figsize=(2",
        "    if True:\n        ax = plt.figure(figsize=(2",
        "test_it_draws_where_it_is_told",
        "nothing was drawn on it",
    ),
    heat_map(
        "gradient not cut",
        DRAW,
        DRAW.replace(".detach().numpy()", ".numpy()"),
        "test_weights_of_a_model_in_training",
        "requires grad",
    ),
]

PANEL = 'image = ax.imshow(attention_weights[h].detach().numpy(), vmin=0, vmax=top, cmap="Blues")'
TITLE = '        ax.set_title(f"head {h + 1}")\n'


def heads(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "heads", old, new, test, says)


HEADS = [
    heads(
        "transposed",
        PANEL,
        PANEL.replace("[h]", "[h].T"),
        "test_every_head_has_its_panel",
        "rows and columns are exchanged",
    ),
    heads(
        "the last head first",
        "list(grid.flat[:H])",
        "list(grid.flat[:H])[::-1]",
        "test_every_head_has_its_panel",
        "reading order",
    ),
    heads(
        "always the first",
        PANEL,
        PANEL.replace("[h]", "[0]"),
        "test_every_head_has_its_panel",
        "shows head",
    ),
    heads("a scale for each", "vmin=0, vmax=top, ", "", "test_one_scale", "a scale of its own"),
    heads(
        "an upper limit for each",
        "vmax=top",
        "vmax=attention_weights[h].max().item()",
        "test_one_scale",
        "a scale of its own",
    ),
    heads(
        "stretched below",
        "vmin=0, vmax=top",
        "vmin=attention_weights.min().item(), vmax=top",
        "test_one_scale",
        "not at 0",
    ),
    heads(
        "cut above",
        "attention_weights.max().item()",
        "0.5 * attention_weights.max().item()",
        "test_one_scale",
        "at the largest weight of all",
    ),
    heads(
        "no colour bar",
        'columns, 3 * rows), squeeze=False, layout="constrained")\n    for spare in grid.flat[H:]:',
        "columns, 3 * rows), squeeze=False)\n    figure.colorbar = lambda *args, **kwargs: None\n  "
        "  for spare in grid.flat[H:]:",
        "test_one_scale",
        "no colour bar",
    ),
    heads(
        "counted from 0",
        "{h + 1}",
        "{h}",
        "test_heads_are_numbered_and_tokens_written",
        "counted from 0",
    ),
    heads(
        "no titles",
        TITLE,
        "",
        "test_heads_are_numbered_and_tokens_written",
        "should hold the heads' numbers",
    ),
    heads(
        "no tokens",
        "        ax.set_xticks(range(len(tokens)), tokens, rotation=90)\n",
        "",
        "test_heads_are_numbered_and_tokens_written",
        "no tokens",
    ),
    heads(
        "empty panels left",
        "        spare.remove()\n    panels, top",
        "        pass\n    panels, top",
        "test_any_number_of_heads",
        "1 empty panels",
    ),
    heads(
        "four at most",
        "H, *shape = attention_weights.shape\n",
        "H, *shape = attention_weights[:4].shape\n",
        "test_any_number_of_heads",
        "7 heads, and 4 panels",
    ),
    heads(
        "nothing refused",
        "if shape != [len(tokens), len(tokens)]:",
        "if False:",
        "test_what_does_not_fit_is_refused",
        "ValueError",
    ),
]


def measures(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "measures", old, new, test, says)


ENTROPY = "return torch.special.entr(weights).sum(dim=-1) "
KEPT = "weights = kept / kept.sum(dim=-1, keepdim=True).clamp_min(1e-12)"
DISTANCE = "return (weights * distances).sum(dim=-1) "
ALIGN = "best = weights.argmax(dim=1).tolist() "
PAIRS = "[(i, j) for i, j in enumerate(best) if weights[i, j] > 0]"
RATE = "return 1 - (len(A & S) + len(A & P)) / (len(A) + len(S))"
NATS = "test_entropy_in_nats"

MEASURES = [
    measures(
        "bits", ENTROPY, ENTROPY.replace("(dim=-1)", "(dim=-1) / math.log(2)"), NATS, "base 2"
    ),
    measures(
        "base 10", ENTROPY, ENTROPY.replace("(dim=-1)", "(dim=-1) / math.log(10)"), NATS, "base 10"
    ),
    measures(
        "no minus",
        ENTROPY,
        "return (weights * weights.clamp_min(1e-12).log()).sum(dim=-1) ",
        NATS,
        "minus sign",
    ),
    measures(
        "mean over the keys", ENTROPY, ENTROPY.replace(".sum", ".mean"), NATS, "mean over the keys"
    ),
    measures(
        "a share",
        ENTROPY,
        ENTROPY.replace("(dim=-1)", "(dim=-1) / math.log(weights.shape[-1])"),
        NATS,
        "number of keys",
    ),
    measures(
        "perplexity",
        ENTROPY,
        ENTROPY.replace("(dim=-1)", "(dim=-1).exp()"),
        NATS,
        "e to the entropy",
    ),
    measures(
        "over the queries", ENTROPY, ENTROPY.replace("dim=-1", "dim=-2"), NATS, "over the queries"
    ),
    measures(
        "rows averaged",
        ENTROPY,
        ENTROPY.replace("(dim=-1)", "(dim=-1).mean()"),
        NATS,
        "rows are averaged",
    ),
    measures(
        "0 log 0",
        ENTROPY,
        "return -(weights * weights.log()).sum(dim=-1) ",
        "test_entropy_of_zeros",
        "0 * log(0)",
    ),
    measures(
        "mask ignored",
        "if mask is not None:\n        kept",
        "if False:\n        kept",
        "test_entropy_with_a_mask",
        "mask is ignored",
    ),
    measures(
        "mask inverted",
        "masked_fill(~mask, 0.0)",
        "masked_fill(mask, 0.0)",
        "test_entropy_with_a_mask",
        "inverted",
    ),
    measures(
        "not divided",
        KEPT,
        "weights = kept",
        "test_entropy_with_a_mask",
        "not divided by their sum",
    ),
    measures(
        "softmax of the rest",
        KEPT,
        "weights = weights.masked_fill(~mask, -math.inf).softmax(dim=-1)",
        "test_entropy_with_a_mask",
        "softmax again",
    ),
    measures("0 / 0", ".clamp_min(1e-12)", "", "test_entropy_where_nothing_is_left", "0 / 0"),
    measures(
        "two dimensions only",
        ENTROPY,
        "T, _ = weights.shape\n    " + ENTROPY,
        "test_entropy_of_any_shape",
        "ValueError",
    ),
    measures(
        "weights changed",
        "kept = weights.masked_fill(~mask, 0.0)",
        "kept = weights.masked_fill_(~mask, 0.0)",
        "test_entropy_of_any_shape",
        "in place",
    ),
    measures(
        "signed",
        ".unsqueeze(1) - torch.arange(T_k)).abs()",
        ".unsqueeze(1) - torch.arange(T_k))",
        "test_distance",
        "has a sign",
    ),
    measures(
        "signed the other way",
        "(torch.arange(T_q).unsqueeze(1) - torch.arange(T_k)).abs()",
        "torch.arange(T_k) - torch.arange(T_q).unsqueeze(1)",
        "test_distance",
        "has a sign",
    ),
    measures(
        "not weighted",
        DISTANCE,
        "return distances.double().mean(dim=-1).expand(weights.shape[:-1]) ",
        "test_distance",
        "every key counts alike",
    ),
    measures(
        "squared",
        DISTANCE,
        DISTANCE.replace("distances)", "distances ** 2)"),
        "test_distance",
        "squared",
    ),
    measures(
        "the farthest point",
        DISTANCE,
        "return (weights.argmax(dim=-1) - torch.arange(T_q)).abs().double() ",
        "test_distance",
        "only the most attended key",
    ),
    measures(
        "over queries",
        DISTANCE,
        DISTANCE.replace("dim=-1", "dim=-2"),
        "test_distance",
        "over the queries",
    ),
    measures(
        "all averaged",
        DISTANCE,
        DISTANCE.replace("(dim=-1)", "(dim=-1).mean(dim=-1)"),
        "test_distance",
        "queries are averaged",
    ),
    measures(
        "divided twice",
        DISTANCE,
        DISTANCE.replace("(dim=-1)", "(dim=-1) / T_k"),
        "test_distance",
        "number of keys once more",
    ),
    measures(
        "square maps only",
        "    T_q, T_k = weights.shape[-2:]\n",
        "    T_q, T_k = weights.shape[-1], weights.shape[-1]\n",
        "test_distance_of_any_shape",
        "RuntimeError",
    ),
    measures(
        "argmax by columns",
        ALIGN,
        ALIGN.replace("dim=1", "dim=0"),
        "test_hard_alignment",
        "by columns",
    ),
    measures(
        "pairs turned",
        "[(i, j) for i, j in enumerate(best)",
        "[(j, i) for i, j in enumerate(best)",
        "test_hard_alignment",
        "turned round",
    ),
    measures(
        "counted from 1",
        "[(i, j) for i, j in enumerate(best)",
        "[(i + 1, j + 1) for i, j in enumerate(best)",
        "test_hard_alignment",
        "counted from 1",
    ),
    measures(
        "least attended",
        ALIGN,
        ALIGN.replace("argmax", "argmin"),
        "test_hard_alignment",
        "least attended",
    ),
    measures(
        "tensors in pairs",
        ALIGN,
        ALIGN.replace(".tolist()", ""),
        "test_hard_alignment",
        "plain Python integers",
    ),
    measures(
        "a tensor",
        "return " + PAIRS,
        "return weights.argmax(dim=1)",
        "test_hard_alignment",
        "list of pairs",
    ),
    measures(
        "the last of equals",
        ALIGN,
        "best = (weights.shape[1] - 1 - weights.flip(1).argmax(dim=1)).tolist() ",
        "test_ties",
        "the last of equal weights",
    ),
    measures(
        "all of equals",
        "return " + PAIRS,
        "return [(i, j) for i in range(len(weights)) for j in range(weights.shape[1]) if weights[i,"
        " j] == weights[i].max() > 0]",
        "test_ties",
        "all of equal weights",
    ),
    measures(
        "zeros aligned", " if weights[i, j] > 0]", "]", "test_rows_of_zeros", "looked at nothing"
    ),
    measures(
        "sure and possible exchanged",
        "A, S = set(predicted), set(sure)\n    P = S | set(possible)",
        "A, S = set(predicted), set(possible)\n    P = S | set(sure)",
        "test_error_rate",
        "exchanged",
    ),
    measures("accuracy", RATE, RATE.replace("1 - ", ""), "test_error_rate", "1 minus is missing"),
    measures("recall", RATE, "return 1 - len(A & S) / max(1, len(S))", "test_error_rate", "recall"),
    measures(
        "precision", RATE, "return 1 - len(A & P) / max(1, len(A))", "test_error_rate", "precision"
    ),
    measures(
        "only sure counts",
        RATE,
        RATE.replace("A & P", "A & S"),
        "test_error_rate",
        "only sure pairs count",
    ),
    measures(
        "wrong denominator",
        RATE,
        RATE.replace("+ len(S))", "+ len(P))"),
        "test_error_rate",
        "possible ones",
    ),
    measures(
        "possible without sure",
        "P = S | set(possible)",
        "P = set(possible)",
        "test_sure_is_possible",
        "does not repeat",
    ),
    measures(
        "doubles counted",
        RATE,
        "predicted, sure = list(predicted), list(sure)\n    return 1 - (sum(a in S for a in"
        " predicted) + sum(a in P for a in predicted)) / (len(predicted) + len(sure))",
        "test_doubled_pairs",
        "count twice",
    ),
    measures(
        "division by zero",
        "    if not A and not S:\n        return 0.0\n",
        "",
        "test_nothing_there",
        "ZeroDivisionError",
    ),
]

LAYER = "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) @ rollout"
CHAINED = "test_layers_are_chained"


def rollout(what: str, new: str, test: str, says: str, old: str = LAYER) -> Wrong:
    return Wrong(what, "rollout", old, new, test, says)


ROLLOUT = [
    rollout("no identity", "layer.mean(dim=0) @ rollout", CHAINED, "identity is left out"),
    rollout(
        "wrong order",
        "rollout @ (0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])))",
        CHAINED,
        "wrong order",
    ),
    rollout("not halved", LAYER.replace("0.5 * ", ""), CHAINED, "not halved"),
    rollout("no identity, wrong order", "rollout @ layer.mean(dim=0)", CHAINED, "wrong order"),
    rollout(
        "identity at the end",
        "0.5 * (layer.mean(dim=0) @ rollout + (torch.eye(layer.shape[-1]) if layer is"
        " attentions[-1] else layer.mean(dim=0) @ rollout))",
        CHAINED,
        "once at the end",
    ),
    rollout(
        "only the last layer",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))",
        CHAINED,
        "only the last layer",
    ),
    rollout(
        "cell by cell",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) * (rollout if layer is not"
        " attentions[0] else 1)",
        CHAINED,
        "cell by cell",
    ),
    rollout(
        "transposed",
        "rollout @ (0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))).T",
        CHAINED,
        "transposed",
    ),
    rollout("heads added", LAYER.replace("mean", "sum"), "test_heads_are_averaged", "added up"),
    rollout(
        "largest head",
        LAYER.replace("mean(dim=0)", "amax(dim=0)"),
        "test_heads_are_averaged",
        "largest of the heads",
    ),
    rollout(
        "first head",
        LAYER.replace("mean(dim=0)", "select(0, 0)"),
        "test_heads_are_averaged",
        "only the first head",
    ),
    rollout(
        "heads kept apart",
        LAYER.replace("layer.mean(dim=0)", "layer"),
        "test_heads_are_averaged",
        "not averaged",
    ),
    rollout(
        "by columns",
        "(lambda m: m / m.sum(dim=0))(0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))) @"
        " rollout",
        CHAINED,
        "columns",
    ),
    rollout(
        "inputs changed",
        "0.5 * (layer.mul_(1.0).add_(0.1).mean(dim=0) - 0.1 + torch.eye(layer.shape[-1])) @"
        " rollout",
        "test_inputs_stay",
        "in place",
    ),
    rollout(
        "nothing refused",
        "if not attentions:\n        return torch.eye(1)",
        "test_no_layer",
        "Expected ValueError",
        'if not attentions:\n        raise ValueError("rollout needs the map of at least one'
        ' layer")',
    ),
]

NEAREST = (
    "return min(candidates, key=lambda candidate: (weights - 0.6 * candidate[1] - 0.4 /"
    " T).square().sum().item())[0]"
)


def pattern(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "patterns", old, new, test, says)


def told(name: str) -> str:
    return f"test_pattern_with_little_noise[{name}]"


PATTERN = [
    pattern(
        "diagonals exchanged",
        'candidates += [("diagonal", looking_at(i + shift)), ("reverse", looking_at(T - 1 - i +'
        " shift))]",
        'candidates += [("reverse", looking_at(i + shift)), ("diagonal", looking_at(T - 1 - i +'
        " shift))]",
        told("reverse"),
        "in a reverse map the first query",
    ),
    pattern(
        "transposed",
        NEAREST,
        "weights = weights.T\n    " + NEAREST,
        told("vertical"),
        "vertical map",
    ),
    pattern(
        "always uniform",
        NEAREST,
        'return "uniform"',
        told("diagonal"),
        "every diagonal map is called 'uniform'",
    ),
    pattern(
        "no uniform",
        '[("uniform", torch.full((T, T), 1 / T))]',
        "[]",
        told("uniform"),
        "uniform map",
    ),
    pattern(
        "only the first column",
        "for column in range(T)]",
        "for column in range(1)]",
        told("vertical"),
        "vertical maps are called something else",
    ),
    pattern(
        "blocks forgotten",
        "for first in range(3, T - 2):",
        "for first in ():",
        told("block"),
        "block map",
    ),
    pattern(
        "another word",
        NEAREST,
        NEAREST + ".capitalize()",
        told("diagonal"),
        "none of the five names",
    ),
    pattern("a number", NEAREST, "return 3", told("block"), "an int came"),
    pattern(
        "the largest cell of each row",
        NEAREST,
        "j = weights.argmax(dim=1)\n    return 'diagonal' if (j - i).abs().float().mean() < T / 5"
        " else 'reverse' if (T - 1 - i - j).abs().float().mean() < T / 5 else 'vertical' if (j =="
        " j.mode().values).float().mean() > 0.5 else 'block' if weights.max() > 2 / T else"
        " 'uniform'",
        "test_patterns_in_noise",
        "Share of right answers",
    ),
]


def over_time(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "over_time", old, new, test, says)


KEEP = "kept.append((moment, look().detach().clone()))"
EACH_MOMENT = "test_the_map_at_each_moment"
MOMENT_PANEL = (
    'image = ax.imshow(weights.detach().numpy(), vmin=0, vmax=1, cmap="Blues", aspect="auto")'
)

OVER_TIME = [
    over_time(
        "no copy", KEEP, "kept.append((moment, look().detach()))", EACH_MOMENT, "no copy is kept"
    ),
    over_time(
        "a step before looking",
        "while done < moment:",
        "while done < moment + 1:",
        EACH_MOMENT,
        "before looking",
    ),
    over_time(
        "a step too early",
        "while done < moment:",
        "while done < moment - 1:",
        EACH_MOMENT,
        "one step too early",
    ),
    over_time(
        "order as given",
        "for moment in sorted(moments):",
        "for moment in moments:",
        EACH_MOMENT,
        "should rise",
    ),
    over_time(
        "steps from each moment",
        "done += 1\n        kept",
        "done += 1\n        done = 0\n        kept",
        EACH_MOMENT,
        "is not the one",
    ),
    over_time(
        "maps alone", KEEP, "kept.append(look().detach().clone())", EACH_MOMENT, "Expected 2 values"
    ),
    over_time(
        "a step too many",
        "        kept.append((moment, look().detach().clone()))\n    return kept",
        "        kept.append((moment, look().detach().clone()))\n    train_step()\n    return kept",
        "test_no_step_too_many",
        "steps were taken",
    ),
    over_time(
        "panels transposed",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("weights.detach()", "weights.detach().T"),
        "test_a_panel_for_each_moment",
        "rows and columns are exchanged",
    ),
    over_time(
        "panels as given",
        "sorted(moments, key=lambda moment: moment[0])",
        "moments",
        "test_a_panel_for_each_moment",
        "by rising step",
    ),
    over_time(
        "empty panels",
        "    for spare in grid.flat[len(moments):]:\n        spare.remove()\n",
        "",
        "test_a_panel_for_each_moment",
        "no map of numbers",
    ),
    over_time(
        "no steps",
        'f"after {step} steps"',
        '"a moment"',
        "test_steps_and_tokens_are_written",
        "should hold the steps",
    ),
    over_time(
        "nothing refused",
        'if tuple(weights.shape) != expected:\n            raise ValueError(f"the map of',
        'if False:\n            raise ValueError(f"the map of',
        "test_steps_and_tokens_are_written",
        "ValueError",
    ),
    over_time(
        "a scale for each",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("vmin=0, vmax=1, ", ""),
        "test_one_scale",
        "a scale of its own",
    ),
    over_time(
        "not up to 1",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("vmax=1", "vmax=0.9999"),
        "test_one_scale",
        "not at 1",
    ),
]

BEFORE = "return (before[label] - after[label]).item()"
HIDE = "after, _ = model([UNK if place in top else token for place, token in enumerate(tokens)])"
GO, STAYS = "test_the_most_attended_words_go", "test_the_label_stays"


def intervention(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "intervention", old, new, test, says)


INTERVENTION = [
    intervention(
        "sign",
        BEFORE,
        BEFORE.replace("before[label] - after[label]", "after[label] - before[label]"),
        GO,
        "sign is turned round",
    ),
    intervention(
        "absolute",
        BEFORE,
        BEFORE.replace(".item()", ".abs().item()"),
        "test_surer_is_negative",
        "absolute value",
    ),
    intervention(
        "words cut out",
        HIDE,
        "after, _ = model([token for place, token in enumerate(tokens) if place not in top])",
        GO,
        "cut out",
    ),
    intervention(
        "the least attended", "descending=True", "descending=False", GO, "looked at least"
    ),
    intervention("one too many", "[:mask_top_k]", "[:mask_top_k + 1]", GO, "one word too many"),
    intervention(
        "one too few", "[:mask_top_k]", "[:max(0, mask_top_k - 1)]", GO, "one word too few"
    ),
    intervention("the k-th alone", "[:mask_top_k]", "[mask_top_k - 1:mask_top_k]", GO, "not all k"),
    intervention("all but the top", "if place in top", "if place not in top", GO, "all words but"),
    intervention(
        "the first words",
        "top = attention_weights.argsort(descending=True, stable=True)[:mask_top_k].tolist()",
        "top = list(range(mask_top_k))",
        GO,
        "the first k words",
    ),
    intervention(
        "split",
        "tokens = tokenize(text)\n    before",
        "tokens = text.split()\n    before",
        GO,
        "split()",
    ),
    intervention(
        "text itself",
        "before, attention_weights = model(tokens) ",
        "before, attention_weights = model(text) ",
        GO,
        "wants a list of tokens",
    ),
    intervention(
        "quotient", BEFORE, "return (after[label] / before[label]).item()", GO, "quotient"
    ),
    intervention(
        "relative",
        BEFORE,
        "return ((before[label] - after[label]) / before[label]).item()",
        GO,
        "divided by the probability",
    ),
    intervention(
        "logarithms",
        BEFORE,
        "return (before[label].log() - after[label].log()).item()",
        GO,
        "logarithms",
    ),
    intervention("probability alone", BEFORE, "return after[label].item()", GO, "not the change"),
    intervention(
        "a tuple", BEFORE, "return before[label].item(), after[label].item()", GO, "to be a number"
    ),
    intervention(
        "largest twice",
        BEFORE,
        "return (before.max() - after.max()).item()",
        STAYS,
        "same label both times",
    ),
    intervention(
        "label from the rest",
        BEFORE,
        "label = after.argmax().item()\n    " + BEFORE,
        STAYS,
        "the one predicted for the whole text",
    ),
    intervention("class 0", "label = before.argmax().item()", "label = 0", STAYS, "first class"),
    intervention(
        "the least likely",
        "label = before.argmax().item()",
        "label = before.argmin().item()",
        "test_surer_is_negative",
        "least likely",
    ),
    intervention(
        "later of equals",
        "attention_weights.argsort(descending=True, stable=True)[:mask_top_k]",
        "(len(tokens) - 1 - attention_weights.flip(0).argsort(descending=True,"
        " stable=True))[:mask_top_k]",
        "test_equal_weights",
        "a later word goes first",
    ),
    intervention(
        "all refused",
        "    if mask_top_k < 0:",
        "    if mask_top_k < 0 or mask_top_k >= len(tokenize(text)):",
        "test_none_and_all",
        "ValueError",
    ),
    intervention(
        "nothing refused",
        '    if mask_top_k < 0:\n        raise ValueError(f"cannot hide {mask_top_k} words")\n',
        "",
        "test_a_negative_number_is_refused",
        "Expected ValueError",
    ),
]

GALLERY = [*HEAT_MAP, *HEADS, *MEASURES, *ROLLOUT, *PATTERN, *OVER_TIME, *INTERVENTION]
