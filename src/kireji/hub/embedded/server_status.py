"""Says on a server's port whether the server is up, and forwards nothing to it.

The hub asks this port while a server starts. Any browser on this machine can ask it too.
"""

from importlib.metadata import version
from pathlib import Path

from tornado import httpclient, httpserver, web

from kireji.hub.door.sockets import ServerResolver

SECONDS = 10  # to wait for the server's answer
SENTENCE = "This port is for the hub. Open your server through the hub.\n"


class Status(web.RequestHandler):
    """Asks the server, and answers with a status of its own: 403 if the server is up, else 503."""

    def initialize(self, port: int, folder: Path) -> None:
        self.port, self.folder = port, folder

    async def get(self) -> None:
        client = httpclient.AsyncHTTPClient(
            force_instance=True, resolver=ServerResolver(folder=self.folder)
        )
        try:
            await client.fetch(
                f"http://127.0.0.1:{self.port}{self.request.path}",
                raise_error=False,
                follow_redirects=False,
                request_timeout=SECONDS,
            )
        except (OSError, httpclient.HTTPClientError):  # the latter: closed, or no answer in time
            self.set_status(503)
        else:
            self.set_status(403)
        finally:
            client.close()
        # the hub compares it with its own; both are of this installation
        self.set_header("X-JupyterHub-Version", version("jupyterhub"))
        self.set_header("Content-Type", "text/plain")
        self.finish(SENTENCE)


def serve(port: int, folder: Path) -> httpserver.HTTPServer:
    """Answer on `port` for the server with its socket in `folder`."""
    application = web.Application(
        [(r"/.*", Status, {"port": port, "folder": folder})], log_function=lambda handler: None
    )
    server = httpserver.HTTPServer(application)
    server.listen(port, "127.0.0.1")
    return server
