"""The server side of the course's pages in JupyterLab: a Jupyter Server extension of students'
servers.

Mounted into students' servers by itself, so it imports nothing else of Kireji. The server is the
student's own: it can only ask. What is handed in, when, and by whom is decided where submissions
are collected.
"""

from typing import Any


def _jupyter_server_extension_points() -> list[dict[str, str]]:
    return [{"module": "kireji_course"}]


def _load_jupyter_server_extension(server: Any) -> None:
    from .handlers import add_handlers

    add_handlers(server)
