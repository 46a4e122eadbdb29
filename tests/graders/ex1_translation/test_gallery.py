"""Every wrong variant fails the test that is about its mistake, with a message that names it, and
loses nothing elsewhere."""

import pytest

from tests.graders.bench import grade
from tests.graders.ex1_translation.gallery import GALLERY
from tests.graders.ex1_translation.gallery_equations import EQUATIONS
from tests.graders.ex1_translation.gallery_named import NAMED
from tests.graders.galleries import caught, large_enough
from tests.support.clone import ROOT

NAME = "ex1_translation"
PLAIN = (ROOT / "tests" / "graders" / NAME / "accepted" / "plain.py").read_text()
# task -> the tasks whose code calls this one's, and which must not pay for it
CALLED_BY = {
    "padding_mask": ["decoding"],
    "additive_attention": ["decoder"],
    "sequence_loss": ["train_step"],
}


@pytest.mark.parametrize(
    "wrong", GALLERY + EQUATIONS + NAMED, ids=lambda wrong: f"{wrong.task}: {wrong.what}"
)
def test_wrong_variant(wrong):
    assert wrong.old in PLAIN
    others = CALLED_BY.get(wrong.task, [])
    caught(
        wrong,
        grade(
            NAME,
            PLAIN.replace(wrong.old, wrong.new),
            wrong.hidden_test(),
            *(f"test_{task}.py" for task in others),
        ),
    )


@pytest.mark.parametrize(
    ("task", "old", "new", "share"),
    [
        (
            "additive_attention",
            "hidden_size, bias=False)\n        self.v",
            "hidden_size)\n        self.v",
            0.06,
        ),
        ("sequence_loss", "sum() / real.sum()", "sum() / len(target_ids)", 0.26),
        ("padding_mask", "unsqueeze(0) < lengths", "unsqueeze(0) <= lengths", 0.5),
    ],
)
def test_one_mistake_is_paid_for_once(task, old, new, share):
    assert old in PLAIN
    tests = grade(NAME, PLAIN.replace(old, new), f"test_{task}.py")[task]
    lost = sum(test.weight * (1 - test.fraction) for test in tests)
    assert 0 < lost <= share * sum(test.weight for test in tests), tests


def test_the_gallery_is_large_enough():
    large_enough(GALLERY)


LAZY = {
    "additive_attention": (
        """
        weights = torch.ones(query.shape[0], query.shape[1], key.shape[1])
        weights = weights if mask is None else weights * mask
        weights = weights / weights.sum(dim=-1, keepdim=True).clamp_min(1e-9)
        return weights @ value, weights
"""
    ),
    "encoder": (
        """
        size = self.gru.hidden_size
        return torch.zeros(*source_ids.shape, 2 * size), torch.zeros(len(source_ids), size)
"""
    ),
    "decoder": (
        """
        weights = mask.float() / mask.sum(dim=1, keepdim=True)
        return torch.zeros(len(input_ids), self.output.out_features), hidden, weights
"""
    ),
}
HEADS = {
    "additive_attention": "    def forward(self, query, key, value, mask=None):",
    "encoder": "    def forward(self, source_ids, lengths):",
    "decoder": "    def forward(self, input_ids, hidden, encoder_outputs, mask):",
}


@pytest.mark.parametrize("task", LAZY)
def test_an_answer_of_the_right_shape_and_no_content_earns_next_to_nothing(task):
    lazy = PLAIN.replace(HEADS[task], HEADS[task] + LAZY[task])
    tests = grade(NAME, lazy, f"test_{task}.py")[task]
    assert sum(test.weight * test.fraction for test in tests) <= 0.06 * sum(
        test.weight for test in tests
    ), tests
