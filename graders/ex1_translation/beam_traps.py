"""Scripts on which a common mistake of a beam search makes it say something else, and the searches
that make it.

Each script has one sentence. Greedy decoding misses the best answer of all three, so that a search
that compares with it at the end is not saved by it."""

from typing import NamedTuple

import torch

from .scripted_decoders import BOS, EOS, FIRST_WORD, Script

NEVER = -30.0
VOCAB_SIZE = 8
MAX_LENGTH = 6


class Trap(NamedTuple):
    """What the script's best answer is, what is done wrong, and how that is told."""

    script: Script
    best: list[int]
    mistake: dict[str, bool]
    message: str


def chain(steps: dict[int, dict[int, tuple[float, int]]], n_states: int) -> Script:
    """A script from {state: {word: (probability, next state)}}; bos leads from state 0 to state
    1."""
    logits = torch.full((n_states, VOCAB_SIZE), NEVER)
    next_state = torch.zeros(n_states, VOCAB_SIZE, dtype=torch.long)
    next_state[0] = 1
    for state, words in steps.items():
        for word, (probability, following) in words.items():
            logits[state, word] = torch.tensor(probability).log()
            next_state[state, word] = following
    places = torch.arange(n_states) % 3
    return Script(logits, next_state, places, torch.zeros(FIRST_WORD + 1, dtype=torch.long))


def crossing() -> Trap:
    """After two words the second beginning is ahead of the first; what each says next hangs on its
    state."""
    script = chain(
        {
            1: {3: (0.55, 2), 4: (0.45, 3)},
            2: {5: (0.36, 4), 6: (0.33, 4), 7: (0.31, 4)},
            3: {5: (1.0, 5)},
            4: {7: (1.0, 6)},
            5: {6: (1.0, 6)},
            6: {EOS: (1.0, 6)},
        },
        7,
    )
    return Trap(
        script,
        [4, 5, 6, EOS],
        {"reordered": False},
        "the hidden states are not brought into the order of the chosen beginnings: each goes on"
        " from another one's state. index // V says which beam a candidate continues, for hidden as"
        " for the words",
    )


def early_end() -> Trap:
    """A sentence ends while a likelier beginning goes on, which then falls behind it."""
    flat = {3: (0.22, 5), **dict.fromkeys((4, 5, 6, 7), (0.195, 5))}
    script = chain(
        {
            1: {3: (0.55, 2), 4: (0.45, 3)},
            2: {5: (1.0, 4)},
            3: {EOS: (1.0, 6)},
            4: flat,
            5: {EOS: (1.0, 6)},
            6: dict.fromkeys((3, 4, 5, 6, 7), (0.2, 6)),
        },
        7,
    )
    return Trap(
        script,
        [4, EOS],
        {"frozen": False},
        "a sentence that has ended goes on growing, and loses score for it: after eos it keeps its"
        " score",
    )


def shorter() -> Trap:
    """The likeliest sentence is shorter than the one whose words are likelier on average."""
    script = chain(
        {
            1: {3: (0.56, 2), 4: (0.44, 3)},
            2: {5: (0.6, 4), 6: (0.21, 4), 7: (0.19, 4)},
            3: {EOS: (0.68, 6), 5: (0.32, 4)},
            4: {6: (0.83, 5), 3: (0.17, 5)},
            5: {7: (1.0, 7)},
            7: {EOS: (1.0, 6)},
            6: {EOS: (1.0, 6)},
        },
        8,
    )
    return Trap(
        script,
        [4, EOS],
        {"mean": True},
        "sentences are ranked by the mean of their log-probabilities: the score is their sum",
    )


def traps() -> list[Trap]:
    return [crossing(), early_end(), shorter()]


def search(
    script: Script,
    beam_size: int,
    reordered: bool = True,
    frozen: bool = True,
    mean: bool = False,
    rescored: bool = True,
) -> list[int]:
    """What beam search says on a script's only sentence, with the mistakes asked for.

    At the end it compares with greedy: by what the model really gives its sentence (`rescored`), or
    by the score that its beam has."""
    beams: list[list[int]] = [[]] * beam_size
    totals = [0.0] + [-torch.inf] * (beam_size - 1)
    states = [int(script.start[FIRST_WORD])] * beam_size

    def value(total: float, words: list[int]) -> float:
        return total / len(up_to_end(words)) if mean else total

    for _ in range(MAX_LENGTH):
        candidates = []
        for k, (words, total) in enumerate(zip(beams, totals, strict=False)):
            states[k] = int(script.next_state[states[k], words[-1] if words else BOS])
            if frozen and EOS in words:
                candidates.append((total, [*words, EOS], k))
                continue
            for word, more in enumerate(script.log_probabilities[states[k]].tolist()):
                candidates.append((total + more, [*words, word], k))
        candidates.sort(key=lambda candidate: -value(*candidate[:2]))
        chosen = candidates[:beam_size]
        totals, beams = [total for total, _, _ in chosen], [words for _, words, _ in chosen]
        if reordered:
            states = [states[k] for _, _, k in chosen]
        if EOS in beams[0]:
            break
    best, greedy = up_to_end(beams[0]), script.greedy(FIRST_WORD, MAX_LENGTH)
    score = script.score(FIRST_WORD, best) if rescored else totals[0]
    return greedy if script.score(FIRST_WORD, greedy) > score else best


def up_to_end(words: list[int]) -> list[int]:
    return words[: words.index(EOS) + 1] if EOS in words else words
