"""The plumbing between encoder and decoder, and the baseline classifier."""

import torch

from attention_lab.models import LSTMClassifier, TranslationModel
from attention_lab.stand_ins import BagDecoder, BagEncoder


def test_teacher_forcing_shapes_and_causality():
    torch.manual_seed(0)
    model = TranslationModel(BagEncoder(9, 6), BagDecoder(11, 6))
    source_ids, lengths = torch.tensor([[3, 4, 5], [6, 0, 0]]), torch.tensor([3, 1])
    target_ids = torch.tensor([[1, 4, 5, 7, 2], [1, 8, 2, 0, 0]])
    logits, attention_weights = model(source_ids, lengths, target_ids)
    assert logits.shape == (2, 4, 11) and attention_weights.shape == (2, 4, 3)
    changed = target_ids.clone()
    changed[0, 2] = 9
    other, _ = model(source_ids, lengths, changed)
    assert torch.equal(other[0, :2], logits[0, :2]), "a word must not influence its own prediction"
    assert not torch.equal(other[0, 2], logits[0, 2])


def test_the_decoder_gets_a_boolean_padding_mask():
    class Spy(BagDecoder):
        def forward(self, input_ids, hidden, encoder_outputs, mask=None):
            self.seen = mask
            return super().forward(input_ids, hidden, encoder_outputs, mask)

    model = TranslationModel(BagEncoder(9, 6), Spy(11, 6))
    model(
        torch.tensor([[3, 4, 5], [6, 0, 0]]), torch.tensor([3, 1]), torch.tensor([[1, 2], [1, 2]])
    )
    assert model.decoder.seen.tolist() == [[True, True, True], [True, False, False]]


def test_the_baseline_looks_at_the_last_token_alone_and_not_at_padding():
    torch.manual_seed(0)
    classifier = LSTMClassifier(9, 5, 4, 3, pad_id=0).eval()
    token_ids, lengths = (
        torch.tensor([[3, 4, 5, 0], [6, 0, 0, 0], [7, 8, 3, 4]]),
        torch.tensor([3, 1, 4]),
    )
    logits, attention_weights = classifier(token_ids, lengths)
    assert logits.shape == (3, 3)
    assert attention_weights.tolist() == [[0, 0, 1, 0], [1, 0, 0, 0], [0, 0, 0, 1]]
    for row, length in enumerate(lengths.tolist()):
        alone, _ = classifier(token_ids[row : row + 1, :length], lengths[row : row + 1])
        assert torch.allclose(alone[0], logits[row], atol=1e-6)
