"""Sends the desk's forms as a browser does."""

import re
from typing import Any

from httpx2 import Response
from starlette.testclient import TestClient

from kireji.hub.desk_service import PREFIX


def csrf(client: TestClient) -> str:
    """The token that the pages of this session put into their forms."""
    return re.findall(r'name="csrf" value="([^"]*)"', client.get(PREFIX).text)[0]


def post(
    client: TestClient, path: str, data: dict[str, Any] | None = None, **options: Any
) -> Response:
    """Send a form of the desk to `path` below its address."""
    return client.post(PREFIX + path, data={"csrf": csrf(client)} | (data or {}), **options)
