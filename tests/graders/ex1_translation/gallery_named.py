"""Wrong variants of accepted/plain.py that once got the name of another mistake, or none."""

from tests.graders.ex1_translation.gallery import LOSS_RETURN, SOFTMAX
from tests.graders.galleries import Wrong, of

CROSS_ENTROPY = (
    '    losses = F.cross_entropy(logits.flatten(0, 1), target_ids.flatten(), reduction="none")\n'
)
TARGET_LOSS = "sequence_loss(logits, batch.target_ids[:, 1:], pad_id)"


def minus(values: str) -> str:
    """The loss of single tokens as minus the targets' values."""
    return (
        f"    losses = -({values}).flatten(0, 1).gather(1, target_ids.flatten()[:, None])[:, 0]\n"
    )


NAMED: list[Wrong] = [
    *of(
        "additive_attention",
        (
            "mask inverted in one place",
            "~mask, float",
            "mask, float",
            "test_masked_keys_get_no_weight",
            "in one of the places",
        ),
        (
            "softmax over the batch, one query at a time",
            SOFTMAX,
            "attention_weights = torch.softmax(scores, dim=0)\n",
            "test_sentences_do_not_mix",
            "axis of size 1",
        ),
        (
            "projections subtracted",
            "unsqueeze(2) + self.W_key",
            "unsqueeze(2) - self.W_key",
            "test_scores_go_through_tanh",
            "subtracted",
        ),
    ),
    *of(
        "encoder",
        (
            "hidden by view, where the padding is looked at",
            "torch.cat([last[0], last[1]], dim=-1)",
            "last.reshape(source_ids.shape[0], -1)",
            "test_padding_changes_nothing",
            "mixes the sentences",
        ),
    ),
    *of(
        "sequence_loss",
        (
            "logits for log-probabilities",
            CROSS_ENTROPY,
            minus("logits"),
            "test_mean_over_tokens",
            "taken for log-probabilities",
        ),
        (
            "no logarithm",
            CROSS_ENTROPY,
            minus("logits.softmax(-1)"),
            "test_mean_over_tokens",
            "logarithm is missing",
        ),
        (
            "perplexity",
            LOSS_RETURN,
            LOSS_RETURN.rstrip("\n").replace("return (", "return torch.exp((") + ")\n",
            "test_mean_over_tokens",
            "perplexity",
        ),
        (
            "something added before the logarithm",
            CROSS_ENTROPY,
            minus("(logits.softmax(-1) + 1e-9).log()"),
            "test_large_logits_stay_finite",
            "added to the probability",
        ),
    ),
    *of(
        "train_step",
        (
            "targets shifted twice",
            TARGET_LOSS,
            "sequence_loss(logits[:, :-1], batch.target_ids[:, 2:], pad_id)",
            "test_returns_the_teacher_forced_loss",
            "shifted twice",
        ),
        (
            "probabilities given to the loss",
            TARGET_LOSS,
            "sequence_loss(logits.softmax(-1), batch.target_ids[:, 1:], pad_id)",
            "test_returns_the_teacher_forced_loss",
            "gets probabilities",
        ),
    ),
]
