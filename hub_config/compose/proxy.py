"""The proxy container's first process: waits for the key that the hub makes, then becomes configurable-http-proxy."""

import os
import ssl
import sys
import time
import urllib.request
from pathlib import Path

KEY = Path("/srv/kireji/var/keys/proxy/key")
TLS = Path("/srv/kireji/tls")           # mounted; with a certificate in it, the proxy speaks HTTPS


def answers() -> bool:
    """Whether the proxy answers on its own port."""
    context = ssl._create_unverified_context() if (TLS / "cert.pem").exists() else None     # loopback, our own
    address = f"http{'s' if context else ''}://127.0.0.1:8000/_chp_healthz"
    return urllib.request.urlopen(address, timeout=5, context=context).status == 200


if sys.argv[1:] == ["health"]:
    sys.exit(not answers())
while not KEY.exists():
    time.sleep(0.2)
options = ["--ip", "0.0.0.0", "--port", "8000", "--api-ip", "0.0.0.0", "--api-port", "8001",
           # The formgrader answers a request to grade when it has graded, which takes longer than the usual 20 seconds.
           "--proxy-timeout", str(60 * 60 * 1000)]
if (TLS / "cert.pem").exists():
    options += ["--ssl-cert", str(TLS / "cert.pem"), "--ssl-key", str(TLS / "key.pem")]
program = str(Path(sys.executable).with_name("configurable-http-proxy"))
os.execve(program, [program, *options], os.environ | {"CONFIGPROXY_AUTH_TOKEN": KEY.read_text()})
