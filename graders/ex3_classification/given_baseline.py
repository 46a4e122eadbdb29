"""The last-state classifier that comes with the course, with the submitted weights: its class is
the course's own, so it is asked here, outside of the sandbox."""

from collections.abc import Mapping, Sequence

import torch
from torch import Tensor

from attention_lab.batches import encode_sources
from attention_lab.models import LSTMClassifier
from kireji.testing import expect, weights

from .trained_model import AT_ONCE, FILES, vocabulary_of

LARGEST = 4096  # of a size in the file


@torch.no_grad()
def probabilities(submitted: Mapping[str, bytes], texts: Sequence[str]) -> Tensor:
    """(n, 2): what `long_baseline` with the submitted weights answers."""
    checkpoint = weights.read(submitted, FILES["long_baseline"])
    vocabulary, model = vocabulary_of(checkpoint), _model(checkpoint)
    expect.true(
        model.embedding.num_embeddings == len(vocabulary),
        f"{checkpoint.name} holds another number of words than its vocabulary.",
    )
    order = sorted(range(len(texts)), key=lambda i: len(texts[i]))
    parts = [
        model(*encode_sources([texts[i] for i in order[start : start + AT_ONCE]], vocabulary))[0]
        for start in range(0, len(order), AT_ONCE)
    ]
    return torch.cat(parts).double().softmax(dim=-1)[torch.tensor(order).argsort()]


def _model(checkpoint: weights.Checkpoint) -> LSTMClassifier:
    try:
        n_words, embedding_size = checkpoint.tensors["embedding.weight"].shape
        n_classes, hidden_size = checkpoint.tensors["output.weight"].shape
        if max(embedding_size, hidden_size, n_classes) > LARGEST:
            raise ValueError
        model = LSTMClassifier(n_words, embedding_size, hidden_size, n_classes, pad_id=0)
        model.load_state_dict(dict(checkpoint.tensors))
    except (KeyError, ValueError, RuntimeError):
        raise expect.Mistake(
            f"{checkpoint.name} is not a file of the given LSTMClassifier, which the notebook's"
            " training cell writes."
        ) from None
    return model.eval()
