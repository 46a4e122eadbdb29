"""Lesson 2. From sequence to sequence: an LSTM that translates dates, with attention and without.

"1997(e)ko maiatzaren 3(a), larunbata" is Basque for 1997-05-03. The dates come from Unicode's CLDR,
through babel. An LSTM reads the characters, a second one writes the ISO form. The two models of
this lesson differ in one thing: after reading, one has only the last state in its hands, the other
may look back at all states (Luong et al. 2015).

    python code/seq2seq_attention.py --out pictures
"""

import random
from collections.abc import Sequence
from datetime import date
from functools import cache
from typing import NamedTuple

import torch
import torch.nn.functional as F
from babel.dates import format_date
from basic_attention import (
    BLUE,
    INK,
    QUIET,
    RED,
    arguments,
    attention,
    general,
    heat_map,
    padding_mask,
    publish,
)
from matplotlib.figure import Figure
from torch import Tensor, nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence

# ---- the data: dates as they are written in ten languages

LANGUAGES = {
    "en": "English",
    "de": "German",
    "fr": "French",
    "es": "Spanish",
    "fi": "Finnish",
    "hu": "Hungarian",
    "el": "Greek",
    "tr": "Turkish",
    "lt": "Lithuanian",
    "eu": "Basque",
}
STYLES = ["full", "long", "medium"]
FIRST, LAST = date(1900, 1, 1).toordinal(), date(2099, 12, 31).toordinal()


class Example(NamedTuple):
    source: str
    target: str
    language: str


def make_examples(n: int, seed: int) -> list[Example]:
    """n random days of two centuries, each in a random language and style."""
    chance = random.Random(seed)
    examples = []
    for _ in range(n):
        day = date.fromordinal(chance.randint(FIRST, LAST))
        language = chance.choice(list(LANGUAGES))
        source = format_date(day, chance.choice(STYLES), locale=language)
        examples.append(Example(source.lower(), day.isoformat(), language))
    return examples


# ---- characters to numbers; 0 pads the sources, which differ in length. Targets never do: they
# have ten characters.

TARGET_CHARACTERS = "0123456789-^"  # ^ begins every target
PAD_ID, BOS_ID, T_TGT = 0, TARGET_CHARACTERS.index("^"), len("1997-05-03")


@cache
def source_characters() -> dict[str, int]:
    """Every character that CLDR uses for these languages, numbered from 1; the same list on every
    machine."""
    some = [date(1900 + 7 * month, month, 2 * month) for month in range(1, 13)]
    some += [date(2023, month, day) for month in range(1, 13) for day in range(1, 29)]
    used = {
        c
        for day in some
        for style in STYLES
        for language in LANGUAGES
        for c in format_date(day, style, locale=language).lower()
    }
    return {c: i for i, c in enumerate(sorted(used), start=1)}


def encode(examples: Sequence[Example]) -> tuple[Tensor, Tensor, Tensor]:
    """source_ids (B, T_src), padded; lengths (B,); target_ids (B, T_tgt)."""
    numbers = source_characters()
    lengths = torch.tensor([len(example.source) for example in examples])
    source_ids = torch.full((len(examples), int(lengths.max())), PAD_ID)
    for row, example in zip(source_ids, examples):
        row[: len(example.source)] = torch.tensor([numbers[c] for c in example.source])
    target_ids = torch.tensor(
        [[TARGET_CHARACTERS.index(c) for c in example.target] for example in examples]
    )
    return source_ids, lengths, target_ids


# ---- the models

EMBEDDING_SIZE, HIDDEN_SIZE, D_OUT = 24, 80, 64


