"""The grid: what is built, left out, trained, saved and loaded again."""

import pytest
import torch

from attention_lab import comparison
from attention_lab.checkpoints import CheckpointError
from attention_lab.sequence_models import MonotonicAttention, RecurrentModel
from attention_lab.sequence_tasks import N_SYMBOLS, sequence_batch
from attention_lab.stand_ins import share_attention


def build_attention(mechanism):
    if mechanism == "location":
        raise NotImplementedError
    return None if mechanism == "none" else share_attention


def positions(T, d_model):
    return torch.zeros(T, d_model)


@pytest.fixture
def small_grid(monkeypatch):
    monkeypatch.setattr(
        comparison,
        "PAIRS",
        (("none", "copy"), ("general", "recall"), ("location", "copy"), ("self_attention", "sort")),
    )


def test_what_is_not_written_yet_is_named_and_left_out(small_grid, capsys):
    models = comparison.build_models(build_attention, positions)
    assert list(models) == ["none_on_copy", "general_on_recall", "self_attention_on_sort"]
    assert "left out: location (NotImplementedError)" in capsys.readouterr().out


def test_training_saves_what_grading_loads(small_grid, tmp_path, monkeypatch):
    path = tmp_path / "grid.safetensors"
    models, curves = comparison.train_grid(build_attention, positions, path, steps=60)
    assert curves.loss["general_on_recall"] and len(curves.loss) == 3
    batch = sequence_batch("recall", 4, 3, seed=5)
    before = models["general_on_recall"](batch.source_ids, batch.cue_ids)[0]
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    loaded, saved = comparison.train_grid(build_attention, positions, path)
    assert (
        torch.equal(loaded["general_on_recall"](batch.source_ids, batch.cue_ids)[0], before)
        and saved == curves
    )
    with pytest.raises(CheckpointError, match="There is no checkpoint"):
        comparison.train_grid(build_attention, positions, tmp_path / "none.safetensors")


def test_the_same_training_gives_the_same_weights(monkeypatch, tmp_path):
    monkeypatch.setattr(comparison, "PAIRS", (("none", "copy"),))
    one, two = (
        comparison.train_grid(build_attention, positions, tmp_path / name, steps=5)[0].state_dict()
        for name in "ab"
    )
    assert all(torch.equal(one[name], two[name]) for name in one)


def test_without_attention_only_the_last_state_is_known():
    model = RecurrentModel(None)
    batch = sequence_batch("copy", 5, 2, seed=0)
    logits, attention_weights = model(batch.source_ids, batch.cue_ids)
    assert logits.shape == (2, 5, N_SYMBOLS) and attention_weights is None


def test_monotonic_attention_looks_at_step_t():
    attention = MonotonicAttention(
        lambda center, length, sigma: (torch.arange(length) == center.unsqueeze(-1)).float()
    )
    context, attention_weights = attention(
        torch.randn(2, 3, 4), torch.randn(2, 5, 4), torch.arange(10.0).view(1, 5, 2).expand(2, 5, 2)
    )
    assert context[0].tolist() == [[0, 1], [2, 3], [4, 5]] and attention_weights.shape == (2, 3, 5)
