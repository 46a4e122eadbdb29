"""Training by a loop of one's own, kept once and loaded while grading."""

import pytest
import torch

from attention_lab.checkpoints import CheckpointError
from attention_lab.stand_ins import BagClassifier
from attention_lab.training import keep

BATCHES = [1, 2, 3]


def train(model, epochs=2):
    """Moves the weights by one in each epoch; scores 60, 70, ..."""

    def loop(batches, validate):
        losses, scores = [], []
        for epoch in range(epochs):
            assert list(batches) == BATCHES and len(batches) == 3
            with torch.no_grad():
                model.embedding.weight.fill_(epoch + 1.0)
            losses.append(1.0 / (epoch + 1))
            scores.append(validate())
        return losses, scores

    return loop


def kept(model, path, loop, **metadata):
    scores = iter((60.0, 70.0, 80.0))
    return keep(model, path, BATCHES, lambda: next(scores), 3, loop, metadata=metadata)


def test_what_the_loop_leaves_is_kept_and_found_again(tmp_path, monkeypatch, capsys):
    model = BagClassifier(4, 2)
    history = kept(model, tmp_path / "c.safetensors", train(model), vocabulary="a b")
    assert (history.steps, history.loss, history.score) == ([3, 6], [1.0, 0.5], [60.0, 70.0])
    assert not model.training and "validation 70.0" in capsys.readouterr().out

    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    fresh = BagClassifier(4, 2)
    again = kept(
        fresh,
        tmp_path / "c.safetensors",
        lambda batches, validate: pytest.fail("trained while grading"),
        vocabulary="a b",
    )
    assert (
        again == history
        and torch.equal(fresh.embedding.weight, torch.full((4, 2), 2.0))
        and not fresh.training
    )
    assert capsys.readouterr().out == ""


def test_while_grading_another_vocabulary_is_refused(tmp_path, monkeypatch, capsys):
    model = BagClassifier(4, 2)
    kept(model, tmp_path / "c.safetensors", train(model), vocabulary="a b")
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    with pytest.raises(CheckpointError, match="another vocabulary"):
        kept(model, tmp_path / "c.safetensors", train(model), vocabulary="c d")


def test_a_loop_that_fails_keeps_nothing(tmp_path):
    def fail(batches, validate):
        raise NotImplementedError

    with pytest.raises(NotImplementedError):
        kept(BagClassifier(4, 2), tmp_path / "c.safetensors", fail)
    assert list(tmp_path.iterdir()) == []