class Encoder(nn.Module):
    """Read the source from left to right, and keep every state on the way."""

    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(
            len(source_characters()) + 1, EMBEDDING_SIZE, padding_idx=PAD_ID
        )
        self.lstm = nn.LSTM(EMBEDDING_SIZE, HIDDEN_SIZE, batch_first=True)

    def forward(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, tuple[Tensor, Tensor]]:
        """source_ids (B, T_src) -> encoder_outputs (B, T_src, hidden_size), last state 2 x (1, B,
        hidden_size)."""
        embedded = self.embedding(source_ids)  # (B, T_src, embedding_size)
        # Packed, so that the last state is the state after the last character, not after the
        # padding.
        packed = pack_padded_sequence(embedded, lengths, batch_first=True, enforce_sorted=False)
        packed_outputs, state = self.lstm(packed)
        encoder_outputs, _ = pad_packed_sequence(
            packed_outputs, batch_first=True, total_length=source_ids.shape[1]
        )
        return encoder_outputs, state


class Decoder(nn.Module):
    """Write the target; with attention, look back before each character."""

    def __init__(self, looks_back: bool):
        super().__init__()
        self.embedding = nn.Embedding(len(TARGET_CHARACTERS), EMBEDDING_SIZE)
        self.lstm = nn.LSTM(EMBEDDING_SIZE, HIDDEN_SIZE, batch_first=True)
        self.W_a = (
            nn.Parameter(torch.randn(HIDDEN_SIZE, HIDDEN_SIZE) / HIDDEN_SIZE)
            if looks_back
            else None
        )
        self.W_c = nn.Linear(2 * HIDDEN_SIZE if looks_back else HIDDEN_SIZE, D_OUT)
        self.output = nn.Linear(D_OUT, len(TARGET_CHARACTERS))

    def forward(
        self, input_ids: Tensor, state: tuple[Tensor, Tensor], encoder_outputs: Tensor, mask: Tensor
    ) -> tuple[Tensor, tuple[Tensor, Tensor], Tensor | None]:
        """input_ids (B, T_q), mask (B, 1, T_src) -> logits (B, T_q, 12), new state,
        attention_weights (B, T_q, T_src)."""
        # 1. The state before each character. Luong's decoder moves first and looks afterwards, so
        # that nothing the
        #    attention finds is needed for the next state, and all T_q steps are one call.
        # (B, T_q, hidden_size)
        decoder_outputs, state = self.lstm(self.embedding(input_ids), state)
        attention_weights = None
        if self.W_a is not None:
            # 2. Look back: that state is the query, the encoder's states are keys and values.
            context, attention_weights = attention(
                decoder_outputs,
                encoder_outputs,
                encoder_outputs,
                # (B, T_q, hidden_size), (B, T_q, T_src)
                general(self.W_a),
                mask,
            )
            # 3. What was found joins what was known.
            # (B, T_q, 2 * hidden_size)
            decoder_outputs = torch.cat([context, decoder_outputs], dim=-1)
        # 4. One hidden layer (the paper's "attentional vector"), then a score for each of the 12
        # characters.
        return self.output(torch.tanh(self.W_c(decoder_outputs))), state, attention_weights


class DateTranslator(nn.Module):
    """An encoder, and a decoder that starts from the encoder's last state."""

    def __init__(self, looks_back: bool):
        super().__init__()
        self.encoder, self.decoder = Encoder(), Decoder(looks_back)

    def forward(self, source_ids: Tensor, lengths: Tensor, target_ids: Tensor) -> Tensor:
        """Teacher forcing: each character is predicted from the true ones before it. Returns logits
        (B, T_tgt, 12)."""
        encoder_outputs, state = self.encoder(source_ids, lengths)
        begin = torch.full((len(target_ids), 1), BOS_ID)
        # (B, T_tgt), one step to the right
        input_ids = torch.cat([begin, target_ids[:, :-1]], dim=1)
        logits, _, _ = self.decoder(
            input_ids, state, encoder_outputs, padding_mask(lengths, source_ids.shape[1])
        )
        return logits

    @torch.no_grad()
    def translate(self, source_ids: Tensor, lengths: Tensor) -> tuple[Tensor, Tensor | None]:
        """Write without help: each character is read back as the next input.

        Returns target_ids (B, T_tgt) and attention_weights (B, T_tgt, T_src), None for a model that
        does not look back."""
        encoder_outputs, state = self.encoder(source_ids, lengths)
        mask = padding_mask(lengths, source_ids.shape[1])
        written, weights = [torch.full((len(source_ids), 1), BOS_ID)], []
        for _ in range(T_TGT):
            logits, state, attention_weights = self.decoder(
                written[-1], state, encoder_outputs, mask
            )
            written.append(logits.argmax(dim=-1))  # (B, 1)
            weights.append(attention_weights)  # (B, 1, T_src)
        return torch.cat(written[1:], dim=1), None if weights[0] is None else torch.cat(
            weights, dim=1
        )


