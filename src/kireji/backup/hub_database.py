"""What a saved hub database says of running servers is wrong after a restore."""

import sqlite3
from contextlib import closing
from pathlib import Path

NAME = "jupyterhub.sqlite"
# A server's own token, and those of the browsers that use it.
TOKENS = "note LIKE 'Server at %' OR client_id LIKE 'jupyterhub-user-%'"


def clear_what_ran(database: Path) -> None:
    """Have the hub's database name no running server, so that the hub looks for none: the server of
    that name may be another deployment's."""
    if not database.is_file() or database.is_symlink():
        return
    with closing(sqlite3.connect(database)) as hub, hub:
        tables = {name for (name,) in hub.execute("SELECT name FROM sqlite_master")}
        if "spawners" in tables:
            hub.execute(
                "DELETE FROM servers WHERE id IN"
                " (SELECT server_id FROM spawners WHERE server_id IS NOT NULL)"
            )
            hub.execute("UPDATE spawners SET server_id = NULL, started = NULL, state = NULL")
        if "api_tokens" in tables:
            hub.execute(f"DELETE FROM api_tokens WHERE {TOKENS}")
