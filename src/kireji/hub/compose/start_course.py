"""The course container's first process: makes what the course needs, releases what is new, becomes
the formgrader's server."""

import os
import sys
from pathlib import Path

from kireji.course import settings
from kireji.course.layout import Course, find_course
from kireji.errors import KirejiError
from kireji.hub import service_lock
from kireji.hub.compose import grade_on_submit, keys
from kireji.hub.compose.bad_settings import wait_for_other_settings
from kireji.hub.compose.service import NAME, PORT, PREFIX, instructors, roster
from kireji.installation import HUB_CONFIG
from kireji.nbgrader_plugins import release
from kireji.nbgrader_plugins.folder_transaction import refuse_half_a_restore
from kireji.setup.course import set_up_course

FETCHED = "downloads"  # in the course's folder, made with the image


def state_of(course: Course) -> Path:
    """Where the service keeps what it makes."""
    return course.var / "course"


def prepare(course: Course) -> None:
    """The sentences, the released notebooks, the exchange's folders. Done once; later only what
    changed."""
    for name in ("submitted", "autograded", "feedback", "jupyter"):
        (state_of(course) / name).mkdir(parents=True, exist_ok=True)
    course.downloads.mkdir(parents=True, exist_ok=True)
    for archive in (course.root / FETCHED).iterdir():
        link = course.downloads / archive.name
        link.unlink(missing_ok=True)
        link.symlink_to(archive)
    refuse_half_a_restore(course)
    set_up_course(course)
    release.prepare_exchange(course)
    if names := release.release_what_is_due(course):
        print("Released to the students:", ", ".join(names), flush=True)
    if people := roster(course):
        from kireji.nbgrader_plugins.enrol import enter  # here: nbgrader takes seconds to import

        changed = ", ".join(enter(people, f"sqlite:///{course.gradebook}"))
        if changed:
            course.audit.record("took in the roster", changed, by="settings and roster")
        print(
            f"The roster names {len(people)} people; new or changed in the gradebook: "
            f"{changed or 'nobody'}",
            flush=True,
        )


def environment(course: Course, token: str) -> dict[str, str]:
    """What JupyterHub tells a service that it starts itself; this one it does not start."""
    access = f"access:services!service={NAME}"
    return {
        "HOME": str(state_of(course)),
        "USER": instructors(course)[0],
        "JUPYTERHUB_USER": instructors(course)[0],
        "JUPYTERHUB_SERVICE_NAME": NAME,
        "JUPYTERHUB_CLIENT_ID": f"service-{NAME}",
        "JUPYTERHUB_API_TOKEN": token,
        "JUPYTERHUB_API_URL": "http://hub:8081/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_HOST": settings.value("subdomain_host"),
        "JUPYTERHUB_SERVICE_PREFIX": PREFIX,
        "JUPYTERHUB_SERVICE_URL": f"http://0.0.0.0:{PORT}{PREFIX}",
        "JUPYTERHUB_OAUTH_CALLBACK_URL": f"{PREFIX}oauth_callback",
        "JUPYTERHUB_OAUTH_ACCESS_SCOPES": f'["{access}"]',
        "JUPYTERHUB_OAUTH_SCOPES": f'["{access}"]',
        "JUPYTERHUB_OAUTH_CLIENT_ALLOWED_SCOPES": "[]",
        "JUPYTER_CONFIG_PATH": str(HUB_CONFIG / "course_service"),
        **{
            f"JUPYTER_{kind}_DIR": str(state_of(course) / "jupyter" / kind.lower())
            for kind in ("CONFIG", "DATA", "RUNTIME")
        },
        "IPYTHONDIR": str(state_of(course) / "jupyter" / "ipython"),
    }


def main() -> int:
    """Replace this process by the server; 1 with a sentence if there is nothing to serve."""
    try:
        settings.load()
    except KirejiError as error:
        wait_for_other_settings("course", error)
    course = find_course()
    service_lock.hold(course.service_lock)
    try:
        prepare(course)
        token = keys.wait_for(keys.course_service(course))
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    grade_on_submit.start(os.environ | {"HOME": str(state_of(course))})
    os.execve(
        sys.executable,
        [sys.executable, "-P", "-m", "jupyterhub.singleuser"],
        os.environ | environment(course, token),
    )
    return None


if __name__ == "__main__":
    sys.exit(main())
