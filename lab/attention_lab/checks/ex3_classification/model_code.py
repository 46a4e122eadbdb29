"""Checks of what the model and its training are made of: pooling, classifier, model selection."""

import math

import torch
from torch import nn

from attention_lab.checks.findings import agree, are_probabilities, word_learns
from attention_lab.checks.look import Look, Student, display
from attention_lab.labelled import LabelledBatch
from attention_lab.plots import weight_bars
from attention_lab.stand_ins import BagClassifier, Scores

PAD = 0


def attention_pooling(student: Student, look: Look) -> None:
    pooling = student.AttentionPooling(4, 6)
    shapes = {name: tuple(parameter.shape) for name, parameter in pooling.named_parameters()}
    expected = {"W.weight": (6, 4), "W.bias": (6,), "v.weight": (1, 6)}
    look.that(
        shapes == expected,
        "W is a linear layer with bias, v one without",
        f"found {shapes}, expected {expected}.",
    )

    # Worked on paper: everything has size 1, the weights are 1, 0 and 2, so score = 2 tanh(h).
    tiny = student.AttentionPooling(1, 1)
    with torch.no_grad():
        for parameter, number in zip(
            (tiny.W.weight, tiny.W.bias, tiny.v.weight), (1.0, 0.0, 2.0), strict=False
        ):
            parameter.fill_(number)
    outputs = torch.tensor([[0.0, 0.5, -1.0], [1.0, 0.0, 0.25]]).unsqueeze(-1)
    pooled, weights = tiny(outputs, torch.ones(2, 3, dtype=torch.bool))
    look.shape(weights, (2, 3), "attention_weights")
    look.shape(pooled, (2, 1), "pooled")
    on_paper = torch.tensor(
        [[math.exp(2 * math.tanh(h)) for h in row] for row in outputs.squeeze(-1).tolist()]
    )
    on_paper = on_paper / on_paper.sum(dim=1, keepdim=True)
    if not agree(weights, on_paper):
        display(weight_bars(weights[0].detach(), on_paper[0], ["token 1", "token 2", "token 3"]))
    over_the_batch = agree(weights.sum(dim=0), torch.ones(3))
    look.close(
        weights,
        on_paper,
        "the weights are those worked out on paper",
        (
            "your columns sum to 1, not your rows: the softmax is over the batch."
            if over_the_batch
            else (
                "is it v(tanh(W(outputs))), then a softmax over the tokens (watch for an axis of"
                " length 1)?"
            )
        ),
    )
    look.close(
        pooled,
        (on_paper.unsqueeze(-1) * outputs).sum(dim=1),
        "pooled is the weighted sum of the outputs",
        "is it weights @ outputs?",
    )

    outputs = torch.randn(2, 4, 4)
    mask = torch.tensor([[True, True, False, True], [True, False, False, False]])
    _, weights = pooling(outputs, mask)
    look.that(
        bool((weights[~mask] == 0).all()),
        "masked tokens get exactly 0",
        "put -inf into the masked scores (where mask is False), before the softmax.",
    )
    look.close(
        weights.sum(dim=-1),
        torch.ones(2),
        "rows still sum to 1",
        "the mask must act before the softmax, not after it.",
    )
    for part, what in ((outputs[:1], "one text"), (outputs[:, :1], "texts of one token")):
        pooled, weights = pooling(part, torch.ones(part.shape[:2], dtype=torch.bool))
        look.shape(weights, part.shape[:2], f"for a batch of {what}, attention_weights")
        look.shape(pooled, (len(part), 4), f"for a batch of {what}, pooled")
    pooled, weights = pooling(outputs, torch.zeros(2, 4, dtype=torch.bool))
    look.that(
        bool((weights == 0).all() and (pooled == 0).all()),
        "a row without any real token gets 0",
        "softmax over a row of -inf is nan: set masked weights to 0 after the softmax.",
    )


