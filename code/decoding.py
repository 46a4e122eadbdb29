"""Lesson 6. Which words to write, and how good they are: greedy and beam search, BLEU and chrF.

Nothing is trained here. The model is a table of a dozen probabilities, small enough to follow by
hand: it translates *Il fait froid*, and its first word is a trap, because *il* is mostly *he*.
Then one translation is judged with the two measures that the assignments use.

    python code/decoding.py --out pictures
"""

import math
from collections import Counter
from collections.abc import Sequence
from typing import NamedTuple

from basic_attention import BLUE, INK, QUIET, RED, arguments, publish
from matplotlib.figure import Figure

# ---- a model: what may follow a beginning, and how likely it is

EOS = "<eos>"
NEXT: dict[tuple[str, ...], dict[str, float]] = {
    (): {"he": 0.6, "it": 0.4},
    ("he",): {"is": 0.4, "makes": 0.35, "does": 0.25},
    ("it",): {"is": 0.9, "does": 0.1},
    ("he", "is"): {"cold": 0.6, "there": 0.4},
    ("he", "makes"): {"cold": 0.7, "it": 0.3},
    ("he", "does"): {"cold": 0.5, "it": 0.5},
    ("it", "is"): {"cold": 0.95, "there": 0.05},
    ("it", "does"): {"cold": 0.5, "it": 0.5},
}


class Beginning(NamedTuple):
    words: tuple[str, ...]
    probability: float  # of all its words together

    @property
    def score(self) -> float:
        """The sum of the log-probabilities: what a program adds up, since products underflow."""
        return math.log(self.probability)

    @property
    def is_finished(self) -> bool:
        return self.words[-1:] == (EOS,)


START = Beginning((), 1.0)


def extend(beginning: Beginning) -> list[Beginning]:
    """Every way to go on by one word; a finished one stays as it is."""
    if beginning.is_finished:
        return [beginning]
    words = NEXT.get(beginning.words, {EOS: 1.0})  # after three words the sentence ends
    return [
        Beginning((*beginning.words, word), beginning.probability * p) for word, p in words.items()
    ]


def greedy(start: Beginning = START) -> Beginning:
    """Take the likeliest word, again and again."""
    while not start.is_finished:
        start = max(extend(start), key=lambda one: one.probability)
    return start


def beam_search(beam_size: int) -> list[list[Beginning]]:
    """The beginnings that are kept after each step, best first."""
    steps = [[START]]
    while not steps[-1][0].is_finished:
        candidates = [longer for beginning in steps[-1] for longer in extend(beginning)]
        candidates.sort(key=lambda one: one.probability, reverse=True)
        steps.append(candidates[:beam_size])
    return steps[1:]


# ---- how good is a translation?


def ngrams(symbols: Sequence[str], n: int) -> Counter[tuple[str, ...]]:
    return Counter(tuple(symbols[i : i + n]) for i in range(len(symbols) - n + 1))


def matches(ours: Sequence[str], theirs: Sequence[str], n: int) -> tuple[int, int, int]:
    """How many n-grams agree, each counted at most as often as it occurs in `theirs`; how many
    there are in ours; and in theirs."""
    a, b = ngrams(ours, n), ngrams(theirs, n)
    return (a & b).total(), a.total(), b.total()


def bleu(ours: str, reference: str) -> float:
    """BLEU of one sentence, from 0 to 100: the geometric mean of four precisions, times a penalty
    for being short. Papineni et al. 2002."""
    a, b = ours.split(), reference.split()
    counts = [matches(a, b, n)[:2] for n in (1, 2, 3, 4)]
    if any(same == 0 for same, _ in counts):
        return 0.0
    precision = math.exp(sum(math.log(same / ours) for same, ours in counts) / 4)
    return 100 * precision * min(1.0, math.exp(1 - len(b) / len(a)))


