"""Where things lie. The repository root is nbgrader's course directory; everything made at run time
is in `var/`."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
COURSE_ID = "kireji"

SOURCE = ROOT / "source"
RELEASE = ROOT / "release"
GRADERS = ROOT / "graders"
SUBMITTED = ROOT / "submitted"
AUTOGRADED = ROOT / "autograded"
FEEDBACK = ROOT / "feedback"
GRADEBOOK = ROOT / "gradebook.db"
LAB = ROOT / "lab"
LESSONS = ROOT / "code"
DOCS = ROOT / "docs"
HUB_CONFIG = ROOT / "hub_config"

VAR = ROOT / "var"
SECRET = VAR / "secret"  # salt of the held-out split, seed of the hidden tests' inputs
DATA = VAR / "data"
DOWNLOADS = DATA / "downloads"
LAB_DATA = DATA / "lab"  # what students get
HELD_OUT = DATA / "held_out"  # what only the graders get
EXCHANGE = VAR / "exchange"
RESTORED_TIMES = VAR / "restored-times.json"  # when submissions came that a backup brought here
UNFINISHED_RESTORE = VAR / "unfinished-restore"  # there while a restore puts things in their places
HUB = VAR / "hub"
HUB_LOCK = HUB / "up.lock"  # held while the hub runs
# held while the course service of the compose deployment runs
COURSE_LOCK = VAR / "course" / "up.lock"
ROSTER = ROOT / "roster" / "roster.csv"  # the class; in the compose deployment alone
HOMES = VAR / "homes"
STUDENT_DOCS = VAR / "docs"  # of docs/ what students need; made anew by whatever shows it
DEMO = VAR / "demo"
ARTEFACTS = VAR / "artefacts"
