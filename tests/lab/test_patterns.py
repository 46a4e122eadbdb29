"""Maps of known patterns: rows are shares, and without noise they are what their names say."""

import pytest
import torch

from attention_lab.patterns import LONGEST, PATTERNS, SHORTEST, draw_pattern
from attention_lab.scripted import ScriptedClassifier, ScriptedTraining


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(3)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_rows_are_shares(pattern, rng):
    for T in range(SHORTEST, LONGEST + 1):
        for noise in (0.0, 0.5, 1.0):
            weights = draw_pattern(pattern, T, noise, rng)
            assert weights.shape == (T, T) and bool((weights >= 0).all())
            torch.testing.assert_close(weights.sum(dim=1), torch.ones(T))


def test_without_noise_they_are_what_their_names_say(rng):
    shifts, columns, sizes = set(), set(), set()
    for _ in range(200):
        middle = draw_pattern("diagonal", 10, 0, rng).argmax(dim=1)[1:-1] - torch.arange(1, 9)
        shifts.add(int(middle[0]))
        assert len(set(middle.tolist())) == 1
        assert (
            draw_pattern("reverse", 10, 0, rng).argmax(dim=1)[1:-1] + torch.arange(1, 9)
        ).unique().numel() == 1
        column = draw_pattern("vertical", 10, 0, rng).argmax(dim=1)
        columns.add(int(column[0]))
        assert len(set(column.tolist())) == 1
        block = draw_pattern("block", 10, 0, rng)
        found = (block > 0).sum(dim=1)
        assert torch.equal(block > 0, (block > 0).T) and int(found.min()) >= 3
        sizes.add(len(set(map(tuple, (block > 0).tolist()))))
    assert shifts == {-1, 0, 1} and columns == set(range(10)) and sizes == {2, 3}
    assert draw_pattern("uniform", 9, 0, rng).unique().numel() == 1
    with pytest.raises(ValueError, match="no pattern 'spiral'"):
        draw_pattern("spiral", 9, 0, rng)


def test_a_scripted_classifier_adds_up_votes():
    model = ScriptedClassifier({"yes": [0.0, 1.0]}, {"yes": 3.0}, ("no", "yes"), [0.0, 0.0])
    probabilities, weights = model(["yes", "hm", "yes"])
    torch.testing.assert_close(probabilities, torch.tensor([0.0, 1.0 + 1.5]).softmax(dim=0))
    torch.testing.assert_close(weights, torch.tensor([3.0, 1.0, 3.0]) / 7)
    with pytest.raises(TypeError, match="list of tokens"):
        model("yes")


def test_a_scripted_training_changes_its_map_in_place():
    maps = torch.arange(12.0).reshape(3, 2, 2)
    training = ScriptedTraining(maps)
    first = training.look()
    training.train_step()
    assert (
        first is training.look()
        and torch.equal(first, maps[1])
        and torch.equal(maps[0], torch.tensor([[0.0, 1.0], [2.0, 3.0]]))
    )