def classifier(student: Student, look: Look) -> None:
    torch.manual_seed(3)
    classifier = student.AttentionClassifier(12, 5, 4, 3, PAD).eval()
    token_ids = torch.tensor([[7, 4, 9, PAD, PAD], [5, 6, 8, 10, 3], [11, PAD, PAD, PAD, PAD]])
    lengths = torch.tensor([3, 5, 1])
    with torch.no_grad():
        logits, weights = classifier(token_ids, lengths)
        look.shape(logits, (3, 3), "logits")
        look.shape(weights, (3, 5), "attention_weights")
        look.that(
            not are_probabilities(logits),
            "logits are plain scores",
            "yours are probabilities: leave out the softmax, the loss applies it.",
        )
        look.that(
            bool((weights[token_ids == PAD] == 0).all()),
            "padding gets weight 0",
            "the mask says where t < lengths: hand it to the pooling.",
        )
        look.close(
            weights.sum(dim=-1),
            torch.ones(3),
            "the weights of a text sum to 1",
            "return the weights as the pooling gives them.",
        )
        alone, _ = classifier(token_ids[:1, :3], lengths[:1])
        look.shape(alone, (1, 3), "for a batch of one text, logits")
        look.close(
            alone,
            logits[:1],
            "a text gets the same answer alone and in a batch",
            "padding is being read: pack_padded_sequence(..., lengths, enforce_sorted=False), and a"
            " mask for the attention.",
        )
        wider, wider_weights = classifier(
            torch.cat([token_ids, torch.full((3, 2), PAD)], dim=1), lengths
        )
        look.shape(wider_weights, (3, 7), "with wider padding, attention_weights (total_length)")
        look.close(
            wider,
            logits,
            "wider padding changes no answer",
            "something depends on the width of the batch.",
        )
        other = token_ids.clone()
        other[1] = other[1].flip(0)
        look.that(
            not torch.allclose(classifier(other, lengths)[0][1], logits[1], atol=1e-7),
            "the order of the words matters",
            "is there an LSTM between the embedding and the pooling?",
        )
        again, _ = classifier(token_ids, lengths)
    look.close(
        again,
        logits,
        "the same call gives the same answer",
        "is dropout an nn.Dropout, so that eval() turns it off?",
    )
    through = []
    for of in (0, 1):
        classifier.zero_grad()
        answer = classifier(token_ids, lengths)[of]
        (answer * torch.randn(answer.shape)).sum().backward()
        through.append(
            {
                name
                for name, parameter in classifier.named_parameters()
                if parameter.grad is not None and bool(parameter.grad.ne(0).any())
            }
        )
    look.that(
        bool(through[1]) and through[1] <= through[0],
        "what is attended decides the class",
        "attention is computed and then not used: give the output layer the pooled vector.",
    )
    other = student.AttentionClassifier(12, 5, 4, 3, 4).eval()
    other(torch.tensor([[7, PAD, 9, 4]]), torch.tensor([3]))[0][:, 0].sum().backward()
    look.that(
        word_learns(other, (12, 5), PAD),
        "any id may be the padding",
        f"with pad_id=4 the vector of word {PAD} learns nothing: give nn.Embedding"
        " padding_idx=pad_id.",
    )


def training(student: Student, look: Look) -> None:
    def fresh() -> BagClassifier:
        torch.manual_seed(5)
        return BagClassifier(8, 2)

    batches = [
        LabelledBatch(
            torch.tensor([[4, 5, 6], [7, 5, PAD]]), torch.tensor([3, 2]), torch.tensor([0, 1])
        ),
        LabelledBatch(torch.tensor([[3, 6]]), torch.tensor([2]), torch.tensor([1])),
    ]
    model = fresh().eval()  # as a look at the validation texts leaves it
    with torch.no_grad():
        losses = torch.cat(
            [
                nn.functional.cross_entropy(
                    model(batch.token_ids, batch.lengths)[0], batch.labels, reduction="none"
                )
                for batch in batches
            ]
        )
    loss = student.train_epoch(model, batches, torch.optim.SGD(model.parameters(), lr=0.0))
    look.that(
        isinstance(loss, float),
        "it returns a float",
        f"yours is a {type(loss).__name__}: loss.item().",
    )
    look.that(
        abs(loss - losses.mean().item()) < 1e-4,
        "it is the mean loss over all texts",
        f"yours is {loss:.4f}, expected {losses.mean().item():.4f}: batches of different size count"
        " by their size.",
    )
    look.that(model.training, "the model is in training mode", "model.train() at the beginning.")
    one, other = fresh(), fresh()
    other.embedding.weight.grad = torch.full_like(other.embedding.weight, 3.0)
    for model in (one, other):
        student.train_epoch(model, batches, torch.optim.SGD(model.parameters(), lr=0.1))
    look.close(
        other.embedding.weight.detach(),
        one.embedding.weight.detach(),
        "gradients left over from before change nothing",
        "optimizer.zero_grad() before each backward().",
    )
    model = fresh()
    optimizer = torch.optim.Adam(model.parameters(), lr=0.05)
    curve = [student.train_epoch(model, batches, optimizer) for _ in range(40)]
    look.that(
        curve[-1] < curve[0] / 3,
        f"40 epochs learn three texts: {curve[0]:.2f} -> {curve[-1]:.2f}",
        "zero_grad, backward, step: for every batch.",
    )

    model = fresh()
    validate = Scores(model, [0.5, 0.8, 0.6, 0.7, 0.9])
    _, scores = student.train_and_select(
        model, batches, torch.optim.SGD(model.parameters(), lr=0.5), validate, 5, 2
    )
    look.that(
        list(scores) == [0.5, 0.8, 0.6, 0.7],
        "it stops two epochs after the best one (patience=2)",
        f"your scores are {list(scores)}.",
    )
    kept = next(model.parameters()).detach()
    look.close(
        kept,
        validate.seen[1],
        "the weights of the best epoch are back in the model",
        "they are those of the last epoch: copy the best ones (clone), and load them at the end."
        if torch.equal(kept, validate.seen[-1])
        else "load the best epoch's weights at the end.",
    )
    look.that(
        validate.in_training == 0 and not model.training,
        "validation is in eval mode",
        "model.eval() before validate(), and at the end.",
    )
