"""greedy_decode, beam_decode and sequence_score, on decoders whose every answer is written in a
table.

Which word comes next depends on the sentence, on the words said before and on the step, so a search
that loses the hidden state, or feeds back the wrong word, says something else."""

import torch

from kireji.testing import expect, graded

from . import beam_traps
from .decoding_cases import Search, said, same_words, up_to_eos
from .fakes import without
from .scripted_decoders import (
    BOS,
    EOS,
    PAD,
    fixed_length_script,
    garden_path,
    late_garden_path,
    lost_path,
    random_script,
)

SLACK = 1e-4


@graded("decoding", weight=3)
@without("padding_mask")
def test_greedy_takes_the_likeliest_word(student, rng):
    """Greedy decoding says the likeliest word at every step."""
    for _ in range(3):
        search = Search(student, random_script(rng), rng)
        rows, _ = search.greedy(6)
        for sentence, row in enumerate(rows):
            same_words(row, search.wanted(sentence, 6), 6)
    alone, _ = search.greedy(6, slice(1, 2))
    expect.true(
        up_to_eos(alone[0]) == up_to_eos(rows[1]),
        "A sentence decoded alone says something else than in a batch.",
    )


@graded("decoding", weight=2)
@without("padding_mask")
def test_greedy_stops_at_eos(student, rng):
    """A sentence ends with eos, and decoding with the last sentence's eos."""
    search = Search(student, fixed_length_script([2, 5, 1, 3], rng=rng), rng)
    rows, _ = search.greedy(9)
    for sentence, row in enumerate(rows):
        expect.true(
            EOS in row,
            "eos is not in target_ids: it is the last word of a sentence, and each sentence goes on"
            " until its own.",
        )
        same_words(row, search.wanted(sentence, 9), 9)
    nothing_after_the_end(rows)


@graded("decoding", weight=1)
@without("padding_mask")
def test_greedy_keeps_to_max_length(student, rng):
    """A sentence that never ends is cut off at max_length words, bos not counted."""
    search = Search(student, fixed_length_script([9, 3, 12], rng=rng), rng)
    for max_length in (6, 1):
        rows, _ = search.greedy(max_length)
        for sentence, row in enumerate(rows):
            same_words(row, search.wanted(sentence, max_length), max_length)


@graded("decoding", weight=2)
@without("padding_mask")
def test_greedy_attention_belongs_to_its_words(student, rng):
    """Row t of the attention is where the decoder looked when it said word t."""
    search = Search(student, random_script(rng, eos_bonus=-3.0), rng)
    rows, attention_weights = search.greedy(6)
    for sentence, row in enumerate(rows):
        looked_at(search, sentence, said(row, 6), attention_weights[sentence])


@graded("decoding", weight=2)
@without("padding_mask")
def test_beam_finds_what_greedy_misses(student, rng):
    """Beam search finds the better sentence behind a less likely first word."""
    search = Search(student, garden_path(), rng)
    best = search.script.best(search.first_word(0), 4)
    greedy = search.wanted(0, 4)
    for beam_size in (2, 3):
        rows, _ = search.beam(4, beam_size)
        words = said(rows[0], 4)
        expect.true(
            words != greedy,
            f"With beam_size {beam_size} the result is greedy's: keep several sentences at every"
            " step, and compare sums of log-probabilities.",
        )
        expect.true(
            words == best,
            f"With beam_size {beam_size} the likeliest sentence was not found, though it is within"
            " the beam.",
        )


@graded("decoding", weight=2)
@without("padding_mask")
def test_beam_is_never_worse_than_greedy(student, rng):
    """Beam search never returns a sentence that the model likes less than greedy's."""
    for beam_size, script in [
        *((size, random_script(rng, eos_bonus=1.0)) for size in (2, 3, 5)),
        (2, lost_path()),
    ]:
        search = Search(student, script, rng)
        rows, _ = search.beam(6, beam_size)
        for sentence, row in enumerate(rows):
            mine, greedy = (
                search.score(sentence, words)
                for words in (said(row, 6), search.wanted(sentence, 6))
            )
            expect.true(
                mine >= greedy - SLACK,
                f"With beam_size {beam_size} a sentence has log-probability {mine:.2f}, greedy's"
                f" has {greedy:.2f}: are finished sentences kept, scores added up, and each"
                " sentence of the batch kept apart? Plain beam search can lose greedy's sentence"
                " on the way: then compare with it at the end.",
            )


@graded("decoding", weight=3)
@without("padding_mask")
def test_beam_follows_each_beginning(student, rng):
    """Each beginning of a beam goes on from its own hidden state, is done with eos, and is ranked
    by the sum of its log-probabilities."""
    for trap in beam_traps.traps():
        search = Search(student, trap.script, rng)
        for beam_size in (2, 3):
            rows, _ = search.beam(beam_traps.MAX_LENGTH, beam_size)
            words = said(rows[0], beam_traps.MAX_LENGTH)
            expect.true(
                words == trap.best
                or words
                not in [
                    beam_traps.search(trap.script, beam_size, rescored=rescored, **trap.mistake)
                    for rescored in (True, False)
                ],
                f"{expect.NAMED} {trap.message}.",
            )
            expect.true(
                words == trap.best,
                f"With beam_size {beam_size} the likeliest sentence was not found, though it is"
                " within the beam: does each beginning keep its own words, score and hidden"
                " state?",
            )


