"""nbgrader's configuration for the course: the repository is its course directory. Facts and
assembly, no logic."""

from kireji import paths, unfinished
from kireji.exchange.collect import Collect
from kireji.exchange.release_feedback import ReleaseFeedback
from kireji.feedback import configure as feedback
from kireji.feedback.sanitise_outputs import SanitiseOutputs
from kireji.grading import preprocessors as grading
from kireji.grading.recording import RecordReport

c = get_config()

c.CourseDirectory.root = str(paths.ROOT)
c.CourseDirectory.course_id = paths.COURSE_ID
c.Exchange.root = str(paths.EXCHANGE)

# Each student submits into a folder of their own and is given feedback in another: see
# kireji/exchange.
c.ExchangeFactory.collect = Collect
c.ExchangeFactory.release_feedback = ReleaseFeedback

# A paired script or a note beside a source notebook would carry the solution into release/.
# timestamp.txt: nbgrader copies it first, so that a folder cut short by a kill seems finished;
# `unfinished` writes it last.
c.CourseDirectory.ignore = [".*", "__pycache__", "*.pyc", "*.py", "*.md", unfinished.TIMESTAMP]
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}

# Intake: refused files go aside before nbgrader copies anything, and a notebook in any state
# becomes a sound one. nbgrader's two passes over a notebook begin with an empty one, so that the
# first, which would mend what was submitted, costs nothing.
c.Autograde.pre_convert_hook = grading.begin_grading(c)
c.Autograde.post_convert_hook = c.GenerateFeedback.post_convert_hook = unfinished.finish
c.GenerateFeedback.pre_convert_hook = unfinished.begin
c.Autograde.exporter_class = grading.SubmissionExporter
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    grading.JudgeSubmission,  # runs it in the sandbox and asks the hidden tests: the report
    SanitiseOutputs,  # before anybody sees them: text and re-encoded pictures only
    RecordReport,  # the report's scores and the penalty for being late into the gradebook
]

feedback.configure(c)

# What is graded the moment it arrives, how often, and which attempt counts.
load_subconfig("hub_config/grade_on_submit.py")
