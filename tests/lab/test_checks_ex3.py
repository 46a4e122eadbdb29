"""The visible checks of ex3: content with the solution, and typical mistakes are met with their own
hint."""

import pytest
import torch

from attention_lab import check
from tests.graders.ex3_classification.counted_classifiers import classifiers
from tests.graders.ex3_classification.solution import IMPORTS, SOLUTION
from tests.support.clone import COURSE

WRITTEN = ("attention_pooling", "classifier", "training", "text_picture")
TRAINED = ("prediction", "long_texts", "faithfulness")


@pytest.fixture(autouse=True)
def reviews(monkeypatch):
    monkeypatch.setenv("ATTENTION_LAB_DATA", str(COURSE.lab_data))
    monkeypatch.setenv("COUNTED", "")  # put back what the classifiers' code sets


def namespace(right: str = "", wrong: str = "", trained: bool = False) -> dict:
    """What a notebook's variables are after the solution cells, some text of which is replaced."""
    assert right in SOLUTION, f"the solution no longer says {right!r}"
    names: dict = {}
    source = SOLUTION.replace(right, wrong) if right else SOLUTION
    exec(
        compile(f"{IMPORTS}\n{source}\n{classifiers() if trained else ''}", "notebook", "exec"),
        names,
    )
    return names


@pytest.mark.parametrize("task", WRITTEN + TRAINED)
def test_the_solution_is_fine(task, capsys):
    torch.manual_seed(1)
    check(task, namespace(trained=task in TRAINED))
    text = capsys.readouterr().out
    assert "✓" in text and "✗" not in text and "All fine here" in text


MISTAKES = [
    ("attention_pooling", "attention_size, 1, bias=False)", "attention_size, 1)", "v one without"),
    ("attention_pooling", "torch.tanh(self.W(outputs))", "self.W(outputs)", "worked out on paper"),
    (
        "attention_pooling",
        "torch.softmax(scores, dim=-1)",
        "torch.softmax(scores, dim=0)",
        "over the batch",
    ),
    (
        "attention_pooling",
        "scores = scores.masked_fill(~mask, -math.inf)",
        "pass",
        "before the softmax, not after",
    ),
    (
        "attention_pooling",
        "scores = scores.masked_fill(~mask, -math.inf)",
        "mask = torch.ones_like(mask)",
        "put -inf into the masked scores",
    ),
    (
        "attention_pooling",
        "attention_weights = attention_weights.masked_fill(~mask, 0.0)",
        "pass",
        "softmax over a row of -inf is nan",
    ),
    (
        "attention_pooling",
        "pooled = (attention_weights.unsqueeze(1) @ outputs).squeeze(1)",
        "pooled = outputs.mean(dim=1)",
        "is it weights @ outputs",
    ),
    (
        "attention_pooling",
        "return pooled, attention_weights",
        "return pooled, attention_weights.T",
        "attention_weights has shape",
    ),
    (
        "attention_pooling",
        "(attention_weights.unsqueeze(1) @ outputs).squeeze(1)",
        "torch.einsum('bt,bth->bh', attention_weights, outputs).squeeze(0)",
        "for a batch of one text, pooled",
    ),
    (
        "classifier",
        "self.dropout(pooled)), attention_weights",
        "self.dropout(pooled)).softmax(dim=-1), attention_weights",
        "leave out the softmax",
    ),
    (
        "classifier",
        "self.dropout(pooled)), attention_weights",
        "self.dropout(pooled)).squeeze(), attention_weights",
        "for a batch of one text, logits",
    ),
    ("classifier", "padding_idx=pad_id", "padding_idx=0", "padding_idx"),
    ("training", "    model.train()\n    total", "    total", "model.train() at the beginning"),
    (
        "classifier",
        "device=lengths.device) < lengths",
        "device=lengths.device) <= lengths",
        "padding gets weight 0",
    ),
    (
        "classifier",
        ", total_length=T)",
        ")\n        token_ids = token_ids[:, :outputs.shape[1]]; T = outputs.shape[1]",
        "total_length",
    ),
    (
        "classifier",
        "self.dropout(self.embedding(token_ids))",
        "F.dropout(self.embedding(token_ids), 0.4)",
        None,
    ),
    (
        "classifier",
        "return self.output(self.dropout(pooled)), attention_weights",
        "return self.output(outputs[torch.arange(len(lengths)), lengths - 1]), attention_weights",
        "not used",
    ),
    ("classifier", "self.dropout(pooled)), attention_weights", "self.dropout(pooled))", "raised"),
    ("training", "        optimizer.zero_grad()\n", "", None),
    (
        "training",
        "total += loss.item() * len(batch.labels)\n        texts += len(batch.labels)",
        "total += loss.item()\n        texts += 1",
        "count by their size",
    ),
    ("training", "return total / texts", "return torch.tensor(total / texts)", "loss.item()"),
    ("training", "tensor.detach().clone()", "tensor", "copy the best ones"),
    ("training", "    model.load_state_dict(best)\n", "", "copy the best ones"),
    (
        "training",
        "epoch - best_epoch >= patience",
        "epoch - best_epoch > patience",
        "two epochs after the best",
    ),
    ("training", "        model.eval()\n        scores", "        scores", "before validate()"),
    ("prediction", "torch.softmax(logits, dim=-1)", "logits", "sum to 1"),
    (
        "prediction",
        "probabilities[part] =",
        "probabilities[start : start + 100] =",
        "in the order of the texts",
    ),
    ("prediction", "[LABELS[number]", "[LABELS[1 - number]", "little for a trained model"),
    (
        "prediction",
        "[LABELS[number] for number in class",
        "[number for number in class",
        '"negative" or "positive"',
    ),
    ("long_texts", "[bury(text, k) for text in texts]", "texts", "counted here"),
    (
        "long_texts",
        "/ len(texts))\n    return accuracies",
        ")\n    return accuracies",
        "counted here",
    ),
    ("faithfulness", "argsort(descending=True)", "argsort()", "the largest weights are"),
    ("faithfulness", "[:k].tolist()", "[:k]", "tensors still"),
    (
        "faithfulness",
        "[(position, tokens[position])",
        "[(position + 1, tokens[position])",
        "count from 0",
    ),
    (
        "faithfulness",
        "tokenize(text), attention_weights[0]",
        "tokenize(text), attention_weights",
        "attention_weights has shape",
    ),
    ("text_picture", "0.9 * share)", "0.9 - 0.9 * share)", "do not show it"),
    (
        "text_picture",
        "if column and column + len(token) > across:",
        "if False:",
        "begin a new line",
    ),
    (
        "text_picture",
        'raise ValueError(f"{len(weights)} weights for {len(tokens)} tokens")',
        "raise ValueError('no')",
        "quoting both",
    ),
    ("text_picture", "    return figure\n", "    return ax\n", "yours is a Axes"),
]


@pytest.mark.parametrize(("task", "right", "wrong", "hint"), MISTAKES)
def test_a_mistake_is_met_with_its_hint(task, right, wrong, hint, capsys):
    torch.manual_seed(1)
    check(task, namespace(right, wrong, trained=task in TRAINED))
    text = capsys.readouterr().out
    assert "✗" in text and "All fine here" not in text
    assert hint is None or hint in text


def test_what_is_not_there_yet_is_said(capsys):
    check("prediction", namespace())
    assert "model is defined" in capsys.readouterr().out
