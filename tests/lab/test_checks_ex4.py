"""The visible checks of ex4: content with the solution, and typical mistakes are met with their own
hint."""

import pytest
from matplotlib import pyplot

from attention_lab import check
from attention_lab.checks import checks_of
from tests.lab.solved import meets_its_hint, solved

NAME = "ex4_visualization"


@pytest.fixture(autouse=True)
def no_figures_left():
    yield
    pyplot.close("all")


def namespace(edits: dict[str, str] | None = None) -> dict:
    """What a notebook's variables are after the solution cells, some text of which is replaced."""
    return solved(NAME, edits)


@pytest.mark.parametrize("task", checks_of(NAME))
def test_the_solution_is_fine(task, capsys):
    check(task, namespace())
    text = capsys.readouterr().out
    assert "✓" in text and "✗" not in text and "All fine here" in text


@pytest.mark.parametrize("task", checks_of(NAME))
def test_a_stub_is_not_written_yet(task, capsys):
    names = namespace()
    for name, thing in list(names.items()):
        if (
            getattr(thing, "__module__", None) == "builtins"
            or getattr(getattr(thing, "__code__", None), "co_filename", "") == "notebook"
        ):
            names[name] = stub
    check(task, names)
    assert "not written yet" in capsys.readouterr().out


def stub(*args, **kwargs):
    raise NotImplementedError


MISTAKES = [
    (
        "heat_map",
        "ax.imshow(attention_weights.detach()",
        "ax.imshow(attention_weights.detach().T",
        "rows and columns are exchanged",
    ),
    (
        "heat_map",
        "attention_weights.detach().numpy(), vmin=0",
        "attention_weights.detach().numpy(), origin='lower', vmin=0",
        "row 0 at the top",
    ),
    (
        "heat_map",
        "imshow(attention_weights.detach().numpy(), vmin=0, vmax=1,",
        "imshow(attention_weights.detach().numpy(),",
        "vmin=0, vmax=1",
    ),
    (
        "heat_map",
        "source_tokens, rotation=45",
        "source_tokens[::-1] and ['a', 'b', 'c'], rotation=45",
        "at the middle of its cell",
    ),
    ("heat_map", 'xlabel="source"', 'xlabel="words"', "yours say 'words'"),
    ("heat_map", "if tuple(attention_weights.shape) != expected:", "if False:", "raise ValueError"),
    (
        "heat_map",
        'ax=ax, label="attention weight")\n    return ax',
        'ax=ax, label="attention weight").remove()\n    return ax',
        "colorbar",
    ),
    ("heads", "vmin=0, vmax=top, ", "", "work out vmin and vmax once"),
    ("heads", "{h + 1}", "{h}", "its title says 1"),
    (
        "heads",
        "        spare.remove()\n    panels, top",
        "        pass\n    panels, top",
        "ax.remove()",
    ),
    ("measures", "torch.special.entr(weights).sum", "-(weights * weights.log()).sum", "0 * log(0)"),
    ("measures", "masked_fill(~mask, 0.0)", "masked_fill(mask, 0.0)", "True = may attend"),
    ("measures", "torch.arange(T_k)).abs()", "torch.arange(T_k))", "without a sign"),
    (
        "measures",
        "best = weights.argmax(dim=1)",
        "best = weights.argmin(dim=1)",
        "the first of equals",
    ),
    ("measures", " if weights[i, j] > 0]", "]", "a row of zeros"),
    ("measures", "P = S | set(possible)", "P = set(possible)", "sure pairs are possible, too"),
    ("measures", "    if not A and not S:\n        return 0.0\n", "", "ZeroDivisionError"),
    (
        "rollout",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) @ rollout",
        "layer.mean(dim=0) @ rollout",
        "half the identity",
    ),
    (
        "rollout",
        "0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])) @ rollout",
        "rollout @ (0.5 * (layer.mean(dim=0) + torch.eye(layer.shape[-1])))",
        "multiplies from the left",
    ),
    ("rollout", "layer.mean(dim=0)", "layer[0]", "two heads are averaged"),
    ("patterns", '("diagonal", looking_at(i + shift)), ', "", "a diagonal map of size"),
    ("over_time", "look().detach().clone()", "look().detach()", "detach().clone()"),
    ("over_time", "while done < moment:", "while done < moment + 1:", "when exactly so many steps"),
    (
        "over_time",
        "sorted(moments, key=lambda moment: moment[0])",
        "moments",
        "every weight has its cell",
    ),
    (
        "intervention",
        "tokenize(text)\n    before",
        "text.lower().split()\n    before",
        "use tokenize(text)",
    ),
    ("intervention", "UNK if place in top", "'?' if place in top", "hidden, by UNK"),
    (
        "intervention",
        "before[label] - after[label]",
        "after[label] - before[label]",
        "before minus after",
    ),
    (
        "intervention",
        "(before[label] - after[label]).item()",
        "before[label] - after[label]",
        ".item()",
    ),
    ("intervention", "    if mask_top_k < 0:", "    if False:", "a negative number is refused"),
]


@pytest.mark.parametrize(("task", "right", "wrong", "hint"), MISTAKES)
def test_a_mistake_meets_its_hint(task, right, wrong, hint, capsys):
    check(task, namespace({right: wrong}))
    text = capsys.readouterr().out
    meets_its_hint(text, hint)
