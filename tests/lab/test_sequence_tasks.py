"""The sequence tasks: what the questions are, what is right, and that a seed decides it."""

import pytest
import torch

from attention_lab.sequence_tasks import GO_ID, N_SYMBOLS, TASKS, VOCAB_SIZE, sequence_batch


@pytest.mark.parametrize("task", TASKS)
def test_the_same_seed_gives_the_same_sequences(task):
    one, same, other = (sequence_batch(task, 5, 4, seed) for seed in (3, 3, 4))
    assert all(torch.equal(a, b) for a, b in zip(one, same, strict=True))
    assert not torch.equal(one.source_ids, other.source_ids)
    assert one.target_ids.shape == one.cue_ids.shape == (4, 5)
    assert (
        int(torch.cat([part.flatten() for part in one]).max()) < VOCAB_SIZE
        and int(one.target_ids.max()) < N_SYMBOLS
    )


def test_answers_worked_out_by_lists():
    for task, right in (("copy", list), ("reverse", lambda row: row[::-1]), ("sort", sorted)):
        batch = sequence_batch(task, 6, 5, seed=1)
        assert [right(row) for row in batch.source_ids.tolist()] == batch.target_ids.tolist()
        assert bool((batch.cue_ids == GO_ID).all())


def test_recall_answers_stand_behind_their_keys():
    batch = sequence_batch("recall", 7, 5, seed=2)
    for source, cues, answers in zip(*(part.tolist() for part in batch), strict=True):
        pairs = dict(zip(source[::2], source[1::2], strict=False))
        assert len(pairs) == 7 and sorted(cues) == sorted(pairs)
        assert [pairs[cue] - N_SYMBOLS for cue in cues] == answers


def test_too_many_pairs_and_unknown_tasks_are_refused():
    with pytest.raises(ValueError, match="17 pairs need 17 different keys"):
        sequence_batch("recall", 17, 1, seed=0)
    with pytest.raises(ValueError, match="there are copy, reverse, sort, recall"):
        sequence_batch("shuffle", 3, 1, seed=0)
