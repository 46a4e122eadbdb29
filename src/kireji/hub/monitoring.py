"""Who may read the metrics of the hub and of the desk: one service of the hub, whose key a
monitoring system such as Prometheus sends."""

from typing import Any

from kireji.course.layout import Course
from kireji.hub import door

SERVICE = "metrics"
SCOPE = "read:metrics"  # JupyterHub's own, for /hub/metrics


def service(course: Course) -> dict[str, str]:
    """The entry in JupyterHub.services; its key is made at the first start."""
    key = door.make_key(course.hub / "metrics-key")
    return {"name": SERVICE, "api_token": key.read_text()}


def role() -> dict[str, Any]:
    """The key reads numbers and nothing else."""
    return {"name": SERVICE, "services": [SERVICE], "scopes": [SCOPE]}
