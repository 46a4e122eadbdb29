"""nbgrader as a student's server sees it: the course and its exchange, and no course folder."""

import os
from pathlib import Path

from kireji_handing_in import Submit
from nbgrader.auth import JupyterHubAuthPlugin

c = get_config()

ROOT = Path(__file__).resolve().parents[2]

c.CourseDirectory.course_id = "kireji"
# Behind a wall the student's own part of the exchange is mounted there. In a container it is where
# this folder is; else the hub says where.
c.Exchange.root = os.environ.get("KIREJI_EXCHANGE", str(ROOT / "var" / "exchange"))

# Which courses a person is in: the hub's groups say it.
c.Authenticator.plugin_class = JupyterHubAuthPlugin

# Handing in over a quota is refused with a reason.
c.ExchangeFactory.submit = Submit
# nbgrader's own limit leaves a larger file out without a word, so it stands above that quota.
c.CourseDirectory.max_file_size = 1024 * 1024  # kB

# Not handed in: models that attention_lab keeps when a later training did worse.
c.CourseDirectory.ignore = [
    ".ipynb_checkpoints",
    "*.pyc",
    "__pycache__",
    "feedback",
    "*.earlier.safetensors",
]
