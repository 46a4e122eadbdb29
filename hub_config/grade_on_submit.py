"""Grading on submit: what the hub and `./kireji watch` do with what arrives, where
var/calendar.toml does not say otherwise. See docs/howto/grade-on-submit.md."""

c = get_config()

# True: the hub grades what arrives by itself; else `./kireji watch` does, while no hub runs
c.GradeOnSubmit.course_service = True
# automatic feedback goes back at once; written questions wait for the instructor
c.GradeOnSubmit.release_feedback = True
c.GradeOnSubmit.attempts = 5  # of each assignment, graded at once in so many hours; 0: all
c.GradeOnSubmit.hours = 24
c.GradeOnSubmit.counts = "last"  # or "best", penalties for lateness included