def chrf(ours: str, reference: str) -> float:
    """chrF of one sentence, from 0 to 100: precision and recall of character n-grams, up to six
    characters and without spaces, averaged over n; recall counts twice. Popovic 2015."""
    a, b = ours.replace(" ", ""), reference.replace(" ", "")
    found = [matches(a, b, n) for n in range(1, 7) if n <= min(len(a), len(b))]
    precision = sum(same / ours for same, ours, _ in found) / len(found)
    recall = sum(same / theirs for same, _, theirs in found) / len(found)
    return 100 * 5 * precision * recall / (4 * precision + recall) if precision else 0.0


REFERENCE = "my mother bought a big house ."
CANDIDATES = [
    "my mother bought a large house .",
    "my mother bought a small house .",
    "my mother bought a house .",
    "a big house is what my mother bought .",
    "my mothers bought a big houses .",
]

# ---- picture


def draw_tree(kept: Sequence[Sequence[Beginning]], taken: Beginning) -> Figure:
    """All beginnings as a tree: what greedy search took, what a beam kept, and what was dropped."""
    figure = Figure(figsize=(9, 4.6), layout="constrained")
    axes = figure.add_subplot()
    axes.axis("off")
    places: dict[tuple[str, ...], float] = {}

    def place(beginning: Beginning) -> float:
        """Leaves go one under the other, a node to the middle of its branches."""
        if len(beginning.words) == 3:
            y = float(sum(len(words) == 3 for words in places))
        else:
            branches = [place(longer) for longer in extend(beginning)]
            y = sum(branches) / len(branches)
        places[beginning.words] = y
        return y

    place(START)
    in_beam = {one.words for step in kept for one in step} | {()}
    for words, y in places.items():
        in_greedy, is_kept = taken.words[: len(words)] == words, words in in_beam
        colour = RED if in_greedy else BLUE if is_kept else QUIET
        if words:
            axes.plot(
                [len(words) - 0.78, len(words) - 0.16],
                [places[words[:-1]], y],
                "--" if in_greedy else "-",
                color=colour,
                linewidth=2.2 if is_kept or in_greedy else 0.8,
            )
        probability = math.prod(NEXT[words[:i]][words[i]] for i in range(len(words)))
        axes.text(
            len(words),
            y,
            f"{words[-1]}\n{probability:.3f}" if words else "start",
            ha="center",
            va="center",
            color=INK if is_kept or in_greedy else QUIET,
            weight="bold" if is_kept else "normal",
            fontsize=9,
        )
    axes.set(xlim=(-0.3, 3.4), ylim=(len([w for w in places if len(w) == 3]) - 0.4, -0.9))
    axes.plot([], [], "--", color=RED, linewidth=2.2, label="greedy search")
    axes.plot([], [], "-", color=BLUE, linewidth=2.2, label="kept by a beam of two")
    axes.legend(frameon=False, loc="upper left", ncols=2)
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    taken, kept = greedy(), beam_search(2)

    def told(one: Beginning) -> str:
        words = " ".join(word for word in one.words if word != EOS)
        return f"{words!r} {one.probability:.3f} (score {one.score:.2f})"

    findings = [f"Greedy search: {told(taken)}", "A beam of two keeps"]
    findings += [
        f"  after word {i}: " + ", ".join(map(told, step)) for i, step in enumerate(kept[:3], 1)
    ]
    findings += ["", f"Against the reference {REFERENCE!r}:"]
    for ours in CANDIDATES:
        shares = ", ".join(
            "{}/{}".format(*matches(ours.split(), REFERENCE.split(), n)) for n in (1, 2, 3, 4)
        )
        findings.append(
            f"  {ours:40} BLEU {bleu(ours, REFERENCE):5.1f}  chrF {chrf(ours, REFERENCE):5.1f}"
            f"  n-grams {shares}"
        )
    same = [matches("ising", "isang", n) for n in (1, 2, 3, 4, 5)]
    findings.append(
        f"'i sing' against 'i sang': chrF {chrf('i sing', 'i sang'):.0f}, n-grams "
        + ", ".join(f"{hit}/{ours}" for hit, ours, _ in same)
    )
    publish(options.out, "decoding", {"tree": draw_tree(kept, taken)}, findings)


if __name__ == "__main__":
    main()
