"""nbgrader as a student's server sees it: the course and its exchange, and no course folder."""

import os
from pathlib import Path

from nbgrader.auth import JupyterHubAuthPlugin

c = get_config()  # noqa: F821 (nbgrader defines it)

ROOT = Path(__file__).resolve().parents[2]

c.CourseDirectory.course_id = "kireji"
# Behind the wall the student's own part of the exchange is mounted there; without a wall the hub says where it is.
c.Exchange.root = os.environ.get("KIREJI_EXCHANGE", str(ROOT / "var" / "exchange"))

# Which courses a person is in: the hub's groups say it.
c.Authenticator.plugin_class = JupyterHubAuthPlugin

# A trained checkpoint is submitted with the notebook; nbgrader's default limit is meant for text.
c.CourseDirectory.max_file_size = 64 * 1024     # kB
