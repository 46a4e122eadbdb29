"""fit: a budget, the best checkpoint, and no training while grading."""

import pytest
import torch
from torch import nn

from attention_lab.checkpoints import CheckpointError, load_checkpoint, save_checkpoint
from attention_lab.training import constant_then_cosine, fit


@pytest.fixture
def path(tmp_path):
    return tmp_path / "model.safetensors"


def line(slope: float = 0.0) -> nn.Linear:
    model = nn.Linear(1, 1, bias=False)
    nn.init.constant_(model.weight, slope)
    return model


def run(model, path, scores=None, **options):
    """Fit a line of slope 2; validation scores come from `scores` (one for each look) or are minus
    the error."""
    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    given = iter(scores or [])

    def step(x):
        optimizer.zero_grad()
        loss = (model(x) - 2 * x).square().mean()
        loss.backward()
        optimizer.step()
        return loss.item()

    def validate():
        return next(given) if scores else -abs(model.weight.item() - 2)

    return fit(
        model,
        optimizer,
        step,
        [torch.ones(3, 1)],
        validate,
        path,
        **{"steps": 40, "looks": 4} | options,
    )


def test_trains_its_steps_and_notes_every_look(path, capsys):
    model = line()
    history = run(model, path)
    assert history.steps == [10, 20, 30, 40] and len(history.loss) == len(history.score) == 4
    assert history.loss[-1] < history.loss[0] and abs(model.weight.item() - 2) < 0.1
    assert not model.training
    captured = capsys.readouterr()
    assert "40/40 steps" in captured.out and captured.err == "", "the bar goes to standard output"


def test_the_best_look_is_kept_in_the_model_and_in_the_file(path):
    model = line()
    history = run(model, path, scores=[1.0, 5.0, 3.0, 2.0])
    assert history.best == 1
    saved = line()
    load_checkpoint(saved, path)
    assert torch.equal(saved.weight, model.weight)
    again = line()
    run(again, path, steps=20, looks=2, schedule=lambda share: constant_then_cosine(share / 2))
    assert torch.allclose(again.weight, model.weight, atol=0.05)


def test_stops_early_without_progress(path):
    history = run(
        line(), path, scores=[5.0, 1.0, 2.0, 3.0, 9.0, 9.0, 9.0, 9.0], looks=8, patience=3
    )
    assert history.score == [5.0, 1.0, 2.0, 3.0]


def test_cpu_seconds_end_a_slow_training(path):
    history = run(line(), path, steps=10**9, cpu_seconds=0.2, looks=2)
    assert len(history.score) == 2 and history.steps[-1] < 10**6


def test_a_loss_that_is_nan_is_said(path):
    with pytest.raises(ValueError, match="the loss became nan at step 1"):
        run(line(float("nan")), path)


def test_interrupting_keeps_the_best(path, capsys):
    model = line()

    def interrupted():
        yield from [torch.ones(3, 1)] * 25
        raise KeyboardInterrupt

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    history = fit(
        model, optimizer, lambda x: 0.5, interrupted(), lambda: 1.0, path, steps=40, looks=4
    )
    assert history.steps == [10, 20] and path.exists()
    assert "Stopped by you" in capsys.readouterr().out


def test_grading_loads_and_trains_nothing(path, monkeypatch, capsys):
    trained = line()
    history = run(trained, path, metadata={"vocabulary": "a b"})
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    capsys.readouterr()
    before = path.read_bytes()
    model = line()
    loaded = run(model, path, metadata={"vocabulary": "a b"})
    assert torch.equal(model.weight, trained.weight) and loaded.score == pytest.approx(
        history.score
    )
    assert path.read_bytes() == before
    captured = capsys.readouterr()
    assert captured.out == captured.err == ""


@pytest.mark.parametrize("history", ["no json", '{"steps": 1, "more": 2}', "[]"])
def test_a_strange_history_is_no_reason_to_fail(path, monkeypatch, history):
    save_checkpoint(line(3.0), path, {"history": history})
    monkeypatch.setenv("ATTENTION_LAB_GRADING", "1")
    assert run(line(), path).score == []


def test_missing_checkpoint(path):
    with pytest.raises(CheckpointError, match="There is no checkpoint model.safetensors"):
        load_checkpoint(line(), path)


@pytest.mark.parametrize(
    "content", [b"", b"\x80\x04pickle", b"\xff" * 64, (10**10).to_bytes(8, "little") + b"{}"]
)
def test_a_file_of_another_kind(path, content):
    path.write_bytes(content)
    with pytest.raises(CheckpointError, match="is not a safetensors file"):
        load_checkpoint(line(), path)


def test_a_checkpoint_of_another_model(path):
    save_checkpoint(nn.Linear(2, 3), path, {})
    with pytest.raises(CheckpointError, match="belongs to another model .*and 1 more"):
        load_checkpoint(line(), path)


def test_weights_that_are_not_numbers(path):
    save_checkpoint(line(float("inf")), path, {})
    with pytest.raises(CheckpointError, match="nan or infinite"):
        load_checkpoint(line(), path)


def test_another_vocabulary(path):
    save_checkpoint(line(), path, {"source_vocabulary": "a b"})
    with pytest.raises(CheckpointError, match="with another source vocabulary"):
        load_checkpoint(line(), path, must_match={"source_vocabulary": "a c"})


def test_the_learning_rate_is_constant_and_then_falls():
    assert constant_then_cosine(0.0) == constant_then_cosine(0.49) == 1.0
    falling = [constant_then_cosine(share / 100) for share in range(50, 101)]
    assert falling == sorted(falling, reverse=True) and falling[-1] == pytest.approx(0.02)
