"""The desk container's first process: waits for the desk's key, then becomes the desk."""

import os
import sys

from kireji.course import settings
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.hub import desk_service
from kireji.hub.compose import keys
from kireji.hub.compose.bad_settings import wait_for_other_settings
from kireji.hub.compose.service import DESK_PORT


def environment(token: str) -> dict[str, str]:
    """What JupyterHub tells a service that it starts itself; this one it does not start."""
    return {
        "JUPYTERHUB_SERVICE_NAME": desk_service.NAME,
        "JUPYTERHUB_API_TOKEN": token,
        "JUPYTERHUB_API_URL": "http://hub:8081/hub/api",
        "JUPYTERHUB_BASE_URL": "/",
        "JUPYTERHUB_HOST": settings.value("subdomain_host"),
    }


def main() -> int:
    """Replace this process by the desk; 1 with a sentence if it has no key."""
    try:
        settings.load()
    except KirejiError as error:
        wait_for_other_settings("desk", error)
    try:
        token = keys.wait_for(keys.desk(find_course()))
    except KirejiError as error:
        print(error, file=sys.stderr)
        return 1
    command = [sys.executable, "-P", "-m", "kireji.desk"]
    os.execve(
        sys.executable,
        [*command, "--host", "0.0.0.0", "--port", str(DESK_PORT)],
        os.environ | environment(token),
    )
    return None


if __name__ == "__main__":
    sys.exit(main())
