"""AttentionClassifier(vocab_size, embedding_size, hidden_size, n_classes, pad_id): token ids in,
one score for each class out.

How it is built inside is the student's business; what it answers is judged. Padding must not change
anything."""

import torch

from kireji.testing import expect, graded

from .fakes import without_pooling

VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, N_CLASSES, PAD = 11, 5, 6, 3, 0
LENGTHS = torch.tensor([3, 7, 1, 5])  # unsorted on purpose
B, T = 4, 7
UNPACKED = (
    "Do the LSTM's steps run over padding, or does the attention see it? pack_padded_sequence(...,"
    " lengths, batch_first=True, enforce_sorted=False) and a mask from `lengths`."
)


def make(student, pad_id=PAD):
    classifier = student.make(
        "AttentionClassifier", VOCAB_SIZE, EMBEDDING_SIZE, HIDDEN_SIZE, N_CLASSES, pad_id
    )
    classifier.eval()
    return classifier


def real(lengths, width):
    return torch.tensor([[t < length for t in range(width)] for length in lengths.tolist()])


def draw(rng, lengths=LENGTHS, width=T, pad_id=PAD):
    """token_ids (B, width): words other than padding up to each length, then padding."""
    ids = torch.randint(1, VOCAB_SIZE, (len(lengths), width), generator=rng)
    ids[ids == pad_id] = 0 if pad_id else 1
    return ids.masked_fill(~real(lengths, width), pad_id)


def answer(result, B=B, T=T):
    """(logits, attention_weights) in the right shapes, all finite."""
    logits, attention_weights = expect.returns(result, "logits", "attention_weights")
    expect.finite(expect.axes(logits, ("B", "n_classes"), (B, N_CLASSES), "logits"), "logits")
    expect.finite(
        expect.axes(attention_weights, ("B", "T"), (B, T), "attention_weights"), "attention_weights"
    )
    return logits, attention_weights


def ask(classifier, token_ids, lengths, **options):
    return answer(classifier(token_ids, lengths, **options), *token_ids.shape)


@graded("classifier", weight=2)
@without_pooling
def test_shapes(student, rng):
    """The classifier gives a score for each class and a weight for each token, different for
    different texts."""
    classifier = make(student)
    logits, _ = ask(classifier, draw(rng), LENGTHS)
    expect.true(
        bool(logits[0].ne(logits[1]).any()), "The logits are the same for two different texts."
    )
    sums = logits.double().sum(dim=-1)
    expect.true(
        not (bool((logits >= 0).all()) and torch.allclose(sums, torch.ones_like(sums), atol=1e-4)),
        "The logits are probabilities: leave the softmax to the loss, F.cross_entropy does it"
        " itself.",
    )
    sums = logits.double().logsumexp(dim=-1)
    expect.true(
        not torch.allclose(sums, torch.zeros_like(sums), atol=1e-4),
        "The logits are log-probabilities: leave log_softmax to the loss.",
    )


@graded("classifier", weight=3)
@without_pooling
def test_weights_are_shares_of_the_real_tokens(student, rng):
    """The weights of a text sum to 1 over its real tokens and are exactly 0 at padding."""
    _, attention_weights = ask(make(student), draw(rng), LENGTHS)
    expect.zero_where(
        attention_weights,
        ~real(LENGTHS, T),
        hint="The mask says where t < lengths: is it handed to the pooling, True for real tokens?",
    )
    expect.rows_sum_to_one(attention_weights, hint="Return the weights as the pooling gives them.")


@graded("classifier", weight=4)
@without_pooling
def test_padding_changes_nothing(student, rng):
    """A text gets the same answer alone, among longer ones, and padded further."""
    classifier, token_ids = make(student), draw(rng)
    logits, attention_weights = ask(classifier, token_ids, LENGTHS)
    neighbours = token_ids.clone()
    neighbours[1] = token_ids[1].flip(0)
    expect.close(
        ask(classifier, neighbours, LENGTHS)[0][3],
        logits[3],
        name="the logits",
        hint="The logits of a text change with the words of its neighbours "
        "in the batch: does the LSTM run over the batch instead of the tokens (batch_first=True)?",
    )
    for row, length in enumerate(LENGTHS.tolist()):
        alone, weights_alone = ask(
            classifier, token_ids[row : row + 1, :length], LENGTHS[row : row + 1]
        )
        expect.close(
            logits[row],
            alone[0],
            name="the logits",
            hint=(
                f"The logits of a text of {length} tokens change with the padding after it:"
                f" {UNPACKED}"
            ),
        )
        expect.close(
            attention_weights[row, :length],
            weights_alone[0],
            name="the weights",
            hint=f"The weights change with the padding: {UNPACKED}",
        )
    wider = torch.cat([token_ids, torch.full((B, 3), PAD)], dim=1)
    result = expect.returns(classifier(wider, LENGTHS), "logits", "attention_weights")
    expect.true(
        tuple(expect.tensor(result[1]).shape) != (B, T),
        "With further padding attention_weights is only as wide as the longest text: give "
        "pad_packed_sequence total_length=token_ids.shape[1].",
    )
    logits_wider, weights_wider = answer(result, T=T + 3)
    expect.close(
        logits_wider,
        logits,
        name="the logits",
        hint=f"Three more columns of padding change them: {UNPACKED}",
    )
    expect.close(
        weights_wider[:, :T],
        attention_weights,
        name="the weights",
        hint=f"Three more columns of padding change them: {UNPACKED}",
    )


