"""After a form the browser is sent to a page, with a sentence about what was done."""

from urllib.parse import quote, urlencode

from starlette.responses import RedirectResponse

from kireji.hub.desk_service import PREFIX

MAX_CHARACTERS = 1000


def go(path: str, said: str) -> RedirectResponse:
    """Send the browser to `path` below the desk's address, where `said` is shown."""
    query = urlencode({"said": said[:MAX_CHARACTERS]}) if said else ""
    address = f"{PREFIX}{quote(path)}"
    return RedirectResponse(f"{address}?{query}" if query else address, status_code=303)
