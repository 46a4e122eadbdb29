"""The hub container's first process: joins the group of the Docker socket, gives up root, becomes
JupyterHub.

Which group owns the socket differs from machine to machine, so it cannot be written into the image.
"""

import os
import sys

from kireji.course import settings
from kireji.course.layout import find_course
from kireji.errors import KirejiError
from kireji.hub import service_lock
from kireji.hub.compose import engine, keys, sign_in
from kireji.hub.compose.bad_settings import wait_for_other_settings
from kireji.installation import HUB_CONFIG

SOCKET = "/var/run/docker.sock"
ACCOUNT = 1000


def main() -> None:
    """Replace this process by JupyterHub."""
    try:
        settings.load()
        course = find_course()
        sign_in.check(course)
        engine.check(SOCKET)
    except KirejiError as error:
        wait_for_other_settings("hub", error)
    if os.getuid() == 0:
        os.setgroups([os.stat(SOCKET).st_gid])
        os.setgid(ACCOUNT)
        os.setuid(ACCOUNT)
    os.umask(0o077)
    service_lock.hold(course.hub_lock)
    for key in (keys.door, keys.course_service):
        keys.make(key(course))
    proxy_key = keys.make(keys.proxy(course))
    os.environ |= {"HOME": str(course.hub), "CONFIGPROXY_AUTH_TOKEN": proxy_key}
    os.chdir(course.hub)
    config = HUB_CONFIG / "compose" / "jupyterhub_config.py"
    os.execv(sys.executable, [sys.executable, "-P", "-m", "jupyterhub", "--config", str(config)])


if __name__ == "__main__":
    main()
