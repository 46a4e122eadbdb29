"""The proxy container's program: waits for the keys that the hub makes, then serves the proxy with
the door in it, which forwards requests to a student's server for its owner alone.

With a certificate it speaks HTTPS.
"""

import asyncio
import os
import ssl
import sys
import time
import urllib.request
from pathlib import Path

KEY = Path("/srv/kireji/var/keys/proxy/key")
DOOR_KEY = KEY.with_name("door")
HUB_API = "http://hub:8081/hub/api"
TLS = Path("/srv/kireji/tls")  # mounted
DOOR, ADMINISTRATION = 8000, 8001  # for browsers; for the hub, which has the key


def has_certificate() -> bool:
    try:
        return (TLS / "cert.pem").exists()
    except PermissionError:
        sys.exit(
            "The folder with cert.pem and key.pem (KIREJI_TLS) may not be entered by uid"
            f" {os.getuid()}: chmod it."
        )


def answers() -> bool:
    """Whether the proxy answers at its door."""
    context = ssl._create_unverified_context() if has_certificate() else None  # loopback, our own
    address = f"http{'s' if context else ''}://127.0.0.1:{DOOR}/_chp_healthz"
    return urllib.request.urlopen(address, timeout=5, context=context).status == 200


def certificate() -> ssl.SSLContext | None:
    if not has_certificate():
        return None
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    try:
        context.load_cert_chain(TLS / "cert.pem", TLS / "key.pem")
    except OSError as error:  # ssl.SSLError is one
        sys.exit(
            f"The certificate cannot be used ({error}). cert.pem and key.pem must belong together,"
            f" and be readable for uid {os.getuid()}."
        )
    return context


def serve() -> None:
    """Answer until the container ends."""
    from configurable_http_proxy.configproxy import PythonProxy

    from kireji.course import settings
    from kireji.hub.door.serve import PROXY_SECONDS, run

    context, subdomain_host = certificate(), settings.value("subdomain_host")
    # The hub makes its cookies and addresses by what browsers speak. Some of it believes x-scheme,
    # some x-forwarded-proto, to which the proxy adds what it takes itself to speak; there the first
    # value counts.
    headers = {"x-scheme": "https", "x-forwarded-proto": "https"} if context else {}
    proxy = PythonProxy(
        {
            "auth_token": KEY.read_text(),
            "proxy_timeout": PROXY_SECONDS,
            "custom_headers": headers,
            "host_routing": bool(subdomain_host),
        }
    )
    print(f"proxy: the door speaks {'HTTPS' if context else 'HTTP'}", flush=True)
    hub = (DOOR_KEY.read_text(), HUB_API, subdomain_host)
    where, administration = ("0.0.0.0", DOOR), ("0.0.0.0", ADMINISTRATION)
    asyncio.run(run(proxy, hub, where, administration, certificate=context))


if __name__ == "__main__":
    if sys.argv[1:] == ["health"]:
        sys.exit(not answers())
    while not (KEY.exists() and DOOR_KEY.exists()):
        time.sleep(0.2)
    serve()
