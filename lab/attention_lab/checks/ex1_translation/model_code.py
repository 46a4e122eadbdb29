"""Checks of what the model is made of: mask, attention, encoder, decoder."""

import math

import torch

from attention_lab.checks.findings import agree, are_probabilities, word_learns
from attention_lab.checks.look import Look, Student, display
from attention_lab.plots import weight_bars

PAD, BOS, EOS = 0, 1, 2


def padding_mask(student: Student, look: Look) -> None:
    mask = student.padding_mask(torch.tensor([2, 5, 1]), 5)
    look.shape(mask, (3, 5), "the mask")
    look.that(
        mask.dtype == torch.bool,
        "it is boolean",
        f"yours is {mask.dtype}: a comparison gives booleans.",
    )
    look.that(
        not mask[0, 4] and mask[0, 0],
        "True marks real tokens",
        "yours is the other way round: True means may attend.",
    )
    look.that(
        mask.sum(dim=1).tolist() == [2, 5, 1],
        "each row has as many True as its length",
        f"yours have {mask.sum(dim=1).tolist()} instead of [2, 5, 1]: is it < or <= ?",
    )
    look.shape(
        student.padding_mask(torch.tensor([1, 2]), 4),
        (2, 4),
        "a mask wider than the longest sentence",
    )


def additive_attention(student: Student, look: Look) -> None:
    attention = student.AdditiveAttention(5, 6, 7)
    shapes = {name: tuple(parameter.shape) for name, parameter in attention.named_parameters()}
    expected = {"W_query.weight": (7, 5), "W_key.weight": (7, 6), "v.weight": (1, 7)}
    look.that(
        shapes == expected,
        "W_query, W_key and v are linear layers without bias",
        f"found {shapes}, expected {expected}.",
    )

    # Worked on paper: everything has size 1, the weights are 1, 1 and 2, so score = 2 tanh(query +
    # key).
    tiny = student.AdditiveAttention(1, 1, 1)
    with torch.no_grad():
        for parameter, number in zip(
            (tiny.W_query.weight, tiny.W_key.weight, tiny.v.weight), (1.0, 1.0, 2.0), strict=False
        ):
            parameter.fill_(number)
    key = torch.tensor([0.0, 0.5, -1.0]).view(1, 3, 1)
    value = torch.tensor([[10.0, 0.0], [20.0, 1.0], [30.0, 0.0]]).unsqueeze(0)
    query = torch.tensor([0.25, -0.25]).view(1, 2, 1)
    context, weights = tiny(query, key, value)
    look.shape(weights, (1, 2, 3), "attention_weights")
    look.shape(context, (1, 2, 2), "context")
    on_paper = torch.tensor(
        [[math.exp(2 * math.tanh(q + k)) for k in (0.0, 0.5, -1.0)] for q in (0.25, -0.25)]
    )
    on_paper = (on_paper / on_paper.sum(dim=1, keepdim=True)).unsqueeze(0)
    if not agree(weights, on_paper):
        display(weight_bars(weights[0, 0].detach(), on_paper[0, 0], ["key 1", "key 2", "key 3"]))
    over_queries = agree(weights.sum(dim=1), torch.ones(1, 3))
    look.close(
        weights,
        on_paper,
        "the weights are those worked out on paper",
        "your columns sum to 1, not your rows: the softmax is over the queries, use dim=-1."
        if over_queries
        else "is it v(tanh(W_query(query) + W_key(key))), then a softmax over the last dimension?",
    )
    look.close(
        context,
        on_paper @ value,
        "the context is the weighted sum of the values",
        "is it weights @ value (not key)?",
    )

    query, key, value = torch.randn(2, 3, 5), torch.randn(2, 4, 6), torch.randn(2, 4, 8)
    mask = torch.tensor([[True, True, False, True], [True, False, False, False]]).unsqueeze(1)
    _, weights = attention(query, key, value, mask)
    look.that(
        bool((weights.masked_select(~mask) == 0).all()),
        "masked keys get exactly 0",
        "put -inf into the masked scores (where mask is False), before the softmax.",
    )
    look.close(
        weights.sum(dim=-1),
        torch.ones(2, 3),
        "rows still sum to 1",
        "the mask must act before the softmax, not after it.",
    )
    context, weights = attention(query, key, value, torch.zeros(2, 1, 4, dtype=torch.bool))
    look.that(
        bool((weights == 0).all() and (context == 0).all()),
        "a query that may attend to nothing gets 0",
        "softmax over a row of -inf is nan: set masked weights to 0 after the softmax.",
    )


