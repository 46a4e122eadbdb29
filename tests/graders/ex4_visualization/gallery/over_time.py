"""Wrong variants of the task `over_time`: one edit each, the hidden test that must fail, and words
of its message."""

from tests.graders.galleries import Wrong


def over_time(what: str, old: str, new: str, test: str, says: str) -> Wrong:
    return Wrong(what, "over_time", old, new, test, says)


KEEP = "kept.append((moment, look().detach().clone()))"

EACH_MOMENT = "test_the_map_at_each_moment"

MOMENT_PANEL = (
    'image = ax.imshow(weights.detach().numpy(), vmin=0, vmax=1, cmap="Blues", aspect="auto")'
)

OVER_TIME = [
    over_time(
        "no copy", KEEP, "kept.append((moment, look().detach()))", EACH_MOMENT, "no copy is kept"
    ),
    over_time(
        "a step before looking",
        "while done < moment:",
        "while done < moment + 1:",
        EACH_MOMENT,
        "before looking",
    ),
    over_time(
        "a step too early",
        "while done < moment:",
        "while done < moment - 1:",
        EACH_MOMENT,
        "one step too early",
    ),
    over_time(
        "order as given",
        "for moment in sorted(moments):",
        "for moment in moments:",
        EACH_MOMENT,
        "should rise",
    ),
    over_time(
        "steps from each moment",
        "done += 1\n        kept",
        "done += 1\n        done = 0\n        kept",
        EACH_MOMENT,
        "is not the one",
    ),
    over_time(
        "maps alone", KEEP, "kept.append(look().detach().clone())", EACH_MOMENT, "Expected 2 values"
    ),
    over_time(
        "a step too many",
        "        kept.append((moment, look().detach().clone()))\n    return kept",
        "        kept.append((moment, look().detach().clone()))\n    train_step()\n    return kept",
        "test_no_step_too_many",
        "steps were taken",
    ),
    over_time(
        "a look after every step",
        "            train_step()\n            done += 1",
        "            look()\n            train_step()\n            done += 1",
        "test_no_step_too_many",
        "look at the moments only",
    ),
    over_time(
        "panels transposed",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("weights.detach()", "weights.detach().T"),
        "test_a_panel_for_each_moment",
        "rows and columns are exchanged",
    ),
    over_time(
        "panels as given",
        "sorted(moments, key=lambda moment: moment[0])",
        "moments",
        "test_a_panel_for_each_moment",
        "by rising step",
    ),
    over_time(
        "empty panels",
        "    for spare in grid.flat[len(moments):]:\n        spare.remove()\n",
        "",
        "test_a_panel_for_each_moment",
        "no map of numbers",
    ),
    over_time(
        "no steps",
        'f"after {step} steps"',
        '"a moment"',
        "test_steps_and_tokens_are_written",
        "should hold the steps",
    ),
    over_time(
        "nothing refused",
        'if tuple(weights.shape) != expected:\n            raise ValueError(f"the map of',
        'if False:\n            raise ValueError(f"the map of',
        "test_steps_and_tokens_are_written",
        "ValueError",
    ),
    over_time(
        "a scale for each",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("vmin=0, vmax=1, ", ""),
        "test_one_scale",
        "a scale of its own",
    ),
    over_time(
        "not up to 1",
        MOMENT_PANEL,
        MOMENT_PANEL.replace("vmax=1", "vmax=0.9999"),
        "test_one_scale",
        "not at 1",
    ),
]
