"""Wrong scores of the attentions that are called with query, key and value."""

import math

import torch
from torch import Tensor

from kireji.testing import diagnoses
from kireji.testing.expect import Diagnosis


def score_mistakes(
    name: str, query: Tensor, key: Tensor, matrix: Tensor | None, right: Tensor
) -> dict[str, Tensor]:
    """{what the student did: the scores (B, T_q, T_k) it gives}, for the attention `name` whose
    right scores are `right`."""
    query, key = query.double(), key.double()
    if name == "LocationAttention":
        return location_mistakes(query, key, matrix.double(), right)
    wrong = diagnoses.scaling_mistakes(right, query.shape[-1], scaled=name.startswith("scaled"))
    if name == "scaled_dot_product_attention" and query.shape[1] != key.shape[1]:
        wrong[
            Diagnosis(
                "scaled_by_number_of_keys",
                "the scores are divided by the root of the number of keys, not of d_k",
            )
        ] = right * math.sqrt(query.shape[-1] / key.shape[1])
    if name == "GeneralAttention":
        wrong |= general_mistakes(query, key, matrix.double(), right)
    return wrong


def general_mistakes(query: Tensor, key: Tensor, W: Tensor, right: Tensor) -> dict[str, Tensor]:
    """Wrong scores of Luong's general attention: W (query_size, key_size)."""
    wrong = {
        Diagnosis(
            "general_with_tanh", "the scores go through tanh: that belongs to additive attention"
        ): right.tanh(),
        Diagnosis(
            "general_projection_with_tanh",
            "the projected keys go through tanh: general attention is a plain product",
        ): query @ (key @ W.T).tanh().mT,
    }
    if query.shape[-1] == key.shape[-1]:
        wrong |= {
            Diagnosis("general_without_W", "W is not used: this is plain dot-product attention"): (
                query @ key.mT
            ),
            Diagnosis(
                "general_W_transposed",
                "W is applied to the queries the wrong way round: the score is query . W(key)",
            ): query @ W.T @ key.mT,
            Diagnosis("general_W_twice", "W projects the queries as well as the keys"): (
                query @ W.T
            )
            @ (key @ W.T).mT,
        }
    return wrong


def location_mistakes(query: Tensor, key: Tensor, W: Tensor, right: Tensor) -> dict[str, Tensor]:
    """Wrong scores of location attention: W (max_length, query_size)."""
    every = query @ W.T  # (B, T_q, max_length)
    wrong = {
        Diagnosis(
            "location_last_positions", "the last positions of W are used, not the first"
        ): every[..., -key.shape[1] :],
        Diagnosis("location_backwards", "the positions run backwards"): right.flip(-1),
        Diagnosis("location_with_tanh", "the scores go through tanh"): right.tanh(),
        Diagnosis(
            "scaled_needlessly",
            "the scores are divided by sqrt of the query's size: this attention does not scale",
        ): right / math.sqrt(query.shape[-1]),
        Diagnosis(
            "location_one_query_for_all",
            "every query gets the weights of the first one: each query has weights of its own",
        ): right[:, :1].expand_as(right),
        Diagnosis(
            "location_of_mean_query",
            "the mean of the queries is asked: each query has weights of its own",
        ): right.mean(dim=1, keepdim=True).expand_as(right),
    }
    if query.shape[-1] == key.shape[-1]:
        wrong[
            Diagnosis(
                "location_compares_content",
                "the keys' content is compared with the query: location attention asks the query"
                " alone",
            )
        ] = query @ key.mT
        rows = [(key @ W.T)[..., i] for i in range(right.shape[1])]
        wrong[Diagnosis("location_asks_keys", "W is applied to the keys, not to the query")] = (
            torch.stack(rows, dim=1)
        )
    return wrong