def encoder(student: Student, look: Look) -> None:
    torch.manual_seed(3)
    encoder = student.Encoder(12, 5, 4, PAD).eval()
    source_ids = torch.tensor([[7, 4, 9, PAD, PAD], [5, 6, 8, 10, 3], [11, PAD, PAD, PAD, PAD]])
    lengths = torch.tensor([3, 5, 1])
    with torch.no_grad():
        outputs, hidden = encoder(source_ids, lengths)
        look.shape(outputs, (3, 5, 8), "encoder_outputs")
        look.shape(hidden, (3, 4), "hidden")
        alone, hidden_alone = encoder(source_ids[:1, :3], lengths[:1])
        look.close(
            outputs[:1, :3],
            alone,
            "a sentence gets the same vectors alone and in a batch",
            "the padding is being read: pack_padded_sequence(..., lengths, enforce_sorted=False).",
        )
        look.close(
            hidden[:1],
            hidden_alone,
            "hidden does not depend on padding either",
            "take the last states that the GRU returns with a packed input, not a column of the"
            " outputs.",
        )
        wider, _ = encoder(torch.cat([source_ids, torch.full((3, 2), PAD)], dim=1), lengths)
        look.shape(wider, (3, 7, 8), "with wider padding, encoder_outputs (total_length)")
        changed = source_ids.clone()
        changed[0, 2] = 6
        look.that(
            not torch.allclose(encoder(changed, lengths)[0][0, 0], outputs[0, 0]),
            "the first word's vector knows of the last word",
            "is the GRU bidirectional?",
        )
        again, _ = encoder(source_ids, lengths)
    look.close(
        again,
        outputs,
        "the same call gives the same answer",
        "is dropout an nn.Dropout, so that eval() turns it off?",
    )
    other = student.Encoder(13, 5, 4, 4).eval()
    other(torch.tensor([[7, PAD, 9, 4]]), torch.tensor([3]))[0].sum().backward()
    look.that(
        word_learns(other, (13, 5), PAD),
        "any id may be the padding",
        f"with pad_id=4 the vector of word {PAD} learns nothing: give nn.Embedding"
        " padding_idx=pad_id.",
    )


def decoder(student: Student, look: Look) -> None:
    torch.manual_seed(4)
    decoder = student.AttentionDecoder(9, 5, 4, 6, PAD).eval()
    input_ids, hidden, encoder_outputs = (
        torch.tensor([BOS, 7]),
        torch.randn(2, 4),
        torch.randn(2, 3, 6),
    )
    mask = torch.tensor([[True, True, True], [True, True, False]])
    with torch.no_grad():
        logits, new_hidden, weights = decoder(input_ids, hidden, encoder_outputs, mask)
        look.shape(logits, (2, 9), "logits")
        look.shape(new_hidden, (2, 4), "hidden")
        look.shape(weights, (2, 3), "attention_weights")
        look.close(
            weights.sum(dim=-1),
            torch.ones(2),
            "the weights of a step sum to 1",
            "does the mask reach your attention as (B, 1, T_src)?",
        )
        look.that(
            weights[1, 2] == 0, "padding gets weight 0", "hand the mask on to your attention."
        )
        other_logits, _, _ = decoder(input_ids, hidden, encoder_outputs + 1.0, mask)
        look.that(
            not torch.allclose(other_logits, logits),
            "the context matters for what is said",
            "attention is computed and then not used: the GRU cell and the output layer should read"
            " the context.",
        )
        look.that(
            not torch.allclose(new_hidden, hidden),
            "hidden moves on",
            "return the state that the GRU cell gives.",
        )
        look.that(
            not are_probabilities(logits),
            "logits are plain scores",
            "yours are probabilities: leave out the softmax, the loss applies it.",
        )
        alone = decoder(input_ids[:1], hidden[:1], encoder_outputs[:1], mask[:1])
        for name, one, many in zip(
            ("logits", "hidden", "attention_weights"),
            alone,
            (logits, new_hidden, weights),
            strict=True,
        ):
            look.shape(one, many[:1].shape, f"for a batch of one sentence, {name}")
        again = decoder(input_ids, hidden, encoder_outputs, mask)
    look.close(
        again[0],
        logits,
        "the same call gives the same answer",
        "keep nothing on self between calls; use nn.Dropout.",
    )
    other = student.AttentionDecoder(9, 5, 4, 6, 3).eval()
    other(torch.tensor([PAD, 7]), hidden, encoder_outputs, mask)[0][:, 0].sum().backward()
    look.that(
        word_learns(other, (9, 5), PAD),
        "any id may be the padding",
        f"with pad_id=3 the vector of word {PAD} learns nothing: give nn.Embedding"
        " padding_idx=pad_id.",
    )
