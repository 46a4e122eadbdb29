"""Lesson 5: both translators keep what the text says of them."""

import pytest
import torch
import transformer as lesson
from torch import nn

from attention_lab.batches import Batch

WORDS, PAD, BOS = 11, 0, 1
MODELS = [lesson.Transformer, lesson.Recurrent]


def make(kind: type[nn.Module]) -> nn.Module:
    torch.manual_seed(0)
    return kind(WORDS, WORDS).eval()


def ids(*shape: int) -> torch.Tensor:
    return torch.randint(3, WORDS, shape, generator=torch.Generator().manual_seed(1))


@pytest.mark.parametrize("kind", MODELS)
@torch.no_grad()
def test_one_word_at_a_time_gives_what_teacher_forcing_gives(kind):
    """So the cache of keys and values changes nothing."""
    model, source_ids, lengths = make(kind), ids(2, 5), torch.tensor([5, 3])
    source_ids[1, 3:] = PAD
    target_ids = ids(2, 6)
    at_once = model(Batch(source_ids, lengths, target_ids))
    encoded, past, steps = model.encode(source_ids, lengths), None, []
    for word in target_ids[:, :-1].split(1, dim=1):
        logits, past, weights = model.decode(word, encoded, past)
        steps.append(logits)
        torch.testing.assert_close(weights.sum(dim=-1), torch.ones(2, 1))
        assert (weights[1, :, 3:] == 0).all()
    torch.testing.assert_close(torch.cat(steps, dim=1), at_once, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", MODELS)
@torch.no_grad()
def test_a_sentence_gets_the_same_logits_alone_and_padded(kind):
    model, source_ids, target_ids = make(kind), ids(1, 3), ids(1, 4)
    alone = model(Batch(source_ids, torch.tensor([3]), target_ids))
    wider = nn.functional.pad(source_ids, (0, 4), value=PAD)
    padded = model(Batch(wider, torch.tensor([3]), target_ids))
    torch.testing.assert_close(alone, padded, atol=1e-5, rtol=1e-5)


@pytest.mark.parametrize("kind", MODELS)
@torch.no_grad()
def test_what_comes_later_changes_nothing_before(kind):
    model, source_ids, target_ids = make(kind), ids(1, 3), ids(1, 6)
    other = target_ids.clone()
    other[:, 4] = BOS
    one, two = (model(Batch(source_ids, torch.tensor([3]), x)) for x in (target_ids, other))
    torch.testing.assert_close(one[:, :4], two[:, :4])
    assert not torch.allclose(one[:, 4:], two[:, 4:])
