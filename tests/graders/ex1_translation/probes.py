"""What tells a mutant of ex1's solution from the solution: questions of their own, not those of the
hidden tests.

Runs in the notebook's namespace, after tests/graders/probing.py; so the names here are the
notebook's and that file's."""


def mask_of(lengths, width):
    return torch.arange(width) < lengths.unsqueeze(1)


def some_lengths(B, longest):
    lengths = torch.randint(1, longest + 1, (B,))
    lengths[drawn(0, B - 1)] = longest
    return lengths


def some_words(lengths, vocab_size, width):
    ids = torch.randint(4, vocab_size, (len(lengths), width))
    return ids.masked_fill(~mask_of(lengths, width), 0)


def small_model(vocab_size=9, sharp=2.0, dropout=0.3):
    """Its vector of padding is zero: what it is, is left open."""
    model = TranslationModel(
        Encoder(vocab_size, 4, 5, 0, dropout), AttentionDecoder(vocab_size, 4, 5, 10, 0, dropout)
    )
    with torch.no_grad():
        for parameter in model.parameters():
            parameter.mul_(sharp)
        for module in model.modules():
            if isinstance(module, nn.Embedding):
                module.weight[0] = 0.0
    return model


def probe_padding_mask():
    lengths = some_lengths(drawn(1, 5), drawn(1, 6))
    return [padding_mask(lengths, int(lengths.max()) + extra) for extra in (0, 2)]


def probe_attention():
    B, T_q, T_k = drawn(1, 3), drawn(1, 4), drawn(1, 5)
    query, key, value = torch.randn(B, T_q, 3), torch.randn(B, T_k, 4), torch.randn(B, T_k, 6)
    masks = (
        None,
        torch.rand(B, T_q, T_k) < 0.6,
        mask_of(some_lengths(B, T_k), T_k).unsqueeze(1),
        torch.zeros(B, T_q, T_k, dtype=torch.bool),
    )
    return [used(AdditiveAttention(3, 4, 7), 3 * query, key, value, mask) for mask in masks]


def an_encoder(dropout):
    lengths, answers = some_lengths(drawn(1, 4), drawn(1, 6)), []
    for pad_id, extra in ((0, 0), (0, 2), (3, 0)):
        words = some_words(lengths, 11, int(lengths.max()) + extra)
        answers.append(used(Encoder(11, 3, 4, pad_id, dropout=dropout), words, lengths))
    return answers


def a_decoder(dropout):
    B, T = drawn(1, 4), drawn(1, 5)
    mask = mask_of(some_lengths(B, T), T)
    step = torch.randint(4, 9, (B,)), torch.randn(B, 5), torch.randn(B, T, 6), mask
    return [used(AttentionDecoder(9, 4, 5, 6, pad_id, dropout=dropout), *step) for pad_id in (0, 3)]


def probe_encoder():
    """Without dropout, for where it stands is left open; and without the parameters, for a vector
    of padding is never looked at."""
    return [answers[1:] for answers in an_encoder(dropout=0.0)]


def probe_open_encoder():
    return an_encoder(dropout=0.7)


def probe_decoder():
    return [answers[1:] for answers in a_decoder(dropout=0.0)]


def probe_open_decoder():
    return a_decoder(dropout=0.7)


def probe_loss():
    B, T, answers = drawn(1, 4), drawn(1, 5), []
    for pad_id in (0, 3):
        logits = (3 * torch.randn(B, T, 8)).requires_grad_()
        targets = torch.randint(0, 8, (B, T))
        targets[0, 0] = 5
        loss = sequence_loss(logits, targets, pad_id)
        loss.backward()
        answers += [loss, logits.grad]
    return answers


def probe_train_step():
    """Two steps with each optimizer, from a model in eval mode, with a gradient left over; without
    dropout, whose place is left open."""
    answers = []
    for optimizer_class, rate, sharp in (
        (torch.optim.SGD, 1.0, 3.0),
        (torch.optim.SGD, 0.1, 1.0),
        (torch.optim.Adam, 0.1, 1.0),
    ):
        model = small_model(sharp=sharp, dropout=0.0).eval()
        optimizer = optimizer_class(model.parameters(), lr=rate)
        for parameter in model.parameters():
            parameter.grad = torch.ones_like(parameter)
        lengths, targets = some_lengths(3, 4), some_lengths(3, 5)
        words = torch.cat([torch.ones(3, 1, dtype=torch.long), some_words(targets, 9, 5)], dim=1)
        batch = type(next(iter(batches)))(some_words(lengths, 9, 4), lengths, words)
        for _ in range(2):
            answers += [
                train_step(model, batch, optimizer, 0),
                model.training,
                dict(model.state_dict()),
            ]
    return answers


def some_searches():
    """(model, words, weights) of greedy and of beam search, and the score of the last words."""
    for sharp in (1.0, 2.0, 4.0):
        lengths = some_lengths(drawn(1, 5), drawn(1, 6))
        source_ids, model = some_words(lengths, 9, int(lengths.max())), small_model(sharp=sharp)
        for max_length in (1, 7):
            model.train()
            yield model, *greedy_decode(model, source_ids, lengths, 1, 2, max_length), None
            for beam_size in (1, 2, 5):
                model.train()
                words, weights = beam_decode(
                    model, source_ids, lengths, 1, 2, max_length, beam_size
                )
                score = (
                    sequence_score(model, source_ids, lengths, words, 1, 2)
                    if beam_size == 5
                    else None
                )
                yield model, words, weights, score


def probe_decoding():
    """What follows a row's eos is ignored."""
    answers = []
    for model, words, weights, score in some_searches():
        ends = [row.index(2) + 1 if 2 in row else len(row) for row in words.tolist()]
        answers += [
            [row[:end] for row, end in zip(words, ends, strict=False)],
            [row[:end] for row, end in zip(weights, ends, strict=False)],
            model.training,
            weights.requires_grad,
            score,
        ]
    return answers


def probe_open_decoding():
    return [[words, weights] for _, words, weights, _ in some_searches()]


def probe_trained():
    sentences = [pair.source for pair in validation_pairs[drawn(0, 400) :][:12]]
    return [
        {name: list(tensor.shape) for name, tensor in build_model().state_dict().items()},
        translate(sentences),
        translate(sentences[:1]),
        translate([]),
        [align(sentence) for sentence in sentences[:4]],
    ]
