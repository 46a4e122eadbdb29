"""The rubric that a mark scheme in source/ describes, as items with points.

A mark scheme is what a written question's cell has between ### BEGIN MARK SCHEME and ### END MARK
SCHEME. Each item is a list entry that begins with its points; a line in bold is the heading of
those after it. "(4 points each, 12 in all)" in a heading means that its items come three times:

    **The three maps (4 points each, 12 in all)**
    - 1 point: what was put in, what came out, what would be right.
"""

import re
from dataclasses import dataclass

from kireji.course.assignment import Assignment

SCHEME = re.compile(r"### BEGIN MARK SCHEME\n(.*?)### END MARK SCHEME", re.DOTALL)
ITEM = re.compile(r"[-*] (\d+(?:\.\d+)?) points?: (.*)")
HEADING = re.compile(r"\*\*(.+?)\*\*\s*$")
EACH = re.compile(r"\((\d+(?:\.\d+)?) points each, (\d+(?:\.\d+)?) in all\)")
POINTS = re.compile(r"\s*\(\d+(?:\.\d+)? points?(?: each, \d+(?:\.\d+)? in all)?\)")


@dataclass(frozen=True)
class MarkSchemeItem:
    """group: the heading above it, "" if there is none"""

    group: str
    points: float
    sentence: str


def mark_scheme_items(assignment: Assignment, cell: str) -> list[MarkSchemeItem]:
    """The items of the mark scheme of a written question; empty where it has none."""
    for one in assignment.source.cells:
        if one.metadata.get("nbgrader", {}).get("grade_id") == cell:
            found = SCHEME.search(one.source)
            return items_in(found[1]) if found else []
    return []


def items_in(scheme: str) -> list[MarkSchemeItem]:
    """The items in the text of a mark scheme."""
    groups: list[tuple[str, list[MarkSchemeItem]]] = [("", [])]
    for line in scheme.splitlines():
        if heading := HEADING.match(line.strip()):
            groups.append((heading[1], []))
        elif item := ITEM.match(line):
            title = POINTS.sub("", groups[-1][0]).strip()
            groups[-1][1].append(MarkSchemeItem(title, float(item[1]), item[2]))
        elif line.startswith("  ") and groups[-1][1]:  # the sentence goes on
            last = groups[-1][1].pop()
            sentence = f"{last.sentence} {line.strip()}"
            groups[-1][1].append(MarkSchemeItem(last.group, last.points, sentence))
    return [item for heading, items in groups for item in _repeated(heading, items)]


def _repeated(heading: str, items: list[MarkSchemeItem]) -> list[MarkSchemeItem]:
    each = EACH.search(heading)
    times = round(float(each[2]) / float(each[1])) if each and float(each[1]) else 1
    if times <= 1:
        return items
    return [
        MarkSchemeItem(f"{item.group}: {number} of {times}", item.points, item.sentence)
        for number in range(1, times + 1)
        for item in items
    ]
