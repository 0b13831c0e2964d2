"""The demo's application: a small WSGI shop. gunicorn serves it, or this file itself where gunicorn is missing."""

import os
import socket
import ssl
import sys
import time
from collections.abc import Callable, Iterable
from socketserver import BaseServer
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer

Environ = dict[str, object]
Start = Callable[[str, list[tuple[str, str]]], object]
LONGEST_SLEEP = 600.0
COOKIE_BYTES = 6000


def shop(environ: Environ, start: Start) -> Iterable[bytes]:
    """Answer `/`; `/slow/SECONDS` late, `/big` with a large head, `/crash` not at all."""
    path = str(environ.get("PATH_INFO", "/"))
    headers = [("Content-Type", "text/plain")]
    if path.startswith("/slow/"):
        time.sleep(min(float(path.removeprefix("/slow/")), LONGEST_SLEEP))
    if path == "/big":
        headers.append(("Set-Cookie", "cart=" + "x" * COOKIE_BYTES))
    if path == "/crash":
        os._exit(70)
    start("200 OK", headers)
    return [b"The shop is open.\n"]


class Quiet(WSGIRequestHandler):
    """Writes no log, and does not look up who asks."""

    def log_message(self, *_: object) -> None:
        """Say nothing."""

    def address_string(self) -> str:
        """Name nobody: a unix socket's peer has no address."""
        return ""


class Shop(WSGIServer):
    """The standard library's server, on a port of 127.0.0.1 or on a unix socket, one request at a time."""

    def __init__(self, bind: str, certificate: str | None) -> None:
        """Listen on `unix:PATH` or `127.0.0.1:PORT`, with TLS if a file with key and certificate is given."""
        path = bind.removeprefix("unix:") if bind.startswith("unix:") else None
        if path is not None:
            self.address_family = socket.AF_UNIX
        BaseServer.__init__(self, ("127.0.0.1", 0), Quiet)
        self.socket = socket.socket(self.address_family, socket.SOCK_STREAM)
        if path is not None:
            self.socket.bind(path)
        else:
            host, _, port = bind.rpartition(":")
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            self.socket.bind((host, int(port)))
        self.socket.listen(16)
        if certificate is not None:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(certificate)
            self.socket = context.wrap_socket(self.socket, server_side=True)
        self.server_name, self.server_port = "shop", 0
        self.setup_environ()
        self.set_app(shop)

    def get_request(self) -> tuple[socket.socket, tuple[str, int]]:
        """Accept; a unix socket's peer stands as nobody."""
        connection, _ = self.socket.accept()
        return connection, ("", 0)


if __name__ == "__main__":
    Shop(sys.argv[1], sys.argv[2] if len(sys.argv) > 2 else None).serve_forever()  # noqa: PLR2004
