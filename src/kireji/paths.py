"""The default course's places, as constants. On its way out: take a `Course` as an argument."""

from kireji import installation
from kireji.course import layout

_course = layout.find_course()

ROOT = _course.root
COURSE_ID = layout.COURSE_ID

SOURCE = _course.source
RELEASE = _course.release
GRADERS = _course.graders
SUBMITTED = _course.submitted
AUTOGRADED = _course.autograded
FEEDBACK = _course.feedback
GRADEBOOK = _course.gradebook
LAB = installation.LAB
LESSONS = installation.LESSONS
DOCS = installation.DOCS
HUB_CONFIG = installation.HUB_CONFIG

VAR = _course.var
SECRET = _course.secret_file
DATA = _course.data
DOWNLOADS = _course.downloads
LAB_DATA = _course.lab_data
HELD_OUT = _course.held_out
EXCHANGE = _course.exchange
RESTORED_TIMES = _course.restored_times
UNFINISHED_RESTORE = _course.unfinished_restore
HUB = _course.hub
HUB_LOCK = _course.hub_lock
COURSE_LOCK = _course.service_lock
ROSTER = _course.roster
HOMES = _course.homes
STUDENT_DOCS = _course.student_docs
DEMO = _course.demo
ARTEFACTS = VAR / "artefacts"
