"""A real nginx with a configuration of any size, in a directory of its own, gone when its `with` block ends."""

import contextlib
import os
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

NGINX = "/usr/sbin:/usr/bin:/usr/local/sbin"
UP_WITHIN = 20.0
MODULES = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def free_port() -> int:
    """Return a port of loopback that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@contextlib.contextmanager
def gateway(http: str, port: int) -> Iterator[Path]:
    """Run nginx with this content of `http {}`; ready when `port` takes connections. Gives its directory."""
    program = shutil.which("nginx", path=NGINX)
    if program is None:
        raise SystemExit("bench: nginx is not installed (make setup)")
    base = Path(tempfile.mkdtemp(prefix="why502-bench-"))
    base.chmod(0o755)
    temporary = "".join(f"{name}_temp_path {base}/{name};\n" for name in MODULES)
    user = "user nobody nogroup;\n" if os.geteuid() == 0 else ""
    config = base / "nginx.conf"
    config.write_text(
        f"{user}daemon off;\npid {base}/pid;\nerror_log {base}/error.log;\nworker_processes 1;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\naccess_log {base}/access.log;\n{temporary}{http}\n}}\n"
    )
    command = [program, "-p", str(base), "-e", f"{base}/error.log", "-c", str(config)]
    with (base / "out").open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        _await(port, running, base)
        yield base
    finally:
        running.terminate()
        try:
            running.wait(5)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()
        shutil.rmtree(base, ignore_errors=True)


def _await(port: int, running: "subprocess.Popen[bytes]", base: Path) -> None:
    ends = time.monotonic() + UP_WITHIN
    while running.poll() is None and time.monotonic() < ends:
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        time.sleep(0.02)
    raise SystemExit(f"bench: nginx did not start: {(base / 'out').read_text()}")


@contextlib.contextmanager
def full_queue() -> Iterator[int]:
    """Listen and never accept, with a queue that is full: the kernel drops every further SYN. Gives the port."""
    with contextlib.ExitStack() as ending:
        listening = ending.enter_context(socket.socket())
        listening.bind(("127.0.0.1", 0))
        listening.listen(1)
        address = listening.getsockname()
        for _ in range(6):
            waiting = ending.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(address)
        yield address[1]


@contextlib.contextmanager
def silent() -> Iterator[int]:
    """Take connections and never answer. Gives the port."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(128)
        yield listening.getsockname()[1]
