"""No training destroys a model that scored higher."""

import nbformat
import pytest
import torch
from nbformat.v4 import new_code_cell, new_notebook
from nbgrader.validator import Validator

from attention_lab.checkpoints import load_checkpoint, save_checkpoint
from attention_lab.comparison import train_grid
from attention_lab.earlier import score_of
from attention_lab.stand_ins import BagClassifier
from attention_lab.training import fit, keep
from kireji.grading.submission import read_submission


def trained(folder, weight, score):
    """A checkpoint with all weights `weight`, left by `fit` with `score`."""
    model = BagClassifier(4, 2)

    def step(batch):
        with torch.no_grad():
            model.embedding.weight.fill_(weight)
        return 1.0

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    fit(model, optimizer, step, [0], lambda: score, folder / "m.safetensors", steps=1)


def kept_by_loop(folder, weight, score):
    """The same by `keep`."""
    model = BagClassifier(4, 2)

    def loop(batches, validate):
        with torch.no_grad():
            model.embedding.weight.fill_(weight)
        return [1.0], [validate()]

    keep(model, folder / "m.safetensors", [0], lambda: score, 1, loop)


def weight_in(path):
    model = BagClassifier(4, 2)
    load_checkpoint(model, path)
    return model.embedding.weight[0, 0].item()


both = pytest.mark.parametrize("train", [trained, kept_by_loop])


@both
def test_a_better_model_is_kept_and_named(train, tmp_path, capsys):
    train(tmp_path, 1.0, 34.8)
    capsys.readouterr()
    train(tmp_path, 2.0, 1.6)
    assert weight_in(tmp_path / "m.safetensors") == 2.0
    assert weight_in(tmp_path / "m.earlier.safetensors") == 1.0
    said = capsys.readouterr().out
    assert "higher score (34.8, this one 1.6)" in said and "m.earlier.safetensors" in said


@both
def test_the_best_of_several_is_kept(train, tmp_path):
    for weight, score in ((1.0, 34.8), (2.0, 1.6), (3.0, 2.0), (4.0, 1.0)):
        train(tmp_path, weight, score)
    assert weight_in(tmp_path / "m.earlier.safetensors") == 1.0


@both
def test_a_better_training_leaves_one_file(train, tmp_path, capsys):
    train(tmp_path, 1.0, 1.6)
    train(tmp_path, 2.0, 34.8)
    assert [path.name for path in tmp_path.iterdir()] == ["m.safetensors"]
    assert "earlier" not in capsys.readouterr().out


@both
def test_a_model_without_a_score_is_kept(train, tmp_path, capsys):
    save_checkpoint(BagClassifier(4, 2), tmp_path / "m.safetensors", {})
    before = (tmp_path / "m.safetensors").read_bytes()
    train(tmp_path, 2.0, 1.0)
    assert (tmp_path / "m.earlier.safetensors").read_bytes() == before
    assert "is kept as m.earlier.safetensors" in capsys.readouterr().out


def test_an_interrupted_training_keeps_the_better_model(tmp_path, capsys):
    trained(tmp_path, 1.0, 34.8)
    model = BagClassifier(4, 2)
    steps = iter([1.0])

    def step(batch):
        try:
            return next(steps)
        except StopIteration:
            raise KeyboardInterrupt from None

    optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
    fit(model, optimizer, step, [0], lambda: 1.0, tmp_path / "m.safetensors", steps=9, looks=9)
    assert weight_in(tmp_path / "m.earlier.safetensors") == 1.0
    assert "kept in m.earlier.safetensors" in capsys.readouterr().out


def test_a_worse_grid_keeps_the_better_one(tmp_path, capsys, monkeypatch):
    losses = iter([0.1] * 40)

    def train(model, task, steps, seed, bar):
        return [next(losses)]

    monkeypatch.setattr("attention_lab.comparison._train", train)
    path = tmp_path / "m.safetensors"
    nothing = (lambda name: None, lambda length, size: torch.zeros(length, size))
    train_grid(*nothing, path, steps=1)
    assert score_of(path) == pytest.approx(-0.1)
    losses = iter([0.5] * 40)
    train_grid(*nothing, path, steps=1)
    assert score_of(path) == pytest.approx(-0.5)
    assert score_of(tmp_path / "m.earlier.safetensors") == pytest.approx(-0.1)


def test_the_kept_model_is_not_handed_in(tmp_path):
    trained(tmp_path, 1.0, 34.8)
    trained(tmp_path, 2.0, 1.6)
    taken = read_submission(tmp_path, "m", ("*.safetensors",))
    assert list(taken.files) == ["m.safetensors"] and not taken.notices


SOURCE = """
import torch
from attention_lab.training import fit
from attention_lab.stand_ins import BagClassifier
model = BagClassifier(4, 2)
fit(model, torch.optim.SGD(model.parameters(), lr=0.1), lambda batch: 1.0, [0], lambda: 1.0,
    "m.safetensors", steps=1)
"""


def test_nbgraders_validate_does_not_train(tmp_path, monkeypatch):
    trained(tmp_path, 1.0, 34.8)
    before = (tmp_path / "m.safetensors").read_bytes()
    monkeypatch.chdir(tmp_path)
    for name in ("NBGRADER_EXECUTION", "NBGRADER_VALIDATING"):
        monkeypatch.setenv(name, "")  # nbgrader leaves its own values behind
    nbformat.write(new_notebook(cells=[new_code_cell(SOURCE)]), tmp_path / "n.ipynb")
    said = Validator().validate(str(tmp_path / "n.ipynb"))
    assert "failed" not in said, said
    assert (tmp_path / "m.safetensors").read_bytes() == before
