"""train_epoch(...) and train_and_select(...), on a stand-in classifier whose numbers are known."""

import torch

from kireji.testing import expect, graded

from .fakes import without_epoch
from .reference import Bag

VOCAB_SIZE, N_CLASSES, T = 9, 2, 5
SIZES = (4, 4, 1)  # the last batch is short, so that a mean over batches shows


class Bench:
    """A bag classifier in the sandbox, an SGD optimizer on it, and the same by hand."""

    def __init__(self, student, rng, lr, scale=1.0, noise=0.0, spread=1.0):
        self.student, self.lr = student, lr
        self.table = spread * torch.randn(VOCAB_SIZE, N_CLASSES, generator=rng)
        self.model = student.make(
            "attention_lab.stand_ins.BagClassifier", VOCAB_SIZE, N_CLASSES, scale, noise
        )
        self.model.load({"embedding.weight": self.table})
        self.bag = Bag(self.table, scale, noise)
        self.optimizer = student.make("torch.optim.SGD", self.model.parameter_list(), lr=lr)
        self.rows = [
            (
                torch.randint(1, VOCAB_SIZE, (size, T), generator=rng),
                torch.randint(1, T + 1, (size,), generator=rng),
                torch.randint(0, N_CLASSES, (size,), generator=rng),
            )
            for size in SIZES
        ]

    def batches(self, rows=None):
        return [
            self.student.make("attention_lab.labelled.LabelledBatch", *row)
            for row in rows or self.rows
        ]

    def epoch(self, rows=None):
        return self.student.train_epoch(self.model, self.batches(rows), self.optimizer)

    def weights(self):
        table = self.model.parameters()["embedding.weight"]
        return expect.tensor(table, shape=self.table.shape, name="the parameters")

    def after(self, rule):
        """The table after an epoch whose steps are `rule(gradients so far)`; None is no step."""
        bag, gradients = Bag(self.table, self.bag.scale, self.bag.noise), []
        for row in self.rows:
            gradients.append(bag.gradient(*row))
            bag.table -= self.lr * rule(gradients)
        return bag.table


def own(gradients):
    return gradients[-1]


@graded("training", weight=3)
def test_mean_loss_of_the_epoch(student, rng):
    """train_epoch returns the mean loss over all texts, taken in training mode."""
    bench = Bench(student, rng, lr=0.0, noise=0.7)
    bench.model.eval()  # as a look at the validation texts leaves it
    value = expect.number(bench.epoch(), "the returned loss")
    losses = [bench.bag.losses(*row) for row in bench.rows]
    quiet = Bag(bench.table)
    expect.close(
        torch.tensor(value).double(),
        torch.cat(losses).mean(),
        name="the returned loss",
        diagnoses={
            "it is the mean over batches, not over texts: a short last batch counts too much": (
                torch.stack([one.mean() for one in losses]).mean()
            ),
            "it is the sum over texts, not the mean": torch.cat(losses).sum(),
            "it is the sum over batches of each batch's mean": (
                torch.stack([one.mean() for one in losses]).sum()
            ),
            "it is the loss of the last batch alone": losses[-1].mean(),
            "the model is not in training mode: train_epoch calls model.train() itself": (
                torch.cat([quiet.losses(*row) for row in bench.rows]).mean()
            ),
            "each batch's mean loss is divided by the number of all texts": (
                torch.stack([one.mean() for one in losses]).sum() / sum(SIZES)
            ),
            "softmax is applied to the logits before the cross-entropy, which does that itself": (
                torch.cat(
                    [
                        -torch.log_softmax(
                            torch.softmax(bench.bag.logits(*row[:2]), -1), -1
                        ).gather(1, row[2][:, None])[:, 0]
                        for row in bench.rows
                    ]
                ).mean()
            ),
        },
    )


@graded("training", weight=4)
def test_a_step_for_every_batch(student, rng):
    """Every batch moves the weights against its own gradient, once."""
    # no gradient is longer than 0.71: clipping has a test of its own
    bench = Bench(student, rng, lr=1.0, scale=0.5)
    bench.epoch()
    weights = bench.weights()
    expect.true(
        bool(weights.ne(bench.table).any()),
        "The parameters are as they were: are backward() and optimizer.step() both called, for "
        "every batch?",
    )
    still = torch.zeros_like(bench.bag.table)
    expect.close(
        weights,
        bench.after(own).float(),
        name="the parameters after the epoch",
        rtol=1e-3,
        atol=1e-4,
        diagnoses={
            (
                "the gradients of the batches before are still there: optimizer.zero_grad() "
                "belongs before each backward()"
            ): (bench.after(sum).float()),
            "the parameters go uphill: the loss grows": (
                bench.after(lambda gradients: -own(gradients)).float()
            ),
            "only the first batch is trained on": (
                bench.after(
                    lambda gradients: own(gradients) if len(gradients) == 1 else still
                ).float()
            ),
            "only the last batch is trained on: step() belongs inside of the loop": (
                bench.after(
                    lambda gradients: own(gradients) if len(gradients) == len(SIZES) else still
                ).float()
            ),
            "there is one step for all batches together: step() belongs inside of the loop": (
                bench.table - bench.lr * sum(bench.bag.gradient(*row) for row in bench.rows).float()
            ),
            "every batch moves the weights twice, as if step() were called twice": (
                bench.after(lambda gradients: 2 * own(gradients)).float()
            ),
        },
        hint="The gradient of F.cross_entropy(logits, batch.labels), a step for each batch.",
    )


