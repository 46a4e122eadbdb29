"""The course service: one Jupyter server, shared by the instructors, that has the course and
the formgrader."""

import os
import sys

from kireji.course import settings
from kireji.course.layout import COURSE_ID, SETTING, Course
from kireji.hub import accounts
from kireji.hub.parent_death_signal import PARENT_DEATH_SIGNAL
from kireji.installation import HUB_CONFIG

URL_PREFIX = f"/services/{COURSE_ID}/"
FORMGRADER = URL_PREFIX + "formgrader"
INSTRUCTORS = f"formgrade-{COURSE_ID}"  # groups as nbgrader's JupyterHub plugin names them
STUDENTS = f"nbgrader-{COURSE_ID}"
SERVICE_NAMES = {
    COURSE_ID: "Formgrader",
    f"{COURSE_ID}-desk": "The desk",
}  # what the hub's pages call them


def service(course: Course, port: int) -> dict:
    """The service's entry in JupyterHub.services."""
    state = course.hub / "course_service"
    return {
        "name": COURSE_ID,
        "url": f"http://127.0.0.1:{port}",
        "command": [*PARENT_DEATH_SIGNAL, sys.executable, "-P", "-m", "jupyterhub.singleuser"],
        "cwd": str(course.root),
        "timeout": 180,  # seconds to answer; the usual 30 are too few for a laptop that is busy
        "oauth_no_confirm": True,  # it is ours: no user needs to authorise it
        "display": True,
        "environment": {
            # The account's own Jupyter settings have no say in the course service.
            "JUPYTER_CONFIG_DIR": str(state / "config"),
            "JUPYTER_DATA_DIR": str(state / "data"),
            "JUPYTER_RUNTIME_DIR": str(state / "runtime"),
            "IPYTHONDIR": str(state / "ipython"),
            "JUPYTER_CONFIG_PATH": str(HUB_CONFIG / "course_service"),
            # whose courses nbgrader asks the hub for
            "JUPYTERHUB_USER": accounts.names("instructor", accounts.file_of(course))[0],
            # nbgrader calls alembic by name
            "PATH": os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]),
            "HOME": os.environ["HOME"],
            "USER": "instructor",
            "OMP_NUM_THREADS": "1",
            SETTING: str(course.root),
        },
    }


def watch(course: Course) -> list[dict]:
    """The service that grades on submit, and releases assignments at their time: without an
    address, and without any rights in the hub."""
    return [
        {
            "name": "grade-on-submit",
            "command": [
                *PARENT_DEATH_SIGNAL,
                *(sys.executable, "-P", "-m", "kireji", "watch", "--service"),
            ],
            "cwd": str(course.root),
            "display": False,
            "environment": {
                "PATH": os.pathsep.join([f"{sys.prefix}/bin", os.environ["PATH"]]),
                "HOME": os.environ["HOME"],
                "OMP_NUM_THREADS": "1",
                SETTING: str(course.root),
                settings.variable_of("grade_on_submit"): os.environ.get(
                    settings.variable_of("grade_on_submit"), ""
                ),
            },
        }
    ]


def roles() -> list[dict]:
    """Who may do what beyond JupyterHub's defaults."""
    return [
        {
            "name": "instructors",
            "groups": [INSTRUCTORS],
            "scopes": ["self", f"access:services!service={COURSE_ID}"],
        },
        # nbgrader asks the hub which courses a person is in, and enrols whom the instructor adds in
        # the formgrader.
        {
            "name": "course",
            "services": [COURSE_ID],
            "scopes": [
                "list:groups",
                f"groups!group={STUDENTS}",
                "read:users:name",
                "read:users:groups",
            ],
        },
        {
            "name": "server",
            "scopes": ["users:activity!user", "access:servers!server", "read:users!user"],
        },
    ]
