"""The visible checks of ex2: content with the solution, and typical mistakes are met with their own
hint."""

import pytest
import torch

from attention_lab import check
from tests.lab.solved import meets_its_hint, solved

TASKS = ("content_scores", "location", "self_attention", "saturation", "build_attention", "picture")


def namespace(edits: dict[str, str] | None = None) -> dict:
    """What a notebook's variables are after the solution cells, some text of which is replaced."""
    return solved("ex2_mechanisms", edits)


@pytest.mark.parametrize("task", TASKS)
def test_the_solution_is_fine(task, capsys):
    torch.manual_seed(1)
    check(task, namespace())
    text = capsys.readouterr().out
    assert "✓" in text and "✗" not in text and "All fine here" in text


MISTAKES = [
    ("content_scores", "/ math.sqrt(d_k)", "", "divided by sqrt(4)"),
    (
        "content_scores",
        "return torch.softmax(scores, dim=-1)",
        "return torch.softmax(scores, dim=-2)",
        "last dimension, the keys",
    ),
    (
        "content_scores",
        "scores.masked_fill(~mask, -math.inf)",
        "scores.masked_fill(mask, -math.inf)",
        "before the softmax",
    ),
    ("content_scores", "masked_fill(~mask, -math.inf)", "masked_fill(~mask, -1e9)", None),
    (
        "content_scores",
        "return attention_weights.masked_fill(~mask, 0.0)",
        "return attention_weights",
        "may attend to nothing",
    ),
    ("content_scores", "query_size, bias=False)", "query_size)", "no bias"),
    ("location", "[..., :T_k]", "[..., -T_k:]", "cut W(query)"),
    (
        "location",
        "        if T_k > self.W",
        "        if False and T_k > self.W",
        "raise ValueError",
    ),
    ("location", "(2 * sigma ** 2)", "(sigma ** 2)", "worked out on paper"),
    ("location", "(2 * sigma ** 2)", "2", "divide by 2 sigma^2"),
    ("self_attention", ".tril()", ".tril(-1)", "the diagonal should be True"),
    ("self_attention", ".tril()", ".triu()", "rows are queries"),
    ("self_attention", "self.W_k(x), self.W_v(x)", "self.W_q(x), self.W_v(x)", "keys from W_k"),
    (
        "self_attention",
        "x.unflatten(-1, (self.n_heads, -1)).transpose(1, 2)",
        "x.reshape(x.shape[0], self.n_heads, x.shape[1], -1)",
        "then transpose(1, 2)",
    ),
    ("self_attention", "mask = mask.unsqueeze(1) ", "mask = None ", "for every head"),
    (
        "self_attention",
        "[angles.sin(), angles.cos()]",
        "[angles.cos(), angles.sin()]",
        "sines at even",
    ),
    (
        "saturation",
        "    if scaled:\n        scores = scores /",
        "    if True:\n        scores = scores /",
        "not scaled",
    ),
    ("saturation", ".norm(dim=1).mean().item()", ".norm(dim=1).mean()", "use .item()"),
    ("build_attention", '    if mechanism == "none":\n        return None\n', "", "raised"),
    ("picture", "sorted(by_length)", "list(by_length)", "from short to long"),
    ("picture", "    ax.legend()\n", "", "ax.legend()"),
]


@pytest.mark.parametrize(("task", "right", "wrong", "hint"), MISTAKES)
def test_a_mistake_meets_its_hint(task, right, wrong, hint, capsys):
    torch.manual_seed(1)
    check(task, namespace({right: wrong}))
    text = capsys.readouterr().out
    if hint is None:  # masked weights are set to 0 afterwards: another correct program
        assert "All fine here" in text
    else:
        meets_its_hint(text, hint)


def test_the_comparison_is_looked_at(capsys):
    """Models that know the answers, behind rows that are true, and behind rows that count whole
    sequences."""
    names = namespace()

    class Knows:
        def __init__(self, share):
            self.share = share

        def __call__(self, source_ids, cue_ids):
            if source_ids.shape == cue_ids.shape:
                answers = source_ids
            else:
                where = (source_ids[:, None, ::2] == cue_ids[..., None]).int().argmax(-1)
                answers = source_ids[:, 1::2].gather(1, where) - 16
            wrong = (
                torch.rand(answers.shape, generator=torch.Generator().manual_seed(0)) > self.share
            )
            return torch.nn.functional.one_hot((answers + wrong.long()) % 16, 16).float(), None

    names["models"] = {
        names["model_name"](*pair): Knows(0.6 if pair[0] == "none" else 1.0)
        for pair in names["PAIRS"]
    }
    check("comparison", names)
    assert "All fine here" in capsys.readouterr().out
    honest = names["compare"]
    names["compare"] = lambda: [(m, t, n, a**n) for m, t, n, a in honest()]
    check("comparison", names)
    assert "single answers, not whole sequences" in capsys.readouterr().out
    names["compare"] = lambda: honest()[:-1]
    check("comparison", names)
    assert "pairs times" in capsys.readouterr().out
