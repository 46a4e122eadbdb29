"""What may pass the door in the headers of requests and responses."""

from collections.abc import Iterable, Iterator

# Cookies that say who somebody is to the hub, the door or the course service.
RESERVED = ("jupyterhub-", "service-", "kireji-")
OWN = "jupyterhub-user-"  # the cookie of a student's server itself
PREFIXES = ("__host-", "__secure-")  # a cookie may carry one of these before its name

# Between two programs only: RFC 9110, section 7.6.1. The door adds its own.
HOP_BY_HOP = {
    "connection",
    "expect",
    "keep-alive",
    "proxy-authenticate",
    "proxy-authorization",
    "proxy-connection",
    "te",
    "trailer",
    "transfer-encoding",
    "upgrade",
}
# What a response says about the whole host, beyond the pages of this server.
HOST_WIDE = {
    "accept-ch",
    "alt-svc",
    "clear-site-data",
    "critical-ch",
    "expect-ct",
    "nel",
    "origin-agent-cluster",
    "public-key-pins",
    "report-to",
    "reporting-endpoints",
    "service-worker-allowed",
    "set-login",
    "strict-transport-security",
}
COOKIE_ATTRIBUTES = {"expires", "max-age", "httponly", "secure", "samesite", "partitioned"}


def is_reserved(cookie: str) -> bool:
    """Return whether a student's server may neither receive nor set a cookie of this name."""
    name = cookie.strip().lower()
    for prefix in PREFIXES:
        name = name.removeprefix(prefix)
    return name.startswith(RESERVED) and not name.startswith(OWN)


def cookies_for_server(header: str) -> str:
    """Return a Cookie header without the cookies of the hub, the door and the course service."""
    pairs = (pair.strip() for pair in header.split(";"))
    return "; ".join(pair for pair in pairs if pair and not is_reserved(pair.partition("=")[0]))


def cookie_from_server(header: str, path: str) -> str | None:
    """Return a Set-Cookie header that holds below `path` on this host only, or None.

    Without this a server could set cookies for other servers, for the hub or for other hosts."""
    pair, *attributes = (part.strip() for part in header.split(";"))
    name = pair.partition("=")[0].strip()
    # `__Host-` demands the path `/`, and a cookie without a name can pass for any other
    if not name or "=" not in pair or is_reserved(name) or name.lower().startswith("__host-"):
        return None
    kept = [part for part in attributes if part.partition("=")[0].lower() in COOKIE_ATTRIBUTES]
    wanted = [part.partition("=")[2] for part in attributes if part.lower().startswith("path=")]
    inside = wanted and (wanted[-1] + "/").startswith(path) and ".." not in wanted[-1]
    return "; ".join([pair, *kept, f"Path={wanted[-1] if inside else path}"])


def request_to_server(headers: dict[str, str]) -> dict[str, str]:
    """Return the headers of a browser's request as a student's server gets them."""
    dropped = HOP_BY_HOP | {
        name.strip().lower()
        for key, value in headers.items()
        if key.lower() == "connection"
        for name in value.split(",")
    }
    kept = {key: value for key, value in headers.items() if key.lower() not in dropped}
    for key in [key for key in kept if key.lower() == "cookie"]:
        kept[key] = cookies_for_server(kept[key])
        if not kept[key]:
            del kept[key]
    return kept


def response_from_server(
    headers: Iterable[tuple[str, str]], path: str
) -> Iterator[tuple[str, str]]:
    """Yield the headers of a response as the owner's browser gets them; `path` is the server's."""
    for name, value in headers:
        key = name.lower()
        if key in HOP_BY_HOP or key in HOST_WIDE or key == "cache-control":
            continue
        if key == "set-cookie":
            cookie = cookie_from_server(value, path)
            if cookie is not None:
                yield name, cookie
        else:
            yield name, value
    # Another person may use the same browser: it must ask the door again before it shows a page
    # that it has kept.
    yield "Cache-Control", "private, no-cache"
