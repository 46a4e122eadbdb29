"""Wrong variants of the task `heads`: one edit each, the hidden test that must fail, and words of
its message."""

from tests.graders.galleries import Wrong

PANEL = 'image = ax.imshow(attention_weights[h].detach().numpy(), vmin=0, vmax=top, cmap="Blues")'

TITLE = '        ax.set_title(f"head {h + 1}")\n'


def heads(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "heads", old, new, test, says)


HEADS = [
    heads(
        "transposed",
        PANEL,
        PANEL.replace("[h]", "[h].T"),
        "test_every_head_has_its_panel",
        "rows and columns are exchanged",
    ),
    heads(
        "the last head first",
        "list(grid.flat[:H])",
        "list(grid.flat[:H])[::-1]",
        "test_every_head_has_its_panel",
        "reading order",
    ),
    heads(
        "always the first",
        PANEL,
        PANEL.replace("[h]", "[0]"),
        "test_every_head_has_its_panel",
        "shows head",
    ),
    heads("a scale for each", "vmin=0, vmax=top, ", "", "test_one_scale", "a scale of its own"),
    heads(
        "an upper limit for each",
        "vmax=top",
        "vmax=attention_weights[h].max().item()",
        "test_one_scale",
        "a scale of its own",
    ),
    heads(
        "stretched below",
        "vmin=0, vmax=top",
        "vmin=attention_weights.min().item(), vmax=top",
        "test_one_scale",
        "not at 0",
    ),
    heads(
        "cut above",
        "attention_weights.max().item()",
        "0.5 * attention_weights.max().item()",
        "test_one_scale",
        "at the largest weight of all",
    ),
    heads(
        "no colour bar",
        'columns, 3 * rows), squeeze=False, layout="constrained")\n    for spare in grid.flat[H:]:',
        "columns, 3 * rows), squeeze=False)\n    figure.colorbar = lambda *args, **kwargs: None\n  "
        "  for spare in grid.flat[H:]:",
        "test_one_scale",
        "no colour bar",
    ),
    heads(
        "counted from 0",
        "{h + 1}",
        "{h}",
        "test_heads_are_numbered_and_tokens_written",
        "counted from 0",
    ),
    heads(
        "no titles",
        TITLE,
        "",
        "test_heads_are_numbered_and_tokens_written",
        "should hold the heads' numbers",
    ),
    heads(
        "no tokens",
        "        ax.set_xticks(range(len(tokens)), tokens, rotation=90)\n",
        "",
        "test_heads_are_numbered_and_tokens_written",
        "no tokens",
    ),
    heads(
        "empty panels left",
        "        spare.remove()\n    panels, top",
        "        pass\n    panels, top",
        "test_any_number_of_heads",
        "1 empty panels",
    ),
    heads(
        "four at most",
        "H, *shape = attention_weights.shape\n",
        "H, *shape = attention_weights[:4].shape\n",
        "test_any_number_of_heads",
        "7 heads, and 4 panels",
    ),
    heads(
        "nothing refused",
        "if shape != [len(tokens), len(tokens)]:",
        "if False:",
        "test_what_does_not_fit_is_refused",
        "ValueError",
    ),
]
