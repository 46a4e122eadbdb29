"""The oracles against torch's own functions, and the scripts and the aligner against what is known
by hand."""

import pytest
import torch
import torch.nn.functional as F

from graders.ex1_translation import aligner, reference, scripted_decoders


@pytest.fixture
def rng():
    return torch.Generator().manual_seed(0)


def test_the_mask_by_hand():
    assert reference.padding_mask(torch.tensor([2, 0, 3]), 3).tolist() == [
        [True, True, False],
        [False] * 3,
        [True] * 3,
    ]


def test_additive_attention_against_broadcasting(rng):
    query, key, value = (
        torch.randn(size, generator=rng).double() for size in ((2, 3, 4), (2, 5, 6), (2, 5, 7))
    )
    weights = {
        "W_query.weight": torch.randn(8, 4, generator=rng),
        "W_key.weight": torch.randn(8, 6, generator=rng),
        "v.weight": torch.randn(1, 8, generator=rng),
    }
    mask = torch.rand(2, 3, 5, generator=rng) < 0.7
    mask[..., 0] = True
    mask[1, 2] = False
    W_query, W_key, v = (tensor.double() for tensor in weights.values())
    scores = ((query @ W_query.T).unsqueeze(2) + (key @ W_key.T).unsqueeze(1)).tanh() @ v[0]
    expected = scores.masked_fill(~mask, -torch.inf).softmax(-1).nan_to_num(0)
    context, attention_weights = reference.additive_attention(query, key, value, mask, weights)
    torch.testing.assert_close(attention_weights, expected)
    torch.testing.assert_close(context, expected @ value)


def test_the_loss_and_its_gradient_against_torch(rng):
    logits = torch.randn(2, 4, 6, generator=rng).double().requires_grad_()
    target_ids = torch.tensor([[1, 2, 3, 0], [4, 0, 0, 0]])
    expected = F.cross_entropy(logits.flatten(0, 1), target_ids.flatten(), ignore_index=0)
    torch.testing.assert_close(reference.sequence_loss(logits, target_ids, 0), expected)
    expected.backward()
    torch.testing.assert_close(
        reference.sequence_loss_gradient(logits.detach(), target_ids, 0), logits.grad
    )


def test_greedy_falls_into_the_trap_and_the_best_sentence_does_not():
    script, first = scripted_decoders.garden_path(), scripted_decoders.FIRST_WORD
    greedy, best = script.greedy(first, 4), script.best(first, 4)
    assert (greedy, best) == ([3, 5, scripted_decoders.EOS], [4, 5, scripted_decoders.EOS])
    # log 0.45
    assert (
        script.score(first, greedy) < script.score(first, best) == pytest.approx(-0.799, abs=1e-3)
    )


def test_scripted_sentences_have_their_lengths(rng):
    script = scripted_decoders.fixed_length_script([2, 5, 1], rng=rng)
    said = [script.greedy(scripted_decoders.FIRST_WORD + i, 9) for i in range(3)]
    assert [len(words) for words in said] == [3, 6, 2] and all(
        words[-1] == scripted_decoders.EOS for words in said
    )
    random = scripted_decoders.random_script(rng)
    assert all(
        random.greedy(scripted_decoders.FIRST_WORD + i, 6)[-1] == scripted_decoders.EOS
        for i in range(4)
    )


def test_the_aligner_finds_the_dictionary():
    sentences = ["le chat dort", "le chien dort", "le chat mange", "un chien mange", "un chat dort"]
    dictionary = {
        "le": "the",
        "un": "a",
        "chat": "cat",
        "chien": "dog",
        "dort": "sleeps",
        "mange": "eats",
    }
    pairs = [(words, [dictionary[word] for word in words]) for words in map(str.split, sentences)]
    found = aligner.train(pairs)
    for source, target in dictionary.items():
        assert max(dictionary, key=lambda word: found.probability(word, target)) == source
    shares = found.map(["le", "chat"], ["the", "cat", "unheard"])
    torch.testing.assert_close(shares.sum(dim=1), torch.ones(3))
    assert shares[0].argmax() == 0 and shares[1].argmax() == 1 and shares[2].tolist() == [0.5, 0.5]


def test_the_aligner_is_kept_by_content(tmp_path):
    table = tmp_path / "train.tsv"
    for text in (
        "id\tsource\ttarget\n1\tLe chat.\tThe cat.\n",
        "id\tsource\ttarget\n1\tUn chien.\tA dog.\n",
    ):
        table.write_text(text)
        first, again = (aligner.load(table, tmp_path) for _ in range(2))
        assert torch.equal(first.table, again.table) and first.source_ids == again.source_ids
        assert len(list(tmp_path.glob("ibm1-*.safetensors"))) == 1
