"""Made-up things with known answers: your functions are judged on these, not only on
trained models."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor


class ScriptedClassifier:
    """A classifier that adds up the votes of the words; what it looks at is written in a table,
    too.

    votes {word: a number for each class}   looks {word: how much it is looked at}
    other: for every word not in a table
    A word's vote counts more the later it comes, so that a text with a word cut out differs from
    one with a word hidden."""

    def __init__(
        self,
        votes: Mapping[str, Sequence[float]],
        looks: Mapping[str, float],
        labels: Sequence[str],
        other: Sequence[float],
        other_look: float = 1.0,
    ):
        self.votes, self.looks, self.labels = dict(votes), dict(looks), tuple(labels)
        self.other, self.other_look = list(other), other_look

    def __call__(self, tokens: Sequence[str]) -> tuple[Tensor, Tensor]:
        """A list of tokens -> probabilities (n_classes,) and attention_weights (T,), which sum to
        1."""
        if isinstance(tokens, str):
            raise TypeError("the model wants a list of tokens, not a text: tokenize(text)")
        # (T, n_classes)
        votes = torch.tensor(
            [self.votes.get(token, self.other) for token in tokens], dtype=torch.float32
        )
        places = 1 + 0.25 * torch.arange(len(tokens))
        looks = torch.tensor(
            [self.looks.get(token, self.other_look) for token in tokens], dtype=torch.float32
        )
        return (places @ votes).softmax(dim=-1), looks / looks.sum()


class ScriptedTraining:
    """A training with a known map after n steps. `look` always hands out the same tensor, which
    training changes in place.

    maps (N, T_tgt, T_src): the map after 0, 1, ..., N-1 steps; training further is an error"""

    def __init__(self, maps: Tensor):
        self.maps, self.steps = maps, 0
        self.looked: list[int] = []  # after how many steps
        self._now = maps[0].clone()

    def train_step(self) -> float:
        """One step; returns a loss."""
        self.steps += 1
        self._now.copy_(self.maps[self.steps])
        return 1 / self.steps

    def look(self) -> Tensor:
        """The map (T_tgt, T_src) as it is now."""
        self.looked.append(self.steps)
        return self._now
