"""The proxy with the door in it. JupyterHub starts it in the embedded hub, with the options of
configurable-http-proxy; in the compose deployment it has a container of its own."""

import argparse
import asyncio
import importlib
import os
import ssl
from pathlib import Path

from configurable_http_proxy.configproxy import PythonProxy
from tornado.httpclient import AsyncHTTPClient
from tornado.httpserver import HTTPServer
from tornado.netutil import bind_sockets

from kireji.hub.door.sockets import ServerResolver

# The formgrader answers a request to grade when it has graded, which takes longer than the usual 20
# seconds.
PROXY_SECONDS = 60 * 60
MAX_REQUESTS = 10_000  # at the same time: a server that never answers must not keep others waiting


async def run(
    proxy: PythonProxy,
    hub: tuple[str, str, str],
    where: tuple[str, int],
    administration: tuple[str, int],
    folder: Path | None = None,
    certificate: ssl.SSLContext | None = None,
) -> None:
    """Answer browsers at `where` and the hub at `administration` until the process ends.

    hub: the door's secret, the address of the hub's API, and JupyterHub.subdomain_host.
    folder: where the sockets of servers without an address are."""
    AsyncHTTPClient.configure(None, max_clients=MAX_REQUESTS)
    # JupyterHub waits ten seconds until both ports are there, and its libraries may take longer to
    # import.
    sockets = bind_sockets(where[1], where[0])
    HTTPServer(proxy.api_app).listen(administration[1], administration[0])
    handler = await asyncio.to_thread(importlib.import_module, "kireji.hub.door.handler")
    door = handler.application(proxy, handler.Identity(*hub), ServerResolver(folder=folder))
    HTTPServer(door, ssl_options=certificate).add_sockets(sockets)
    await asyncio.Event().wait()


def main() -> None:
    """Serve as JupyterHub's proxy class says."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--key", type=Path, required=True, help="file with the door's secret")
    parser.add_argument("--hub-api", required=True, help="address of the hub's API")
    parser.add_argument("--hub-host", default="", help="the setting JupyterHub.subdomain_host")
    parser.add_argument("--sockets", type=Path, help="folder of servers without an address")
    for option in ("--ip", "--api-ip", "--error-target", "--log-level"):
        parser.add_argument(option)
    for option in ("--port", "--api-port"):
        parser.add_argument(option, type=int)
    parser.add_argument("--host-routing", action="store_true")
    options = parser.parse_args()
    proxy = PythonProxy(
        {
            "auth_token": os.environ["CONFIGPROXY_AUTH_TOKEN"],
            "proxy_timeout": PROXY_SECONDS,
            "error_target": options.error_target,
            "host_routing": options.host_routing,
        }
    )
    hub = (options.key.read_text(), options.hub_api, options.hub_host)
    where, administration = (options.ip, options.port), (options.api_ip, options.api_port)
    asyncio.run(run(proxy, hub, where, administration, options.sockets))


if __name__ == "__main__":
    main()
