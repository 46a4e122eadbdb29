"""Searches on scripted decoders: ask the student's, read what came, compare it with what the script
says."""

from typing import Any

import torch
from torch import Generator, Tensor

from kireji.testing import expect

from . import reference
from .scripted_decoders import BOS, EOS, FIRST_WORD, PAD, Script

LENGTHS = torch.tensor([3, 5, 4, 6])  # of the source sentences; the scripts look at places 0 to 2
T_SRC = 6


class Search:
    """A script played in the sandbox, and the student's search on it."""

    def __init__(self, student: Any, script: Script, rng: Generator) -> None:
        self.student, self.script = student, script
        n_states, self.n_sentences = len(script.logits), len(script.start) - FIRST_WORD
        encoder = student.make("attention_lab.stand_ins.ScriptedEncoder", script.start, n_states)
        decoder = student.make(
            "attention_lab.stand_ins.ScriptedDecoder",
            script.logits,
            script.next_state,
            script.place,
        )
        self.model = student.make("attention_lab.models.TranslationModel", encoder, decoder)
        self.model.eval()
        self.lengths = LENGTHS[: self.n_sentences]
        words = torch.randint(
            FIRST_WORD, FIRST_WORD + self.n_sentences, (self.n_sentences, T_SRC), generator=rng
        )
        words[:, 0] = torch.arange(FIRST_WORD, FIRST_WORD + self.n_sentences)
        self.source_ids = words.masked_fill(~reference.padding_mask(self.lengths, T_SRC), PAD)

    def greedy(self, max_length: int, rows: slice = slice(None)) -> tuple[list[list[int]], Tensor]:
        return self.read(
            self.student.greedy_decode(
                self.model, self.source_ids[rows], self.lengths[rows], BOS, EOS, max_length
            ),
            max_length,
            len(self.lengths[rows]),
        )

    def beam(self, max_length: int, beam_size: int) -> tuple[list[list[int]], Tensor]:
        return self.read(
            self.student.beam_decode(
                self.model, self.source_ids, self.lengths, BOS, EOS, max_length, beam_size
            ),
            max_length,
            self.n_sentences,
        )

    def read(self, result: Any, max_length: int, n_rows: int) -> tuple[list[list[int]], Tensor]:
        """Rows of word numbers as they came, and the attention weights (B, T, T_src)."""
        target_ids, attention_weights = expect.returns(result, "target_ids", "attention_weights")
        expect.tensor(target_ids, dtype=torch.long, name="target_ids")
        expect.tensor(attention_weights, name="attention_weights")
        expect.true(
            target_ids.dim() == 2 and target_ids.shape[0] == n_rows,
            f"target_ids should have shape (B, T) with B = {n_rows} and has"
            f" {tuple(target_ids.shape)}.",
        )
        T = target_ids.shape[1]
        expect.true(T > 0, "Nothing was said: target_ids has no columns.")
        expect.true(
            max_length >= T,
            f"target_ids is {T} words long, though max_length is {max_length}"
            + (": is bos returned too?" if max_length + 1 == T else "."),
        )
        expect.true(
            tuple(attention_weights.shape) == (n_rows, T, T_SRC),
            f"attention_weights should have shape (B, T, T_src) = {(n_rows, T, T_SRC)}, a row for"
            f" each word of target_ids, and has {tuple(attention_weights.shape)}.",
        )
        return target_ids.tolist(), attention_weights

    def first_word(self, sentence: int) -> int:
        return FIRST_WORD + sentence

    def wanted(self, sentence: int, max_length: int) -> list[int]:
        """What greedy says about a sentence, up to and with eos."""
        return self.script.greedy(self.first_word(sentence), max_length)

    def score(self, sentence: int, words: list[int]) -> float:
        """The model's score of saying `words`: the sum of log-probabilities."""
        return self.script.score(self.first_word(sentence), words)


def up_to_eos(row: list[int]) -> list[int]:
    """A row's words up to and with the first eos; without eos, all that are not padding at its
    end."""
    if EOS in row:
        return row[: row.index(EOS) + 1]
    while row and row[-1] == PAD:
        row = row[:-1]
    return row


def said(row: list[int], max_length: int) -> list[int]:
    """The sentence in a row: not begun with bos, and either ended by eos or cut off at
    max_length."""
    words = up_to_eos(row)
    expect.true(bool(words), "A row of target_ids holds only padding.")
    expect.true(words[0] != BOS, "target_ids begins with bos: return only what comes after it.")
    expect.true(
        words[-1] == EOS or len(words) == max_length,
        f"A sentence stops after {len(words)} words, without eos and before max_length ="
        f" {max_length}: eos belongs to target_ids, and a sentence goes on until it comes.",
    )
    return words


def same_words(row: list[int], wanted: list[int], max_length: int) -> None:
    """The row says what greedy should; otherwise the message says from which word on it does
    not."""
    words = said(row, max_length)
    if words == wanted:
        return
    t = next(
        (t for t, (one, other) in enumerate(zip(words, wanted, strict=False)) if one != other),
        min(len(words), len(wanted)),
    )
    why = (
        "The first word should be the likeliest one after bos."
        if t == 0
        else (
            "Each step takes the likeliest word, and hands it and the new hidden state to the next"
            " step."
        )
    )
    expect.true(
        False, f"Word {t + 1} of a sentence is not the one that greedy decoding says: {why}"
    )
