"""Lesson 4: the grammar, the measures against closed forms, and masks that hide what they say."""

import math

import attention_visualization as lesson
import pytest
import torch


def test_the_grammar_keeps_the_poem_out_and_its_rules_in():
    poems = lesson.write(3000, torch.Generator().manual_seed(0))
    assert lesson.POEM not in poems and all(len(poem) == lesson.T for poem in poems)
    assert set(lesson.POEM) <= set(lesson.VOCABULARY)
    for poem in [*poems, lesson.POEM]:
        season = next(
            i for i, words in enumerate(lesson.SEASON_WORDS) if poem[lesson.SEASON] in words
        )
        dark = next(i for i, words in enumerate(lesson.HOURS) if poem[lesson.HOUR] in words)
        assert poem[lesson.CUT] == "—" and poem[lesson.CREATURE] == lesson.CREATURES[season][dark]


def test_no_word_has_two_numbers():
    assert sorted(lesson.VOCABULARY.values()) == list(range(len(lesson.VOCABULARY)))


@pytest.mark.parametrize("n", [1, 3, 14])
def test_even_weights_are_spread_over_all_words(n):
    weights = torch.zeros(14)
    weights[:n] = 1 / n
    assert math.isclose(lesson.attended_words(weights).item(), n, rel_tol=1e-5)


def test_the_walk_is_a_row_of_the_rollout_matrix():
    maps = torch.rand(3, 2, 5, 5, generator=torch.Generator().manual_seed(0)).softmax(dim=-1)
    rollout = torch.eye(5)
    for layer in maps.mean(dim=1):  # Abnar & Zuidema's way: whole matrices, from the bottom up
        rollout = (0.5 * torch.eye(5) + 0.5 * layer) @ rollout
    for start in range(5):
        steps = lesson.walk_down(maps, start)
        assert len(steps) == 4
        torch.testing.assert_close(steps[-1], rollout[start])


def test_nothing_of_a_hidden_word_reaches_the_others():
    torch.manual_seed(0)
    model, mask = lesson.GapFiller(), lesson.without(lesson.SEASON)
    other = [*lesson.POEM]
    other[lesson.SEASON] = "poppy"
    with torch.no_grad():
        (one, maps), (two, _) = (
            model(lesson.encode([poem]), mask) for poem in (lesson.POEM, other)
        )
    elsewhere = torch.arange(lesson.T) != lesson.SEASON
    assert (maps[..., elsewhere, lesson.SEASON] == 0).all()
    torch.testing.assert_close(one[:, elsewhere], two[:, elsewhere])
    assert not torch.allclose(one[:, lesson.SEASON], two[:, lesson.SEASON])
