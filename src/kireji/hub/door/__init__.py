"""The door: trusted code between every browser and every student's server.

A student's server runs the student's code, so whatever it sends may attack the person who looks at
it. The door is a part of the proxy. It forwards a request or a websocket to a server only when the
hub says that the sender is the owner of that server.
"""

import secrets
from pathlib import Path

from kireji.files.atomic import write_whole

SERVICE = "door"  # the door's name in JupyterHub.services
CLIENT_ID = f"service-{SERVICE}"  # its OAuth client, and the name of its cookie
CALLBACK = f"/services/{SERVICE}/oauth_callback"  # answered by the door itself
SCOPE = f"access:services!service={SERVICE}"


def make_key(path: Path) -> Path:
    """Return the file with the door's secret, made if it is not there yet."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        write_whole(path, secrets.token_hex(32), mode=0o600)
    return path


def service(token: str) -> dict:
    """Return the door's entry in JupyterHub.services. `token` is also its OAuth secret."""
    return {
        "name": SERVICE,
        "api_token": token,
        "oauth_client_id": CLIENT_ID,
        "oauth_redirect_uri": CALLBACK,
        "oauth_no_confirm": True,  # it is a part of the hub: there is nothing to agree to
        "display": False,
    }


def role() -> dict:
    """Return the role of everybody with an account: JupyterHub's own, and to be asked who they are
    by the door."""
    return {"name": "user", "scopes": ["self", SCOPE]}


def host_of(name: str, domain: str, kind: str) -> str:
    """Return the host of a user or a service below `domain`, for JupyterHub.subdomain_hook.

    Every student gets a host. The course service is trusted and stays on the hub's own."""
    from jupyterhub.utils import subdomain_hook_idna

    return domain if kind == "service" else subdomain_hook_idna(name, domain, kind)
