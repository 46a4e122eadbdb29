"""nbgrader's configuration for a course: one without this file is configured by the copy that comes
with Kireji. Facts and assembly, no logic."""

from kireji.course.layout import COURSE_ID, find_course
from kireji.nbgrader_plugins import feedback_templates as feedback
from kireji.nbgrader_plugins import folder_transaction
from kireji.nbgrader_plugins import judge_submission as grading
from kireji.nbgrader_plugins.accepted_files import NoteAcceptedFiles
from kireji.nbgrader_plugins.changed_cells import AddNewCells
from kireji.nbgrader_plugins.collect import Collect
from kireji.nbgrader_plugins.late_penalty import CalendarLatePenalty
from kireji.nbgrader_plugins.record_report import RecordReport
from kireji.nbgrader_plugins.release_feedback import ReleaseFeedback

c = get_config()
course = find_course()

c.CourseDirectory.root = str(course.root)
c.CourseDirectory.course_id = COURSE_ID
c.Exchange.root = str(course.exchange)

# Each student submits into a folder of their own and is given feedback in another: see
# kireji/exchange.
c.ExchangeFactory.collect = Collect
c.ExchangeFactory.release_feedback = ReleaseFeedback

# A paired script or a note beside a source notebook would carry the solution into release/.
# timestamp.txt: nbgrader copies it first, so that a folder cut short by a kill seems finished;
# `folder_transaction` writes it last.
c.CourseDirectory.ignore = [
    ".*",
    "__pycache__",
    "*.pyc",
    "*.py",
    "*.md",
    folder_transaction.TIMESTAMP,
]
c.ClearSolutions.code_stub = {"python": "raise NotImplementedError"}
c.GenerateAssignment.preprocessors.append(NoteAcceptedFiles)
# nbgrader refuses new cells where there are submissions.
c.GenerateAssignment.preprocessors.prepend([AddNewCells])

# Intake: refused files go aside before nbgrader copies anything, and a notebook in any state
# becomes a sound one. nbgrader's two passes over a notebook begin with an empty one, so that the
# first, which would mend what was submitted, costs nothing.
c.Autograde.pre_convert_hook = grading.begin_grading(c)
c.Autograde.post_convert_hook = c.GenerateFeedback.post_convert_hook = folder_transaction.finish
c.GenerateFeedback.pre_convert_hook = folder_transaction.begin
c.Autograde.exporter_class = grading.SubmissionExporter
c.Autograde.sanitize_preprocessors = []
c.Autograde.autograde_preprocessors = [
    # runs it in the sandbox and asks the hidden tests: the report; outputs as they may be shown
    grading.JudgeSubmission,
    RecordReport,  # the report's scores and the penalty for being late into the gradebook
]

# What being late costs stands in the calendar, var/calendar.toml.
c.AssignLatePenalties.plugin_class = CalendarLatePenalty

feedback.configure(c)

# What is graded the moment it arrives, how often, and which attempt counts.
load_subconfig(str(course.config("hub_config/grade_on_submit.py")))