# ---- training and measuring


def correct(model: DateTranslator, examples: Sequence[Example]) -> Tensor:
    """(B,) bool: which dates come out right, all ten characters of them."""
    source_ids, lengths, target_ids = encode(examples)
    return (model.translate(source_ids, lengths)[0] == target_ids).all(dim=1)


class Run(NamedTuple):
    model: DateTranslator
    curve: list[tuple[int, float]]  # (step, share of 200 held-out dates that are right)
    right: dict[int, Tensor]  # step -> (N,) bool: which of all held-out dates are right by then


def train(looks_back: bool, marks: Sequence[int], held_out: Sequence[Example]) -> Run:
    """Train until the last of `marks`, and measure thoroughly at each of them."""
    torch.manual_seed(0)
    steps = marks[-1]
    model, curve, right = DateTranslator(looks_back), [(0, 0.0)], {}
    optimizer = torch.optim.Adam(model.parameters(), lr=4e-3)
    schedule = torch.optim.lr_scheduler.LambdaLR(
        optimizer, lambda step: min(1.0, 2 * (1 - step / steps))
    )
    for step in range(1, steps + 1):
        # fresh dates at every step
        source_ids, lengths, target_ids = encode(make_examples(64, seed=step))
        logits = model(source_ids, lengths, target_ids)
        # (B * T_tgt, 12), (B * T_tgt,)
        loss = F.cross_entropy(logits.flatten(0, 1), target_ids.flatten())
        optimizer.zero_grad()
        loss.backward()
        nn.utils.clip_grad_norm_(model.parameters(), 1.0)
        optimizer.step()
        schedule.step()
        if step % max(1, steps // 18) == 0:
            curve.append((step, correct(model, held_out[:200]).float().mean().item()))
        if step in marks:
            right[step] = correct(model, held_out)
    return Run(model, curve, right)


def by_length(right: Tensor, examples: Sequence[Example], width: int = 6) -> dict[int, float]:
    """The middle of each class of source lengths -> the share of right answers in it; classes of
    under 25 are left out."""
    classes: dict[int, list[bool]] = {}
    for is_right, example in zip(right.tolist(), examples):
        classes.setdefault(len(example.source) // width * width + width // 2, []).append(is_right)
    return {
        middle: sum(found) / len(found)
        for middle, found in sorted(classes.items())
        if len(found) >= 25
    }


def where_years_are_read(model: DateTranslator, examples: Sequence[Example]) -> tuple[float, float]:
    """For the four digits of the year: how often the greatest weight is on that very digit, and how
    often at most one off."""
    source_ids, lengths, _ = encode(examples)
    peaks = model.translate(source_ids, lengths)[1][:, :4].argmax(dim=-1)  # (B, 4)
    # (B,)
    starts = torch.tensor([example.source.index(example.target[:4]) for example in examples])
    distance = (peaks - (starts[:, None] + torch.arange(4))).abs()
    return (distance == 0).float().mean().item(), (distance <= 1).float().mean().item()


# ---- pictures

NAMES = {True: ("with attention", BLUE), False: ("without", RED)}


def draw_comparison(runs: dict[bool, Run], held_out: Sequence[Example]) -> Figure:
    figure = Figure(figsize=(9, 3.2), layout="constrained")
    left, right = figure.subplots(1, 2, sharey=True)
    for looks_back, run in runs.items():
        name, colour = NAMES[looks_back]
        left.plot(*zip(*run.curve), color=colour, linewidth=2, label=name)
        for (step, found), line in zip(run.right.items(), ("-", "--")):
            shares = by_length(found, held_out)
            right.plot(
                list(shares),
                list(shares.values()),
                line,
                color=colour,
                linewidth=2,
                marker="o",
                label=f"{name}, step {step}",
            )
    right.legend(frameon=False, loc="center")
    left.set(ylim=(0, 1.03), xlabel="training steps", ylabel="unseen dates that are right")
    right.set(xlabel="characters in the source")
    left.legend(frameon=False, loc="lower right", bbox_to_anchor=(1, 0.05))
    left.yaxis.set_major_formatter(lambda share, _: f"{share:.0%}")
    for axes in (left, right):
        axes.spines[["top", "right"]].set_visible(False)
        axes.tick_params(labelcolor=INK, color=QUIET)
    return figure


def draw_alignment(model: DateTranslator, day: date, shown: dict[str, str]) -> Figure:
    """One day in several languages, `shown` being language -> style: below each source the
    characters that were written."""
    figure = Figure(figsize=(9, 2.6 * len(shown)), layout="constrained")
    panels = figure.subplots(len(shown), 1)
    for axes, (language, style) in zip(panels, shown.items()):
        source = format_date(day, style, locale=language).lower()
        source_ids, lengths, _ = encode([Example(source, day.isoformat(), language)])
        target_ids, attention_weights = model.translate(source_ids, lengths)
        written = "".join(TARGET_CHARACTERS[i] for i in target_ids[0])
        heat_map(axes, attention_weights[0], list(written), list(source.replace(" ", "␣")))
        axes.xaxis.tick_top()
        axes.set_aspect("equal", anchor="W")
        verdict = "right" if written == day.isoformat() else "wrong"
        axes.set_title(
            f"{LANGUAGES[language]}: {written}, {verdict}", fontsize=10, color=INK, loc="left"
        )
    return figure


def main(argv: Sequence[str] | None = None) -> None:
    options = arguments(argv, __doc__)
    torch.set_num_threads(1)
    # Who does not look back gets three times as long.
    marks = {True: [30], False: [30, 60]} if options.quick else {True: [420], False: [420, 1260]}

    held_out = make_examples(200 if options.quick else 1500, seed=0)
    seen = {
        example.source
        for step in range(1, marks[False][-1] + 1)
        for example in make_examples(64, seed=step)
    }
    # short forms do repeat
    held_out = [example for example in held_out if example.source not in seen]
    runs = {looks_back: train(looks_back, marks[looks_back], held_out) for looks_back in NAMES}

    findings = [
        f"Dates nobody trained on, right in all ten characters, of {len(held_out)}; and by the"
        " length of the source:"
    ]
    findings += [
        f"  {NAMES[looks_back][0]:15} step {step:4} {right.float().mean():6.1%}   "
        + "  ".join(f"{middle} {share:.0%}" for middle, share in by_length(right, held_out).items())
        for looks_back, run in runs.items()
        for step, right in run.right.items()
    ]
    exactly, nearly = where_years_are_read(runs[True].model, held_out)
    findings += [
        f"Writing a digit of the year, the model looks hardest at that very digit in {exactly:.0%}"
        f" of the cases, at it or its neighbour in {nearly:.0%}."
    ]
    publish(
        options.out,
        "seq2seq_attention",
        {
            "comparison": draw_comparison(runs, held_out),
            "alignment": draw_alignment(
                runs[True].model, date(1997, 5, 3), {"en": "full", "hu": "long", "eu": "full"}
            ),
        },
        findings,
    )


if __name__ == "__main__":
    main()
