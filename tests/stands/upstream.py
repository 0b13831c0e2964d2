"""A raw upstream in a thread: each connection plays a script of bytes, waits and endings that the test chose."""

import contextlib
import socket
import ssl
import struct
import threading
from collections.abc import Callable
from types import TracebackType
from typing import Self


class Peer:
    """One accepted connection, for the script to play on."""

    def __init__(self, connection: socket.socket, stopped: threading.Event) -> None:
        self.connection = connection
        self.stopped = stopped

    def read_head(self) -> bytes:
        """Read until a blank line, or to the end."""
        data = b""
        while b"\r\n\r\n" not in data and (more := self.read()):
            data += more
        return data

    def read(self, most: int = 65536) -> bytes:
        return self.connection.recv(most)

    def send(self, data: bytes) -> None:
        self.connection.sendall(data)

    def hold(self) -> None:
        """Say nothing more until the stand is taken down, or the peer hangs up."""
        self.connection.settimeout(0.05)
        while not self.stopped.is_set():
            with contextlib.suppress(TimeoutError):
                if not self.connection.recv(65536):
                    return

    def drip(self, data: bytes, every: float) -> None:
        """Send one byte at a time, until the stand is taken down, or the peer hangs up."""
        for byte in data:
            if self.stopped.wait(every):
                return
            self.connection.sendall(bytes((byte,)))

    def reset(self) -> None:
        """Hang up by RST."""
        self.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.connection.close()

    def secure(self, context: ssl.SSLContext) -> None:
        """Speak TLS from here on."""
        self.connection = context.wrap_socket(self.connection, server_side=True)


Script = Callable[[Peer], None]


def answering(data: bytes) -> Script:
    """Make a script that reads a request, sends these bytes and hangs up."""

    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(data)

    return play


class Upstream:
    """Listens while its `with` block runs, on 127.0.0.1 or on a unix socket; at its end all connections are gone."""

    def __init__(self, script: Script, path: str | None = None, address: str = "127.0.0.1", port: int = 0) -> None:
        self.script = script
        self.stopped = threading.Event()
        self.connections: list[socket.socket] = []
        self.threads: list[threading.Thread] = []
        self.path = path
        if path is not None:
            self.listener = socket.socket(socket.AF_UNIX)
            self.listener.bind(path)
        else:
            self.listener = socket.socket(socket.AF_INET6 if ":" in address else socket.AF_INET)
            self.listener.bind((address, port))
        self.listener.listen(64)
        self.address = address
        self.port = 0 if path is not None else int(self.listener.getsockname()[1])
        self.accepting = threading.Thread(target=self._accept, daemon=True)

    def _accept(self) -> None:
        while not self.stopped.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections.append(connection)
            thread = threading.Thread(target=self._play, args=(connection,), daemon=True)
            self.threads.append(thread)
            thread.start()

    def _play(self, connection: socket.socket) -> None:
        peer = Peer(connection, self.stopped)
        # the other side may hang up at any moment: that is what many tests are about
        with contextlib.suppress(OSError):
            self.script(peer)
        with contextlib.suppress(OSError):
            peer.connection.close()

    def __enter__(self) -> Self:
        self.accepting.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stopped.set()
        with contextlib.suppress(OSError):
            self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        self.accepting.join(5)
        for connection in self.connections:
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)
        for thread in self.threads:
            thread.join(5)
        for connection in self.connections:
            connection.close()
