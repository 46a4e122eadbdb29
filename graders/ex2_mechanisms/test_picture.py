"""plot_accuracy(rows, task, ax): judged on the Axes itself, by what stands on it."""

import math

from kireji.testing import expect, graded

ROWS = [
    ("none", "copy", 12, 0.31),
    ("general", "copy", 3, 0.97),
    ("none", "copy", 3, 0.88),
    ("general", "sort", 3, 0.5),
    ("none", "copy", 7, 0.52),
    ("general", "copy", 12, 0.61),
    ("general", "sort", 7, 0.25),
    ("general", "copy", 7, 0.83),
    ("telepathy", "copy", 7, 0.04),
    ("telepathy", "copy", 3, 0.02),
    ("telepathy", "copy", 12, 0.07),
]


def drawn(student, rows, task: str, *axes) -> tuple:
    """(the Axes, what stands on them). Lines that a label does not name are left out: they are
    decoration."""
    handle = student.make("plot_accuracy", rows, task, *axes)
    return handle, getattr(student, "attention_lab.axes.describe_axes")(handle)


def named(seen) -> dict[str, list[tuple[float, float]]]:
    expect.true(isinstance(seen, dict), "plot_accuracy should return the Axes it has drawn on.")
    return {
        line["label"]: list(zip(line["x"], line["y"], strict=False))
        for line in seen["lines"]
        if not line["label"].startswith("_")
    }


def points(rows, task: str, mechanism: str) -> list[tuple[float, float]]:
    return sorted(
        (float(length), accuracy)
        for who, what, length, accuracy in rows
        if (who, what) == (mechanism, task)
    )


@graded("picture", weight=3)
def test_one_line_per_mechanism(student, rng):
    """One line for each mechanism of the task: its accuracy at each length, from short to long."""
    for task in ("copy", "sort"):
        lines = named(drawn(student, ROWS, task)[1])
        mechanisms = sorted({who for who, what, *_ in ROWS if what == task})
        expect.true(
            bool(lines),
            "There is no line with a label: draw with ax.plot(..., label=mechanism), on the Axes"
            " that you return.",
        )
        expect.true(
            sorted(lines) == mechanisms,
            f"Expected a line for each of {', '.join(mechanisms)} on {task}; the lines' labels are "
            f"{', '.join(sorted(lines))}. Are rows of other tasks left out?",
        )
        for mechanism in mechanisms:
            right, given = points(ROWS, task, mechanism), lines[mechanism]
            if same(given, right):
                continue
            expect.true(
                not same(sorted(given), right),
                f"The points of {mechanism} are not in the order of their lengths: the line "
                "goes to and fro. Sort the rows first.",
            )
            expect.true(
                not same([(y, x) for x, y in given], right),
                "Length and accuracy are exchanged: length is the horizontal axis.",
            )
            expect.true(
                [y for _, y in given] != [y for _, y in right],
                f"The points of {mechanism} stand at {[x for x, _ in given]} "
                "instead of at their lengths.",
            )
            expect.true(
                False,
                f"The points of {mechanism} are not its {len(right)} rows on {task}, its accuracy"
                " at each length. Are rows of other tasks left out?",
            )


def same(one, other) -> bool:
    return len(one) == len(other) and all(
        math.isclose(a, b, abs_tol=1e-6)
        for left, right in zip(one, other, strict=False)
        for a, b in zip(left, right, strict=False)
    )


@graded("picture", weight=2)
def test_it_can_be_read(student, rng):
    """Both axes are labelled, the title names the task, 0 to 1 is in view, and a legend names the
    lines."""
    # Nothing near 0: limits that follow the points alone leave it out.
    seen = drawn(student, [row for row in ROWS if row[0] != "telepathy"], "copy")[1]
    names = set(named(seen))
    across, up = seen["x_label"].strip().lower(), seen["y_label"].strip().lower()
    expect.true(bool(across), "The horizontal axis has no label: it is the length.")
    expect.true(bool(up), "The vertical axis has no label: it is the accuracy.")
    # In the student's own words, as long as they do not name the other axis.
    expect.true(
        "accura" not in across and "length" not in up,
        "The labels name the other axis: length is the horizontal one, which says"
        f" {seen['x_label']!r}, accuracy the vertical one, which says {seen['y_label']!r}.",
    )
    expect.true(
        "copy" in seen["title"].lower(), f"The title should name the task; it is {seen['title']!r}."
    )
    low, high = sorted(seen["y_limits"])
    expect.true(
        low <= 0 and high >= 1,
        f"The vertical axis shows {low:.2g} to {high:.2g}: without 0 to 1, pictures of two tasks"
        " cannot be compared.",
    )
    expect.true(
        names <= set(seen["legend"]) or names <= set(seen["texts"]),
        "There is no legend that names every line.",
    )


@graded("picture", weight=1)
def test_it_draws_where_it_is_told(student, rng):
    """Given Axes are drawn on, and without any a new figure is made."""
    first, _ = drawn(student, [row for row in ROWS if row[0] == "none"], "copy")
    _, fresh = drawn(student, ROWS, "sort")
    expect.true(
        set(named(fresh)) == {"general"},
        "Without ax, a new figure should be made: lines of an earlier picture are in this one "
        "(plt.gca() gives the old Axes).",
    )
    _, seen = drawn(student, [row for row in ROWS if row[0] == "general"], "sort", first)
    expect.true(
        set(named(seen)) == {"none", "general"},
        "With ax given, the lines should be drawn on it, beside what is there.",
    )
