"""Made-up decoders written as tables, and the searches over them worked out exactly.

A state and an input word lead to the next state; each state says something (logits) and looks at
one source position. `attention_lab.stand_ins.ScriptedDecoder` plays such a table inside the
sandbox.
"""

from dataclasses import dataclass
from functools import cached_property

import torch
from torch import Generator, Tensor

PAD, BOS, EOS = 0, 1, 2
FIRST_WORD = 3  # source word FIRST_WORD + i begins sentence i


@dataclass
class Script:
    """logits (S, V)   next_state (S, V)   place (S,)
    start (V_src,) the state for each first source word."""

    logits: Tensor
    next_state: Tensor
    place: Tensor
    start: Tensor

    @cached_property
    def log_probabilities(self) -> Tensor:
        return torch.log_softmax(self.logits.double(), dim=-1)

    def after(self, first_word: int, words: list[int]) -> int:
        """The state reached from a source sentence's first word after bos and `words`."""
        state = int(self.start[first_word])
        for word in [BOS, *words]:
            state = int(self.next_state[state, word])
        return state

    def score(self, first_word: int, words: list[int]) -> float:
        """Sum of log-probabilities of saying `words` one after the other."""
        total = 0.0
        for t, word in enumerate(words):
            total += float(self.log_probabilities[self.after(first_word, words[:t]), word])
        return total

    def places(self, first_word: int, words: list[int]) -> list[int]:
        """The source position looked at when each word is said."""
        return [int(self.place[self.after(first_word, words[:t])]) for t in range(len(words))]

    def greedy(self, first_word: int, max_length: int) -> list[int]:
        """The likeliest word at every step, up to and with eos."""
        words: list[int] = []
        while len(words) < max_length and (not words or words[-1] != EOS):
            words.append(int(self.logits[self.after(first_word, words)].argmax()))
        return words

    def best(self, first_word: int, max_length: int) -> list[int]:
        """The likeliest whole sentence: every sentence is tried."""
        finished: list[list[int]] = []
        unfinished: list[list[int]] = [[]]
        for _ in range(max_length):
            longer = [words + [word] for words in unfinished for word in range(len(self.logits[0]))]
            finished += [words for words in longer if words[-1] == EOS]
            unfinished = [words for words in longer if words[-1] != EOS]
        return max(finished + unfinished, key=lambda words: self.score(first_word, words))


def random_script(
    rng: Generator,
    n_sentences: int = 4,
    n_steps: int = 6,
    width: int = 3,
    vocab_size: int = 8,
    n_places: int = 3,
    eos_bonus: float = 0.0,
) -> Script:
    """`width` random states for each step; which one comes next depends on the word said before.

    Words PAD and BOS are never said, no two words are equally likely, and eos is word n_steps at
    the latest. `eos_bonus` makes sentences end earlier."""
    n_states = n_steps * width
    logits = 2.0 * torch.randn(n_states, vocab_size, generator=rng)
    logits[:, [PAD, BOS]] = -30.0
    logits[:, EOS] += eos_bonus
    logits[-width:] = torch.where(torch.arange(vocab_size) == EOS, 0.0, -30.0)
    step = torch.arange(n_states) // width
    following = (step + 1).clamp_max(n_steps - 1) * width  # first state of the next step
    next_state = following.unsqueeze(1) + torch.randint(
        width, (n_states, vocab_size), generator=rng
    )
    # One more state for each sentence, to begin in: bos leads from there to a random state of the
    # first step.
    next_state = torch.cat(
        [next_state, torch.randint(width, (n_sentences, vocab_size), generator=rng)]
    )
    logits = torch.cat([logits, torch.randn(n_sentences, vocab_size, generator=rng)])
    place = torch.randint(n_places, (len(logits),), generator=rng)
    return Script(logits, next_state, place, _starts(n_states, n_sentences))


def fixed_length_script(
    lengths: list[int], vocab_size: int = 6, n_places: int = 3, rng: Generator | None = None
) -> Script:
    """Sentence i has exactly lengths[i] words and then eos; which words, the generator says.

    States are (sentence, step) in rows; the last state of each sentence says eos and nothing
    else."""
    firsts = [sum(length + 1 for length in lengths[:i]) for i in range(len(lengths))]
    n_states = sum(length + 1 for length in lengths) + 1
    logits = torch.full((n_states, vocab_size), -30.0)
    next_state = torch.full((n_states, vocab_size), n_states - 1)
    for first, length in zip(firsts, lengths, strict=False):
        for step in range(length):
            logits[first + step, EOS + 1 :] = torch.randn(vocab_size - EOS - 1, generator=rng)
            next_state[first + step] = first + step + 1
        logits[first + length, EOS] = 0.0
    # After eos a decoder that goes on talks nonsense: this shows whoever does not stop.
    logits[n_states - 1, EOS + 1] = 0.0
    logits = torch.cat([logits, torch.zeros(len(lengths), vocab_size)])
    next_state = torch.cat([next_state, torch.tensor(firsts).unsqueeze(1).expand(-1, vocab_size)])
    place = torch.randint(n_places, (len(logits),), generator=rng)
    for first, length in zip(firsts, lengths, strict=False):
        next_state[first + length] = n_states - 1
    return Script(logits, next_state, place, _starts(n_states, len(lengths)))


