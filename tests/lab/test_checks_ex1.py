"""The visible checks of ex1 accept the solution and give each typical mistake its own hint."""

import pytest

from attention_lab import check
from tests.lab.solved import meets_its_hint, solved

PARTS = (
    "padding_mask",
    "additive_attention",
    "encoder",
    "decoder",
    "sequence_loss",
    "train_step",
    "decoding",
)


def namespace(edits: dict[str, str] | None = None) -> dict:
    """What a notebook's variables are after the solution cells, some text of which is replaced."""
    return solved("ex1_translation", edits)


def said(capsys, task: str, edits: dict[str, str] | None = None) -> str:
    check(task, namespace(edits))
    return capsys.readouterr().out


@pytest.mark.parametrize("task", PARTS)
def test_the_solution_is_fine(task, capsys):
    text = said(capsys, task)
    assert "✓" in text and "✗" not in text and "All fine here" in text


MISTAKES = [
    (
        "padding_mask",
        "positions < lengths.unsqueeze(1)",
        "positions >= lengths.unsqueeze(1)",
        "the other way round",
    ),
    (
        "padding_mask",
        "positions < lengths.unsqueeze(1)",
        "positions <= lengths.unsqueeze(1)",
        "is it < or <=",
    ),
    (
        "padding_mask",
        "positions < lengths.unsqueeze(1)",
        "(positions < lengths.unsqueeze(1)).float()",
        "it is boolean",
    ),
    (
        "padding_mask",
        "torch.arange(max_length, ",
        "torch.arange(int(lengths.max()), ",
        "wider than the longest",
    ),
    (
        "additive_attention",
        "self.W_key = nn.Linear(key_size, hidden_size, bias=False)",
        "self.W_key = nn.Linear(key_size, hidden_size)",
        "without bias",
    ),
    (
        "additive_attention",
        "torch.softmax(scores, dim=-1)",
        "torch.softmax(scores, dim=1)",
        "over the queries",
    ),
    (
        "additive_attention",
        "torch.tanh(projected_query + projected_key)",
        "(projected_query + projected_key)",
        "worked out on paper",
    ),
    (
        "additive_attention",
        "scores = scores.masked_fill(~mask, -math.inf)",
        "pass",
        "rows still sum to 1",
    ),
    (
        "additive_attention",
        "scores.masked_fill(~mask, -math.inf)",
        "scores.masked_fill(mask, -math.inf)",
        "rows still sum to 1",
    ),
    (
        "additive_attention",
        "attention_weights = attention_weights.masked_fill(~mask, 0.0)",
        "pass",
        "may attend to nothing",
    ),
    (
        "encoder",
        "batch_first=True, bidirectional=True",
        "batch_first=True, bidirectional=False",
        "raised",
    ),
    (
        "encoder",
        "embedded, lengths.cpu(), batch_first",
        "embedded, torch.full_like(lengths, source_ids.shape[1]), batch_first",
        "the padding is being read",
    ),
    ("encoder", ", total_length=source_ids.shape[1]", "", "total_length"),
    (
        "encoder",
        "self.dropout(encoder_outputs), hidden",
        "F.dropout(encoder_outputs, 0.3), hidden",
        "alone and in a batch",
    ),
    (
        "decoder",
        "torch.cat([embedded, context], dim=-1)",
        "torch.cat([embedded, 0 * context], dim=-1)",
        None,
    ),
    (
        "decoder",
        "torch.cat([embedded, hidden, context], dim=-1)",
        "torch.cat([embedded, hidden, 0 * context], dim=-1)",
        None,
    ),
    ("decoder", "mask.unsqueeze(1))", "None)", "padding gets weight 0"),
    (
        "decoder",
        "context.squeeze(1), attention_weights.squeeze(1)",
        "context.squeeze(1), attention_weights",
        "attention_weights has shape",
    ),
    ("decoder", "hidden = self.cell(", "_ = self.cell(", "hidden moves on"),
    (
        "encoder",
        "padding_idx=pad_id)\n        self.gru",
        "padding_idx=0)\n        self.gru",
        "padding_idx",
    ),
    (
        "decoder",
        "padding_idx=pad_id)\n        self.attention",
        "padding_idx=0)\n        self.attention",
        "padding_idx",
    ),
    (
        "decoder",
        "gathered)), hidden, attention_weights",
        "gathered)).softmax(dim=-1), hidden, attention_weights",
        "leave out the softmax",
    ),
    (
        "decoder",
        "return self.output(self.dropout(gathered)), hidden",
        "return self.output(self.dropout(gathered)).squeeze(), hidden",
        "for a batch of one sentence, logits",
    ),
    ("sequence_loss", ", ignore_index=pad_id", "", "leave out positions"),
    ("sequence_loss", "ignore_index=pad_id", "ignore_index=0", "and pad_id as ignore_index"),
    (
        "sequence_loss",
        "logits.flatten(0, 1)",
        "logits.softmax(dim=-1).flatten(0, 1)",
        "without a softmax",
    ),
    (
        "sequence_loss",
        "ignore_index=pad_id)",
        "ignore_index=pad_id, reduction='sum')",
        "over the 5 real tokens",
    ),
    ("train_step", "batch.target_ids[:, 1:]", "batch.target_ids[:, :-1]", "position t predicts"),
    ("train_step", "return loss.item()", "return loss", "loss.item()"),
    (
        "train_step",
        "nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)",
        "pass",
        "clip_grad_norm_",
    ),
    ("train_step", "optimizer.step()", "pass", "optimizer.step()"),
    ("train_step", "optimizer.zero_grad()", "pass", "optimizer.zero_grad() before backward()"),
    (
        "train_step",
        "    optimizer.step()\n    return loss.item()",
        "    optimizer.step()\n    optimizer.zero_grad()\n    return loss.item()",
        None,
    ),
    ("train_step", "    model.train()\n", "", "in training mode"),
    ("decoding", ".masked_fill(ended, eos_id)", "", None),
    (
        "decoding",
        "for _ in range(max_length):",
        "for _ in range(max_length + 1):",
        "at most max_length times",
    ),
    (
        "decoding",
        "scores.unsqueeze(-1) + log_probabilities.view",
        "log_probabilities.view",
        "the better sentence",
    ),
    (
        "decoding",
        "attention_weights[rows].unsqueeze(1)",
        "attention_weights.unsqueeze(1)",
        "follow the chosen beam",
    ),
]