@graded("decoding", weight=2)
@without("padding_mask")
def test_sequence_score(student, rng):
    """sequence_score adds up the log-probabilities of an answer's words, up to and with its first
    eos."""
    if student.defined("beam_decode") and not student.defined("sequence_score"):
        return  # a search that works without this tool needs none
    search = Search(student, random_script(rng), rng)
    # Two answers with words behind their end, one that ends with its last word, one without an end.
    target_ids = torch.randint(EOS + 1, 8, (4, 5), generator=rng)
    target_ids[0, 2] = target_ids[1, 0] = target_ids[2, 4] = EOS
    score = student.sequence_score(
        search.model, search.source_ids, search.lengths, target_ids, BOS, EOS
    )
    rows = [up_to_eos(row) for row in target_ids.tolist()]

    def scores(answers):
        return torch.tensor(
            [search.score(sentence, words) for sentence, words in enumerate(answers)]
        )

    right, sizes = scores(rows), torch.tensor([len(words) for words in rows])
    expect.close(
        expect.tensor(score, (4,), name="the scores").double(),
        right.double(),
        name="the scores",
        diagnoses={
            "what follows the first eos is counted": scores(target_ids.tolist()).double(),
            "the first eos is left out: it is a word like the others": scores(
                [[word for word in words if word != EOS] for words in rows]
            ).double(),
            "it is the mean of the log-probabilities, not their sum": (right / sizes).double(),
            "it is the probability, not its logarithm": right.double().exp(),
            "the sign is turned round": -right.double(),
        },
    )


@graded("decoding", weight=1)
@without("padding_mask")
def test_beam_of_one_is_greedy(student, rng):
    """A beam of one says what greedy says."""
    search = Search(student, random_script(rng), rng)
    rows, _ = search.beam(6, 1)
    for sentence, row in enumerate(rows):
        same_words(row, search.wanted(sentence, 6), 6)


@graded("decoding", weight=1)
@without("padding_mask")
def test_beam_attention_belongs_to_its_words(student, rng):
    """The attention of beam search follows the sentence returned, not another one of the beam."""
    for script in (
        garden_path(),
        late_garden_path(),
        random_script(rng, eos_bonus=-2.0),
        random_script(rng),
    ):
        search = Search(student, script, rng)
        rows, attention_weights = search.beam(6, 3)
        for sentence, row in enumerate(rows):
            looked_at(search, sentence, said(row, 6), attention_weights[sentence])


@graded("decoding", weight=1)
@without("padding_mask")
def test_beam_ends_each_sentence(student, rng):
    """Beam search ends each sentence of a batch at its own eos, and at max_length."""
    search = Search(student, fixed_length_script([2, 5, 1, 3], rng=rng), rng)
    for max_length in (7, 4):
        rows, _ = search.beam(max_length, 3)
        for sentence, row in enumerate(rows):
            words = said(row, max_length)
            expect.true(
                BOS not in words and PAD not in words, "bos or padding stands inside a sentence."
            )
            expect.true(
                len(words) == len(search.wanted(sentence, max_length)),
                "A sentence has another length than the model gives it: does it end where eos is"
                " the likeliest word?",
            )
        nothing_after_the_end(rows)


def nothing_after_the_end(rows):
    """What follows a row's eos is ignored; but when every row has ended nothing more is said,
    though columns may be filled up."""
    longest = max(len(up_to_eos(row)) for row in rows)
    expect.true(
        all(set(row[longest:]) <= {PAD, EOS} for row in rows),
        f"Every sentence has ended after {longest} words and decoding goes on: stop when each row"
        " has said eos.",
    )


def looked_at(search, sentence, words, attention_weights):
    """Each word's row of weights stands at the place that the script looks at."""
    for t, place in enumerate(search.script.places(search.first_word(sentence), words)):
        row = attention_weights[t]
        if float(row[place]) > 0.99:
            continue
        others = search.script.places(search.first_word(sentence), words)
        late = t + 1 < len(others) and float(row[others[t + 1]]) > 0.99
        early = t > 0 and float(row[others[t - 1]]) > 0.99
        shift = (
            " It is the next word's row."
            if late and not early
            else " It is the row of the word before."
            if early and not late
            else ""
        )
        expect.true(
            False,
            f"The attention of word {t + 1} is not what the decoder returned when that word was"
            f" said.{shift}",
        )
    expect.true(
        bool(torch.isfinite(attention_weights).all()), "attention_weights holds NaN or infinity."
    )
