"""Wrong variants of the task `rollout`: one edit each, the hidden test that must fail, and words of
its message."""

from tests.graders.galleries import Wrong

LAYER = "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) @ rollout"

CHAINED = "test_layers_are_chained"


def rollout(what: str, new: str, test: str, says: str, old: str = LAYER) -> Wrong:
    return Wrong(what, "rollout", old, new, test, says)


ROLLOUT = [
    rollout("no identity", "layer.mean(dim=0) @ rollout", CHAINED, "identity is left out"),
    rollout(
        "wrong order",
        "rollout @ (0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])))",
        CHAINED,
        "wrong order",
    ),
    rollout("not halved", LAYER.replace("0.5 * ", ""), CHAINED, "not halved"),
    rollout("no identity, wrong order", "rollout @ layer.mean(dim=0)", CHAINED, "wrong order"),
    rollout(
        "identity at the end",
        "0.5 * (layer.mean(dim=0) @ rollout + (torch.eye(layer.shape[-1]) if layer is"
        " attentions[-1] else layer.mean(dim=0) @ rollout))",
        CHAINED,
        "once at the end",
    ),
    rollout(
        "only the last layer",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))",
        CHAINED,
        "only the last layer",
    ),
    rollout(
        "cell by cell",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) * (rollout if layer is not"
        " attentions[0] else 1)",
        CHAINED,
        "cell by cell",
    ),
    rollout(
        "transposed",
        "rollout @ (0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))).T",
        CHAINED,
        "transposed",
    ),
    rollout("heads added", LAYER.replace("mean", "sum"), "test_heads_are_averaged", "added up"),
    rollout(
        "largest head",
        LAYER.replace("mean(dim=0)", "amax(dim=0)"),
        "test_heads_are_averaged",
        "largest of the heads",
    ),
    rollout(
        "first head",
        LAYER.replace("mean(dim=0)", "select(0, 0)"),
        "test_heads_are_averaged",
        "only the first head",
    ),
    rollout(
        "heads kept apart",
        LAYER.replace("layer.mean(dim=0)", "layer"),
        "test_heads_are_averaged",
        "not averaged",
    ),
    rollout(
        "by columns",
        "(lambda m: m / m.sum(dim=0))(0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1]))) @"
        " rollout",
        CHAINED,
        "columns",
    ),
    rollout(
        "inputs changed",
        "0.5 * (layer.mul_(1.0).add_(0.1).mean(dim=0) - 0.1 + torch.eye(layer.shape[-1])) @"
        " rollout",
        "test_inputs_stay",
        "in place",
    ),
    rollout(
        "nothing refused",
        "if not attentions:\n        return torch.eye(1)",
        "test_no_layer",
        "Expected ValueError",
        'if not attentions:\n        raise ValueError("rollout needs the map of at least one'
        ' layer")',
    ),
]
