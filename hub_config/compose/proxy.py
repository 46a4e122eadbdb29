"""The proxy container's program: waits for the key that the hub makes, then serves
configurable-http-proxy.

Its own command line knows no certificates, so the parts are put together here: with a certificate
the door speaks HTTPS.
"""

import os
import ssl
import sys
import time
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

KEY = Path("/srv/kireji/var/keys/proxy/key")
TLS = Path("/srv/kireji/tls")  # mounted
DOOR, ADMINISTRATION = 8000, 8001  # for browsers; for the hub, which has the key
# The formgrader answers a request to grade when it has graded, which takes longer than the usual 20
# seconds.
PROXY_SECONDS = 60 * 60


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


def door() -> type:
    """The handler of what browsers ask. Made here, since a look at the health needs none of the
    libraries."""
    from configurable_http_proxy.handlers import ProxyHandler

    class Door(ProxyHandler):
        """As the library's, but addresses pass as browsers write them, and what came by HTTPS sets
        cookies for HTTPS alone."""

        async def get_target_url(self, path):
            """The library escapes the @ in `/user/alice@uni.example/`, which Jupyter Server then
            does not know."""
            url = await super().get_target_url(path)
            return url and urlsplit(url)._replace(path=self.request.path).geturl()

        def add_header(self, name, value):
            by_https = (
                self.request.protocol,
                self.request.headers.get("x-forwarded-proto", "").split(",")[0].strip(),
            )
            if (
                name.lower() == "set-cookie"
                and "https" in by_https
                and "; secure" not in value.lower()
            ):
                value += "; Secure"
            super().add_header(name, value)

    return Door


def serve() -> None:
    """Until the container ends."""
    from configurable_http_proxy.configproxy import PythonProxy
    from tornado.httpserver import HTTPServer
    from tornado.ioloop import IOLoop
    from tornado.web import Application

    context = certificate()
    # The hub makes its cookies and addresses by what browsers speak. Some of it believes x-scheme,
    # some x-forwarded-proto, to which the proxy adds what it takes itself to speak; there the first
    # value counts.
    headers = {"x-scheme": "https", "x-forwarded-proto": "https"} if context else {}
    proxy = PythonProxy(
        {"auth_token": KEY.read_text(), "proxy_timeout": PROXY_SECONDS, "custom_headers": headers}
    )
    HTTPServer(Application([(r"/(.*)", door(), {"proxy": proxy})]), ssl_options=context).listen(
        DOOR, "0.0.0.0"
    )
    HTTPServer(proxy.api_app).listen(ADMINISTRATION, "0.0.0.0")
    print(f"proxy: the door speaks {'HTTPS' if context else 'HTTP'}", flush=True)
    IOLoop.current().start()


if __name__ == "__main__":
    if sys.argv[1:] == ["health"]:
        sys.exit(not answers())
    while not KEY.exists():
        time.sleep(0.2)
    serve()
