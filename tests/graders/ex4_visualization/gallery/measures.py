"""Wrong variants of the task `measures`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import Wrong


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
