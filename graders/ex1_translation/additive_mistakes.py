"""Wrong ways to score by additive attention, worked out on the same inputs as the right one."""

from torch import Tensor

from kireji.testing import diagnoses
from kireji.testing.expect import Diagnosis

from . import reference


def known_mistakes(
    query: Tensor, key: Tensor, value: Tensor, mask: Tensor | None, weights: dict[str, Tensor]
) -> diagnoses.AttentionMistakes:
    """Wrong scores of additive attention, and what is generally done wrong after them.

    weights: the parameters by name."""
    W_query, W_key, v = (
        weights[name].double() for name in ("W_query.weight", "W_key.weight", "v.weight")
    )
    right = reference.additive_scores(query, key, W_query, W_key, v)
    query, key = query.double(), key.double()
    projected_query, projected_key = (query @ W_query.T).unsqueeze(2), (key @ W_key.T).unsqueeze(1)
    added = projected_query + projected_key  # (B, T_q, T_k, H)
    other = {
        Diagnosis(
            "tanh_missing",
            "the tanh is missing: without it the query adds the same number to every score, and"
            " cancels in the softmax",
        ): (added @ v[0]),
        Diagnosis(
            "tanh_of_each_projection",
            "tanh is taken of each projection before they are added, not of their sum",
        ): ((projected_query.tanh() + projected_key.tanh()) @ v[0]),
        Diagnosis(
            "tanh_of_score",
            "tanh is taken of the score, not of the sum of the projections",
        ): (added @ v[0]).tanh(),
        Diagnosis(
            "relu_for_tanh",
            "relu is used instead of tanh",
        ): added.relu() @ v[0],
        Diagnosis(
            "sigmoid_for_tanh",
            "sigmoid is used instead of tanh",
        ): added.sigmoid() @ v[0],
        Diagnosis(
            "projections_multiplied",
            "the projections are multiplied, not added",
        ): ((projected_query * projected_key).tanh() @ v[0]),
        Diagnosis(
            "dot_product_for_additive",
            "the projections' dot product is the score: that is multiplicative attention, not"
            " additive",
        ): ((projected_query * projected_key).sum(dim=-1)),
        Diagnosis("projections_subtracted", "the projections are subtracted, not added"): (
            (projected_query - projected_key).tanh() @ v[0]
        ),
        Diagnosis(
            "mean_of_hidden", "the mean over the hidden size is the score: v is not used"
        ): added.tanh().mean(dim=-1),
        Diagnosis(
            "v_not_used",
            "v is not used: the scores are the plain sum over the hidden size",
        ): (added.tanh().sum(dim=-1)),
        Diagnosis(
            "query_not_used",
            "the query is not used: the scores come from the keys alone",
        ): (projected_key.tanh() @ v[0] + 0 * right),
        Diagnosis(
            "keys_not_used",
            "the keys are not used: the scores come from the query alone",
        ): (projected_query.tanh() @ v[0] + 0 * right),
    }
    if query.shape[-1] == key.shape[-1]:
        other |= {
            Diagnosis(
                "shared_projection",
                "W_query projects the keys as well: W_key is not used",
            ): (projected_query + (key @ W_query.T).unsqueeze(1)).tanh() @ v[0],
            Diagnosis(
                "shared_key_projection",
                "W_key projects the query as well: W_query is not used",
            ): ((query @ W_key.T).unsqueeze(2) + projected_key).tanh() @ v[0],
            Diagnosis(
                "projections_exchanged",
                "W_query and W_key are exchanged",
            ): ((query @ W_key.T).unsqueeze(2) + (key @ W_query.T).unsqueeze(1)).tanh() @ v[0],
        }
    other |= diagnoses.scaling_mistakes(right, len(v[0]), scaled=False)
    return diagnoses.attention_mistakes(right, mask, value, other)
