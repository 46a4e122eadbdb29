"""The course container's first process: makes what the course needs, releases what is new, becomes
the formgrader's server."""

import os
import sys

from kireji.course import settings
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.hub import service_lock
from kireji.hub.compose import grade_on_submit, keys
from kireji.hub.compose.bad_settings import wait_for_other_settings
from kireji.hub.compose.service import NAME, PORT, PREFIX, instructors, roster
from kireji.nbgrader_plugins import release
from kireji.nbgrader_plugins.folder_transaction import refuse_half_a_restore
from kireji.paths import COURSE_LOCK, DOWNLOADS, GRADEBOOK, HUB_CONFIG, ROOT, VAR
from kireji.setup.course import set_up_course

STATE = VAR / "course"
FETCHED = ROOT / "downloads"  # made with the image


def prepare() -> None:
    """The sentences, the released notebooks, the exchange's folders. Done once; later only what
    changed."""
    for name in ("submitted", "autograded", "feedback", "jupyter"):
        (STATE / name).mkdir(parents=True, exist_ok=True)
    DOWNLOADS.mkdir(parents=True, exist_ok=True)
    for archive in FETCHED.iterdir():
        link = DOWNLOADS / archive.name
        link.unlink(missing_ok=True)
        link.symlink_to(archive)
    refuse_half_a_restore()
    set_up_course(find_course())
    release.prepare_exchange()
    if names := release.release_what_is_due(ROOT):
        print("Released to the students:", ", ".join(names), flush=True)
    if people := roster():
        from kireji.nbgrader_plugins.enrol import enter  # here: nbgrader takes seconds to import

        changed = ", ".join(enter(people, f"sqlite:///{GRADEBOOK}"))
        if changed:
            find_course().audit.record("took in the roster", changed, by="settings and roster")
        print(
            f"The roster names {len(people)} people; new or changed in the gradebook: "
            f"{changed or 'nobody'}",
            flush=True,
        )


def environment(token: str) -> dict[str, str]:
    """What JupyterHub tells a service that it starts itself; this one it does not start."""
    access = f"access:services!service={NAME}"
    return {
        "HOME": str(STATE),
        "USER": instructors()[0],
        "JUPYTERHUB_USER": instructors()[0],
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
            f"JUPYTER_{kind}_DIR": str(STATE / "jupyter" / kind.lower())
            for kind in ("CONFIG", "DATA", "RUNTIME")
        },
        "IPYTHONDIR": str(STATE / "jupyter" / "ipython"),
    }


def main() -> int:
    """Replace this process by the server; 1 with a sentence if there is nothing to serve."""
    try:
        settings.load()
    except KirejiError as error:
        wait_for_other_settings("course", error)
    service_lock.hold(COURSE_LOCK)
    try:
        prepare()
        token = keys.wait_for(keys.COURSE)
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    grade_on_submit.start(os.environ | {"HOME": str(STATE)})
    os.execve(
        sys.executable,
        [sys.executable, "-P", "-m", "jupyterhub.singleuser"],
        os.environ | environment(token),
    )
    return None


if __name__ == "__main__":
    sys.exit(main())
