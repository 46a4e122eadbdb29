"""What the door says in place of a server: one sentence, and a way home."""

from dataclasses import dataclass
from html import escape
from typing import ClassVar

TEMPLATE = """<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>{title}</title>
<style>
  body {{ margin: 0; min-height: 100vh; display: grid; place-items: center;
         font: 16px/1.5 system-ui, sans-serif; color: #1f2430; background: #f6f2ea; }}
  main {{ max-width: 30rem; margin: 1rem; padding: 2rem; background: #fffdf9;
         border: 1px solid #e2dccf; border-radius: 14px; }}
  h1 {{ margin: 0 0 .75rem; font: 600 1.6rem/1.3 "Palatino Linotype", Palatino, Georgia, serif; }}
  p {{ margin: 0 0 1.5rem; overflow-wrap: anywhere; }}
  a {{ display: inline-block; padding: .55rem 1.1rem; border-radius: 8px;
      background: #2b4a8b; color: #fff; text-decoration: none; }}
  a:focus-visible {{ outline: 3px solid #2b4a8b; outline-offset: 2px; }}
  @media (prefers-color-scheme: dark) {{
    body {{ color: #e9e6df; background: #14161c; }}
    main {{ background: #1b1e26; border-color: #2e323d; }}
    a {{ background: #a9bdec; color: #14161c; }}
    a:focus-visible {{ outline-color: #a9bdec; }}
  }}
</style>
<main>
  <h1>{title}</h1>
  <p>{sentence}</p>
  <a href="{home}">Go to your home page</a>
</main>
</html>
"""


@dataclass(frozen=True)
class Page:
    """An answer of the door's own."""

    status: int
    title: str
    text: str  # {owner}: the server's owner

    POLICY: ClassVar[str] = (
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; "
        "frame-ancestors 'none'"
    )

    def sentence(self, owner: str) -> str:
        """Return the page's sentence as text."""
        return self.text.format(owner=owner)

    def html(self, owner: str, home: str) -> str:
        """Return the whole page; `home` is the address of the way home."""
        return TEMPLATE.format(
            title=escape(self.title), sentence=escape(self.sentence(owner)), home=escape(home)
        )


NOT_THE_OWNER = Page(
    403,
    "You cannot open this page",
    "This page is on the server of {owner}, and only {owner} can open it.",
)
NOT_LOGGED_IN = Page(403, "You are not logged in", "Log in to use the server of {owner}.")
NO_SERVICE_WORKER = Page(
    403, "No service workers here", "The server of {owner} cannot install a service worker."
)
HUB_IS_AWAY = Page(
    503,
    "The hub does not answer",
    "The hub does not answer at the moment. Wait a few seconds, then load this page again.",
)
LOG_IN_FAILED = Page(
    403, "The log-in was not completed", "Go back to the page that you wanted, and load it again."
)