def garden_path() -> Script:
    """Greedy takes the better first word and regrets it: after it every word is unlikely.

    Word 3 (0.55) leads to a state where each of words 5, 6, 7 has a third; word 4 (0.45) leads to
    word 5 for certain. Both sentences are equally long, so that no length rule changes which is
    better."""
    n_states, vocab_size = 5, 8
    logits = torch.full((n_states, vocab_size), -30.0)
    logits[1, 3], logits[1, 4] = torch.tensor(0.55).log(), torch.tensor(0.45).log()
    logits[2, 5:8] = 0.0
    logits[2, 5] = 0.1  # no tie for greedy
    logits[3, 5] = 0.0
    logits[4, EOS] = 0.0
    next_state = torch.zeros(n_states, vocab_size, dtype=torch.long)
    next_state[0] = 1  # start: bos leads to state 1
    next_state[1, 3], next_state[1, 4] = 2, 3
    next_state[2] = next_state[3] = 4
    return Script(
        logits,
        next_state,
        torch.tensor([0, 0, 1, 2, 0]),
        torch.zeros(FIRST_WORD + 1, dtype=torch.long),
    )


def late_garden_path() -> Script:
    """As garden_path, but regret comes a word later: what was said and looked at in between is not
    the same on both ways.

    After word 3 (0.55) as after word 4 (0.45) comes word 5 for certain, looking at place 1 or 2;
    then the first way has a third for each of three words, the second word 6 for certain."""
    n_states, vocab_size = 7, 8
    logits = torch.full((n_states, vocab_size), -30.0)
    logits[1, 3], logits[1, 4] = torch.tensor(0.55).log(), torch.tensor(0.45).log()
    logits[2, 5] = logits[3, 5] = 0.0
    logits[4, 5:8] = torch.tensor([0.1, 0.0, 0.0])  # no tie for greedy
    logits[5, 6] = 0.0
    logits[6, EOS] = 0.0
    next_state = torch.zeros(n_states, vocab_size, dtype=torch.long)
    next_state[0] = 1  # start: bos leads to state 1
    next_state[1, 3], next_state[1, 4] = 2, 3
    next_state[2], next_state[3] = 4, 5
    next_state[4] = next_state[5] = 6
    return Script(
        logits,
        next_state,
        torch.tensor([0, 0, 1, 2, 0, 0, 0]),
        torch.zeros(FIRST_WORD + 1, dtype=torch.long),
    )


def lost_path() -> Script:
    """A beam of two loses greedy's sentence on the way, and ends with a worse one.

    Word 3 (0.5) and then 5 (0.35), 3 (1) is greedy's. After word 4 (0.45) words 5 and 6 have a half
    each, so that these two beginnings push greedy's out; and then every word has a fifth. All
    sentences are equally long."""
    n_states, vocab_size = 7, 8
    logits = torch.full((n_states, vocab_size), -30.0)
    logits[1, 3], logits[1, 4] = torch.tensor(0.5).log(), torch.tensor(0.45).log()
    logits[2, 5:8] = torch.tensor([0.1, 0.0, 0.0])
    logits[3, 5:7] = torch.tensor([0.02, 0.0])
    logits[4, 3] = 0.0
    logits[5, 3:8] = torch.tensor([0.02, 0.0, 0.0, 0.0, 0.0])
    logits[6, EOS] = 0.0
    next_state = torch.zeros(n_states, vocab_size, dtype=torch.long)
    next_state[0] = 1  # start: bos leads to state 1
    next_state[1, 3], next_state[1, 4] = 2, 3
    next_state[2], next_state[3], next_state[4], next_state[5], next_state[6] = 4, 5, 6, 6, 6
    return Script(
        logits,
        next_state,
        torch.tensor([0, 0, 1, 2, 0, 1, 0]),
        torch.zeros(FIRST_WORD + 1, dtype=torch.long),
    )


def _starts(first_state: int, n_sentences: int) -> Tensor:
    """(FIRST_WORD + n_sentences,) the state in which each source word begins; the special words
    begin nothing."""
    return torch.cat(
        [torch.zeros(FIRST_WORD, dtype=torch.long), torch.arange(n_sentences) + first_state]
    )
