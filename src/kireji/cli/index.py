"""`./kireji index`: make the index of reports again."""

import click

from kireji.cli.with_course import with_course
from kireji.course.layout import Course


@click.command()
@with_course
def index(course: Course) -> None:
    """Write the index of reports again, from the graded notebooks and the reports of earlier
    attempts that are still kept.

    The figures of the desk (hardest tests, misconceptions, distributions) come from this index. It
    is written whenever something is graded. Make it again if grading said that it could not be
    written, or after autograded/ was changed by hand. It never changes a grade.
    """
    from kireji.report_index.index import open_index
    from kireji.report_index.kept_reports import kept_reports

    reports = open_index(course)
    count = reports.rebuild(kept_reports(course, click.echo))
    attempts = "attempt" if count == 1 else "attempts"
    click.echo(f"The index of reports is written: {count} graded {attempts}.")
