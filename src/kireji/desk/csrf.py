"""A form is only taken from a page of the desk: it sends back the token of its session."""

import hmac

from fastapi import Request

from kireji.desk.people import Person

FIELD = "csrf"
HEADER = "x-csrf-token"
SAFE = ("GET", "HEAD", "OPTIONS")


class ForgedFormError(Exception):
    """A request that changes something did not come from a page of the desk."""

    sentence = "This form is out of date. Go back, load the page again, and send it once more."


async def check(request: Request) -> None:
    """A dependency of every address. ForgedFormError where the token is missing or of another
    session."""
    person: Person = request.scope["state"]["person"]
    if request.method in SAFE or not person.csrf:  # with a hub token: no browser adds that itself
        return
    if request.headers.get("sec-fetch-site", "same-origin") not in ("same-origin", "none"):
        raise ForgedFormError
    sent = request.headers.get(HEADER, "")
    if not sent:
        form = await request.form()
        sent = str(form.get(FIELD, ""))
    if not hmac.compare_digest(sent.encode(), person.csrf.encode()):
        raise ForgedFormError
