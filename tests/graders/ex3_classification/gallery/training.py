"""Wrong variants of the task `training`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import of

TRAINING = of(
    "training",
    (
        "no zero_grad",
        "        optimizer.zero_grad()\n",
        "",
        "test_a_step_for_every_batch",
        "zero_grad",
    ),
    ("no step", "        optimizer.step()\n", "", "test_a_step_for_every_batch", "as they were"),
    (
        "two steps",
        "        optimizer.step()\n",
        "        optimizer.step()\n        optimizer.step()\n",
        "test_a_step_for_every_batch",
        "twice",
    ),
    (
        "one step an epoch",
        (
            "        optimizer.step()\n        total += loss.item() * len(batch.labels)\n       "
            " texts += len(batch.labels)\n"
        ),
        (
            "        total += loss.item() * len(batch.labels)\n        texts += len(batch.labels)\n"
            "    optimizer.step()\n"
        ),
        "test_a_step_for_every_batch",
        "only the last batch",
    ),
    (
        "uphill",
        "        loss.backward()\n",
        "        (-loss).backward()\n",
        "test_a_step_for_every_batch",
        "uphill",
    ),
    (
        "only the first batch",
        "        texts += len(batch.labels)\n",
        "        texts += len(batch.labels)\n        break\n",
        "test_a_step_for_every_batch",
        "only the first batch",
    ),
    (
        "no clipping",
        "        nn.utils.clip_grad_norm_(model.parameters(), 1.0)\n",
        "",
        "test_gradient_is_clipped",
        "not clipped",
    ),
    (
        "clipped to 5",
        "clip_grad_norm_(model.parameters(), 1.0)",
        "clip_grad_norm_(model.parameters(), 5.0)",
        "test_gradient_is_clipped",
        "length 1",
    ),
    (
        "mean over batches",
        "total += loss.item() * len(batch.labels)\n        texts += len(batch.labels)",
        "total += loss.item()\n        texts += 1",
        "test_mean_loss_of_the_epoch",
        "over batches",
    ),
    (
        "sum",
        "return total / texts",
        "return total",
        "test_mean_loss_of_the_epoch",
        "sum over texts",
    ),
    (
        "last batch",
        "return total / texts",
        "return loss.item()",
        "test_mean_loss_of_the_epoch",
        "last batch",
    ),
    (
        "eval mode",
        "    model.train()\n",
        "    model.eval()\n",
        "test_mean_loss_of_the_epoch",
        "training mode",
    ),
    (
        "softmax twice",
        "F.cross_entropy(logits, batch.labels)",
        "F.cross_entropy(logits.softmax(dim=-1), batch.labels)",
        "test_mean_loss_of_the_epoch",
        "softmax is applied",
    ),
    (
        "a tensor",
        "return total / texts",
        "return torch.tensor(total / texts)",
        "test_returns_a_plain_number",
        "item()",
    ),
    (
        "living tensors",
        "tensor.detach().clone()",
        "tensor",
        "test_best_weights_are_kept",
        "living tensors",
    ),
    (
        "best not loaded",
        "    model.load_state_dict(best)\n",
        "",
        "test_best_weights_are_kept",
        "last epoch",
    ),
    (
        "the lowest score",
        "scores[epoch] > scores[best_epoch]",
        "scores[epoch] < scores[best_epoch]",
        "test_best_weights_are_kept",
        "higher score is better",
    ),
    (
        "the last of equals",
        "scores[epoch] > scores[best_epoch]",
        "scores[epoch] >= scores[best_epoch]",
        "test_stops_early",
        "equal score is not better",
    ),
    (
        "never stops early",
        "        if epoch - best_epoch >= patience:\n            break\n",
        "",
        "test_stops_early",
        "patience",
    ),
    (
        "stops one late",
        "epoch - best_epoch >= patience",
        "epoch - best_epoch > patience",
        "test_stops_early",
        "patience",
    ),
    (
        "validate in training mode",
        "        model.eval()\n        scores.append(validate())",
        "        scores.append(validate())",
        "test_looks_in_eval_mode",
        "before validate()",
    ),
    (
        "left in training mode",
        "    model.eval()\n    return losses, scores",
        "    model.train()\n    return losses, scores",
        "test_looks_in_eval_mode",
        "at the end",
    ),
    (
        "only scores",
        "return losses, scores",
        "return scores",
        "test_best_weights_are_kept",
        "2 values",
    ),
)