@graded("training", weight=2)
def test_gradient_is_clipped(student, rng):
    """A huge gradient is clipped to length 1: the step stays small."""
    bench = Bench(student, rng, lr=1.0, scale=300.0, spread=0.01)
    rows = bench.rows[:1]
    wanted = -bench.bag.gradient(*rows[0])
    bench.epoch(rows)
    moved = bench.weights() - bench.table
    length = float(moved.norm())
    expect.true(length > 0, "The parameters are as they were.")
    expect.true(
        length < 0.9 * float(wanted.norm()),
        "The gradient is not clipped: clip_grad_norm_(model.parameters(), 1.0) belongs after "
        "backward() and before optimizer.step().",
    )
    expect.true(
        0.9 < length < 1.1,
        f"The step is {length:.2f} long at learning rate 1: the gradient is to be clipped to"
        " length 1.",
    )


@graded("training", weight=1)
def test_returns_a_plain_number(student, rng):
    """The loss comes back as a Python float, so that no graph is kept alive."""
    returned = Bench(student, rng, lr=0.1).epoch()
    expect.true(
        not isinstance(returned, torch.Tensor),
        "The loss is still a tensor: loss.item() is a float, and lets the graph go.",
    )
    expect.number(returned, "the returned loss")


class Choice:
    """A run of train_and_select with made-up validation scores."""

    def __init__(self, student, rng, scores, epochs, patience):
        bench = Bench(student, rng, lr=0.5)
        bench.model.eval()
        self.bench = bench
        self.validate = student.make(
            "attention_lab.stand_ins.Scores", bench.model, [*scores, *[0.0] * 10]
        )
        result = student.train_and_select(
            bench.model, bench.batches(), bench.optimizer, self.validate, epochs, patience
        )
        losses, given = expect.returns(result, "losses", "scores")
        for name, values in (("losses", losses), ("scores", given)):
            expect.true(
                isinstance(values, (list, tuple)),
                f"{name} should be a list of numbers, but {expect.kind(values)} came.",
            )
        self.losses, self.scores = list(losses), list(given)
        seen = self.validate.get("seen")
        self.seen = (
            [expect.tensor(one, name="the weights") for one in seen]
            if isinstance(seen, list)
            else []
        )
        self.after = bench.weights()


@graded("training", weight=4)
@without_epoch
def test_best_weights_are_kept(student, rng):
    """Afterwards the model has the weights of the epoch with the best validation score."""
    for scores in ([0.5, 0.8, 0.6, 0.7], [0.9, 0.3, 0.2, 0.1], [0.4, 0.5, 0.7, 0.7]):
        choice = Choice(student, rng, scores, epochs=4, patience=4)
        expect.true(
            len(choice.seen) == 4,
            f"validate was called {len(choice.seen)} times in 4 epochs: once after each.",
        )
        best = max(range(4), key=scores.__getitem__)
        lowest = min(range(4), key=scores.__getitem__)
        expect.close(
            choice.after,
            choice.seen[best],
            name="the weights afterwards",
            diagnoses={
                (
                    "they are the weights of the last epoch, not of the best: copy the best ones "
                    "(state_dict() hands out the living tensors: clone them), and load them at the "
                    "end"
                ): choice.seen[-1],
                (
                    "they are the weights of the epoch with the lowest score: a higher score is "
                    "better"
                ): choice.seen[lowest],
                "they are the weights of the first epoch": choice.seen[0],
                "they are the weights from before the training": choice.bench.table,
            },
        )


@graded("training", weight=2)
@without_epoch
def test_stops_early(student, rng):
    """It stops after patience epochs without a better score, and not before."""
    for scores, patience, done in (
        ([0.5, 0.8, 0.6, 0.7, 0.9], 2, 4),
        ([0.5, 0.4, 0.6, 0.5, 0.7], 2, 5),
        ([0.6, 0.6, 0.6, 0.6, 0.6], 3, 4),
    ):
        choice = Choice(student, rng, scores, epochs=5, patience=patience)
        expect.true(
            len(choice.seen) == done,
            f"With validation scores {scores} and patience {patience} there should be {done}"
            f" epochs, and there were {len(choice.seen)}: count the epochs since the best one. An"
            " equal score is not better.",
        )


@graded("training", weight=1)
@without_epoch
def test_reports_every_epoch(student, rng):
    """losses and scores have a number for each epoch that was done."""
    scores = [0.5, 0.8, 0.6]
    choice = Choice(student, rng, scores, epochs=3, patience=3)
    expect.true(
        len(choice.losses) == len(choice.scores) == 3,
        f"3 epochs were done, and there are {len(choice.losses)} losses and "
        f"{len(choice.scores)} scores.",
    )
    for value, score in zip(choice.scores, scores, strict=False):
        expect.true(
            abs(expect.number(value, "a score") - score) < 1e-6,
            "scores should be what validate() returned, epoch by epoch.",
        )
    numbers = [expect.number(value, "a loss") for value in choice.losses]
    expect.true(
        len(set(numbers)) == 3,
        "The losses of different epochs are the same: they should be what train_epoch returned.",
    )


@graded("training", weight=1)
@without_epoch
def test_looks_in_eval_mode(student, rng):
    """The model is in eval mode whenever validate looks at it, and at the end."""
    choice = Choice(student, rng, [0.5, 0.8, 0.6], epochs=3, patience=3)
    expect.true(
        choice.validate.get("in_training") == 0,
        "validate looked at a model in training mode: dropout makes it worse than it is. "
        "model.eval() belongs before validate().",
    )
    expect.true(
        choice.bench.model.get("training") is False,
        "The model is left in training mode: model.eval() at the end.",
    )
