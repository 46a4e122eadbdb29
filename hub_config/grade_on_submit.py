"""Grading on submit: what `./kireji watch`, and the course service if told so, do with what
arrives. See docs/howto/grade-on-submit.md."""

c = get_config()

# True: `./kireji up` watches by itself; else `./kireji watch` does, while it runs
c.GradeOnSubmit.course_service = False
# automatic feedback goes back at once; written questions wait for the instructor
c.GradeOnSubmit.release_feedback = True
c.GradeOnSubmit.attempts = 5  # of each assignment, graded at once in so many hours; 0: all
c.GradeOnSubmit.hours = 24
c.GradeOnSubmit.counts = "last"  # or "best", penalties for lateness included