@pytest.mark.parametrize(("task", "right", "wrong", "hint"), MISTAKES)
def test_a_mistake_meets_its_hint(task, right, wrong, hint, capsys):
    text = said(capsys, task, {right: wrong})
    if hint is None:  # another correct program: the check must not insist on one way of writing it
        assert "All fine here" in text
    else:
        meets_its_hint(text, hint)


def test_two_uses_of_the_context_are_not_both_needed_but_one_is(capsys):
    text = said(
        capsys,
        "decoder",
        {
            "torch.cat([embedded, context], dim=-1)": "torch.cat([embedded, 0 * context], dim=-1)",
            "torch.cat([embedded, hidden, context], dim=-1)": (
                "torch.cat([embedded, hidden, 0 * context], dim=-1)"
            ),
        },
    )
    assert "attention is computed and then not used" in text


def test_a_stub_is_not_written_yet(capsys):
    def stub(*args):
        raise NotImplementedError

    check("padding_mask", {"padding_mask": stub})
    assert "not written yet" in capsys.readouterr().out


def test_an_object_that_is_not_there(capsys):
    check("encoder", {})
    assert "run the cell that defines it" in capsys.readouterr().out


def test_an_error_is_told_without_our_traceback(capsys):
    check("padding_mask", {"padding_mask": lambda lengths, max_length: lengths.nonsense})
    text = capsys.readouterr().out
    assert "your code raised AttributeError" in text and "lengths.nonsense" in text


def test_an_unknown_task_lists_the_known_ones():
    with pytest.raises(ValueError, match="no check called 'attention'; there are .*padding_mask"):
        check("attention", {})


def test_nothing_happens_while_grading(monkeypatch, capsys):
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    check("padding_mask", {})
    assert capsys.readouterr().out == ""
