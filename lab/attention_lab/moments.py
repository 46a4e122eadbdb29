"""A small translator learns before your eyes: what its attention to one sentence looks like at
several moments of training."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import torch
from safetensors import SafetensorError, safe_open
from safetensors.torch import save_file
from torch import Tensor

from attention_lab.batches import TranslationBatches
from attention_lab.checkpoints import CheckpointError
from attention_lab.mode import is_grading
from attention_lab.progress import step_bar
from attention_lab.small_models import SmallTranslator, small_world, translation_step
from attention_lab.text import tokenize
from attention_lab.trained import Translator

Moments = list[tuple[int, Tensor]]
Watch = Callable[[Callable[[], float], Callable[[], Tensor], Sequence[int]], Moments]
RATE = 6e-3


def watch_a_translator(
    watch: Watch,
    sentence: str,
    translation: str,
    moments: Sequence[int],
    file: str | Path,
    seed: int = 0,
) -> tuple[Moments, list[str], list[str]]:
    """Train a fresh small translator with your `watch_training`, and keep what it returns in
    `file`.

    Returns [(step, attention_weights (T_tgt, T_src))], source_tokens, target_tokens. While grading
    nothing is trained: the file is read, or a CheckpointError says what is wrong with it."""
    source_tokens, target_tokens = tokenize(sentence), tokenize(translation)
    if is_grading():
        return _read(Path(file)), source_tokens, target_tokens
    pairs, source_vocabulary, target_vocabulary = small_world()
    torch.manual_seed(seed)
    translator = Translator(
        SmallTranslator(len(source_vocabulary), len(target_vocabulary)),
        source_vocabulary,
        target_vocabulary,
    )
    optimizer = torch.optim.Adam(translator.model.parameters(), lr=RATE)
    batches = _forever(
        TranslationBatches(pairs, source_vocabulary, target_vocabulary, batch_size=64, seed=seed)
    )
    with step_bar(max(moments, default=0)) as bar:

        def train_step() -> float:
            loss = translation_step(translator.model, next(batches), optimizer)
            bar.update()
            bar.set_postfix_str(f"loss {loss:.2f}", refresh=False)
            return loss

        watched = watch(train_step, lambda: translator.align(sentence, translation)[2], moments)
    steps, maps = [int(step) for step, _ in watched], [map_.detach().clone() for _, map_ in watched]
    if maps:
        save_file({"maps": torch.stack(maps)}, Path(file), {"steps": json.dumps(steps)})
    return list(zip(steps, maps, strict=True)), source_tokens, target_tokens


def _forever(batches: TranslationBatches):
    while True:
        yield from batches


def _read(file: Path) -> Moments:
    if not file.is_file():
        raise CheckpointError(
            f"There is no {file.name}: run the cell that trains and watches, save the notebook, and"
            " submit that file together with it."
        )
    try:
        with safe_open(file, framework="pt") as opened:
            return list(
                zip(
                    json.loads((opened.metadata() or {})["steps"]),
                    opened.get_tensor("maps"),
                    strict=False,
                )
            )
    except (SafetensorError, OSError, ValueError, KeyError) as error:
        raise CheckpointError(
            f"{file.name} is not the file that the training cell writes ({type(error).__name__})."
        ) from error
