"""`python -m kireji.doctor`: what `./kireji doctor` runs. Standard library only, so that it also
answers where the set-up fails."""

import sys
from collections.abc import Iterator

from kireji.course.layout import find_course
from kireji.course.settings import SettingsError, value
from kireji.doctor import course, engine, hub, machine, setup, wall
from kireji.doctor.finding import Finding, State, bad
from kireji.version import version


def examine() -> Iterator[Finding]:
    """Every finding. An examination that fails is a finding as well."""
    for subject, findings in _examinations():
        try:
            yield from findings
        except Exception as error:  # the rest of the page is worth having
            yield bad(subject, f"it could not be looked at ({error})", "Report this as a fault.")


def _examinations() -> Iterator[tuple[str, Iterator[Finding]]]:
    try:
        sockets = value("sandbox_sockets")
    except SettingsError:  # the course's own examination tells
        sockets = None
    here = find_course()
    yield "machine", machine.examine(here.root)
    yield "set-up", setup.examine()
    if setup.is_done():
        yield "wall", wall.examine(sockets)
    yield "course", course.examine(here)
    if not sockets:
        yield "hub", hub.examine(here.hub_lock)
        yield "engine", engine.examine(here.root)


def page(findings: list[Finding]) -> str:
    """All findings as text, the verdict last."""
    width = max(len(finding.subject) for finding in findings)
    wrong = sum(finding.state is State.BAD for finding in findings)
    strange = sum(finding.state is State.ODD for finding in findings)
    verdict = "Nothing is wrong."
    if wrong:
        verdict = f"{wrong} wrong: each arrow says what to do."
    elif strange:
        verdict = f"Nothing is wrong; {strange} could be better."
    lines = [f"Kireji {version()}", "", *(finding.line(width) for finding in findings)]
    return "\n".join([*lines, "", verdict])


def main() -> int:
    """Print the page; exit status."""
    findings = list(examine())
    print(page(findings))
    return any(finding.state is State.BAD for finding in findings)


if __name__ == "__main__":
    sys.exit(main())