@graded("classifier", weight=3)
@without_pooling
def test_attention_is_used(student, rng):
    """What is attended decides: the gradient of the logits flows through the weights."""
    classifier, lengths = make(student), torch.tensor([5, 4])
    token_ids = draw(rng, lengths, width=5)
    ask(classifier, token_ids, lengths)
    through = {}
    for of, width in ((0, N_CLASSES), (1, 5)):
        cotangent = torch.randn(2, width, generator=rng)
        gradients = classifier.gradients(
            token_ids, lengths, of=of, wrt="parameters", cotangent=cotangent
        )
        through[of] = {
            name
            for name, gradient in gradients.items()
            if gradient is not None and bool(gradient.abs().max() > 1e-9)
        }
    expect.true(
        bool(through[1]),
        "No gradient reaches the weights: is the pooling computed under no_grad() or detached?",
    )
    idle = through[1] - through[0]
    expect.true(
        not idle,
        f"Attention is computed and then not used: {', '.join(sorted(idle))} shape the weights and"
        " do nothing for the logits. Is the output layer given the pooled vector?",
    )


@graded("classifier", weight=2)
@without_pooling
def test_reads_in_order(student, rng):
    """The order of the words matters, and every word does."""
    classifier, lengths = make(student), torch.tensor([6])
    token_ids = torch.randperm(VOCAB_SIZE - 1, generator=rng)[:6].unsqueeze(0) + 1
    before, _ = ask(classifier, token_ids, lengths)
    turned, _ = ask(classifier, token_ids.flip(1), lengths)
    expect.true(
        bool((turned - before).abs().max() > 1e-6),
        "A text and the same words in reverse get the same logits: is there an LSTM between the "
        "embedding and the pooling?",
    )
    for t in range(6):
        other = token_ids.clone()
        other[0, t] = other[0, t] % (VOCAB_SIZE - 1) + 1
        after, _ = ask(classifier, other, lengths)
        expect.true(
            bool((after - before).abs().max() > 1e-7),
            f"The logits do not change with token {t + 1} of 6.",
        )


@graded("classifier", weight=1)
@without_pooling
def test_order_of_texts(student, rng):
    """Texts may come in any order of length; the rows of the answer follow."""
    classifier, token_ids = make(student), draw(rng)
    logits, attention_weights = ask(classifier, token_ids, LENGTHS)
    order = torch.tensor([2, 0, 3, 1])
    logits_again, weights_again = ask(classifier, token_ids[order], LENGTHS[order])
    hint = "The rows come back in another order: after sorting by length they must be put back."
    expect.close(logits_again, logits[order], name="the logits", hint=hint)
    expect.close(weights_again, attention_weights[order], name="the weights", hint=hint)


@graded("classifier", weight=2)
@without_pooling
def test_nothing_is_kept_between_calls(student, rng):
    """In eval mode the same texts get the same answer again, whatever came between, and the inputs
    stay as they were."""
    classifier, token_ids = make(student), draw(rng)
    result, after = classifier.with_inputs(token_ids, LENGTHS)
    first = answer(result)
    expect.unchanged((token_ids, LENGTHS), after, ("token_ids", "lengths"))
    others = draw(rng)
    second = ask(classifier, others, LENGTHS)
    for name, one, again in zip(
        ("the logits", "the weights"),
        first,
        ask(classifier, token_ids, LENGTHS, seed=1),
        strict=False,
    ):
        expect.close(
            again,
            one,
            name=name,
            hint=(
                "The second call with the same texts gives another answer: is a state kept on self,"
                " or is dropout on in eval mode (use nn.Dropout)?"
            ),
        )
    unused = make(student)
    unused.load(classifier.parameters())
    for name, one, again in zip(
        ("the logits", "the weights"), second, ask(unused, others, LENGTHS), strict=False
    ):
        expect.close(
            again,
            one,
            name=name,
            hint=(
                "The answer depends on which texts were asked before: is something kept on self"
                " from one call to the next?"
            ),
        )


@graded("classifier", weight=2)
@without_pooling
def test_learns(student, rng):
    """The gradient reaches every parameter, but not the vector of the padding word; any id may be
    the padding."""
    pad_id = 4
    classifier, token_ids = make(student, pad_id), draw(rng, pad_id=pad_id)
    ask(classifier, token_ids, LENGTHS)
    cotangent = torch.randn(B, N_CLASSES, generator=rng)
    gradients = classifier.gradients(
        token_ids, LENGTHS, of=0, wrt="parameters", cotangent=cotangent
    )
    for _name, gradient in gradients.items():
        if gradient is not None and tuple(gradient.shape) == (VOCAB_SIZE, EMBEDDING_SIZE):
            expect.true(
                not gradient[pad_id].ne(0).any(),
                "The vector of the padding word gets a gradient: give nn.Embedding "
                "padding_idx=pad_id, and let LSTM and attention stop at each text's length.",
            )
    asleep = [
        name for name, gradient in gradients.items() if gradient is None or not gradient.ne(0).any()
    ]
    expect.true(
        bool(gradients) and not asleep,
        f"No gradient reaches {', '.join(asleep) or 'anything'}: is it used in forward, "
        "without detach(), .data or torch.no_grad()?",
    )
