"""What a hidden test expects of the weights of a query that may attend to no key."""

import torch
from torch import Tensor

from kireji.testing import expect
from kireji.testing.expect import Diagnosis


def empty_row(row: Tensor, unmasked: Tensor) -> None:
    """Mistake unless `row`, the weights of a query that may attend to nothing, is all 0.

    unmasked: the student's weights of that query without a mask."""
    if torch.isnan(row).any():
        raise expect.Mistake(
            "The weights of that query are NaN: softmax over a row of -inf is 0/0. Put zeros there,"
            " for instance with masked_fill.",
            "nan_for_empty_row",
        )
    expect.never(
        expect.agree(row, unmasked) and bool((unmasked - unmasked.mean()).abs().max() > 1e-4),
        Diagnosis(
            "mask_ignored_or_inverted",
            "the mask is ignored or inverted: that query gets the weights that it has without a"
            " mask",
        ),
    )
    expect.never(
        expect.agree(row, torch.full_like(row, 1 / len(row))),
        Diagnosis(
            "masked_scores_finite",
            "masked scores are a large negative number such as -1e9 in place of -inf: that query"
            " attends to everything alike, and its weights sum to 1",
        ),
    )
    expect.zero_where(row, torch.ones_like(row, dtype=torch.bool), name="that query's weights")
