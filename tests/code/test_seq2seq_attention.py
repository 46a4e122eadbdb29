"""Lesson 2: the data, and a model that padding does not touch."""

import re

import seq2seq_attention as lesson
import torch


def test_examples_are_dates_in_every_language_and_encode():
    examples = lesson.make_examples(300, seed=4)
    assert examples == lesson.make_examples(300, seed=4) != lesson.make_examples(300, seed=5)
    assert {example.language for example in examples} == set(lesson.LANGUAGES)
    assert all(re.fullmatch(r"(19|20)\d\d-[01]\d-[0-3]\d", example.target) for example in examples)
    source_ids, lengths, target_ids = lesson.encode(examples)
    assert target_ids.shape == (300, lesson.T_TGT)
    assert ((source_ids != lesson.PAD_ID).sum(dim=1) == lengths).all()


def test_a_date_is_translated_alike_alone_and_beside_longer_ones():
    torch.manual_seed(0)
    model = lesson.DateTranslator(looks_back=True)
    examples = sorted(lesson.make_examples(20, seed=3), key=lambda example: len(example.source))
    alone, together = lesson.encode(examples[:1]), lesson.encode(examples)
    assert alone[0].shape[1] < together[0].shape[1]
    torch.testing.assert_close(model(*together)[:1], model(*alone))
    _, attention_weights = model.translate(*together[:2])
    assert (attention_weights[0, :, alone[0].shape[1] :] == 0).all()
    torch.testing.assert_close(attention_weights.sum(dim=-1), torch.ones(20, lesson.T_TGT))


def test_teacher_forcing_and_writing_agree_where_the_writer_is_its_own_teacher():
    torch.manual_seed(0)
    for looks_back in (True, False):
        model = lesson.DateTranslator(looks_back)
        source_ids, lengths, _ = lesson.encode(lesson.make_examples(6, seed=2))
        written, attention_weights = model.translate(source_ids, lengths)
        assert (model(source_ids, lengths, written).argmax(dim=-1) == written).all()
        assert (attention_weights is not None) == looks_back


def test_accuracy_by_length_counts_each_class():
    examples = [
        lesson.Example("x" * n, "1997-05-03", "en") for n in [7] * 30 + [13] * 40 + [25] * 3
    ]
    right = torch.tensor([True] * 15 + [False] * 15 + [True] * 43)
    assert lesson.by_length(right, examples) == {9: 0.5, 15: 1.0}
