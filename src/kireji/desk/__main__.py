"""The desk's process. The hub starts it, or in the compose deployment its container."""

import argparse

import uvicorn
from jupyterhub.services.auth import HubOAuth

from kireji.course.layout import find_course
from kireji.desk.app import make_app
from kireji.hub import desk_service
from kireji.nbgrader_plugins.release import configuration


def main() -> None:
    """Serve the desk until it is told to end."""
    parser = argparse.ArgumentParser(prog="python -m kireji.desk", description=__doc__)
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    arguments = parser.parse_args()
    # The key and the hub's address come from the environment, as JupyterHub gives them.
    hub = HubOAuth(
        base_url=desk_service.PREFIX,
        oauth_client_id=desk_service.CLIENT_ID,
        oauth_redirect_uri=desk_service.CALLBACK,
        cache_max_age=30,  # seconds until a person who left a group is refused
    )
    course = find_course()
    uvicorn.run(
        make_app(course, configuration(course), hub),
        host=arguments.host,
        port=arguments.port,
        access_log=False,
        server_header=False,
        timeout_graceful_shutdown=3,
    )


if __name__ == "__main__":
    main()
