"""The hub's own pages (log-in, waiting, errors, accounts), in the typography and palette of the
feedback page."""

from pathlib import Path
from typing import Any

from kireji.hub import desk_service
from kireji.hub.course_service import SERVICE_NAMES

TEMPLATES = Path(__file__).parent / "templates"


def configure(c: Any, course_name: str, own_accounts: bool) -> None:
    """Set up the pages of the hub whose configuration is `c`.

    `own_accounts`: whether people sign up here, so that the hub has their passwords."""
    c.JupyterHub.template_paths = [str(TEMPLATES)]
    c.JupyterHub.template_vars = {
        "course_name": course_name,
        "own_accounts": own_accounts,
        "service_names": SERVICE_NAMES,
        "desk_address": desk_service.PREFIX,
        "may_open_desk": desk_service.may_open,  # JupyterHub calls it with the page's reader
    }
