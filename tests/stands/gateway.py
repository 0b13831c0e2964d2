"""A real nginx as it is run: a master with workers, that can be reloaded, gone when its `with` block ends."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path

import pytest

from tests.stands.nginx import binaries, free_port
from why502.demo.stand import user_directive

STOP_SECONDS = 5
UP_SECONDS = 15
TICKS_SECONDS = 0.07
WORKERS = re.compile(r"worker_processes\s+(\d+)")
TEMPORARY = ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")


def newest() -> str:
    """Return the newest nginx of this machine; skip the test where there is none."""
    found = binaries()
    if not found:
        pytest.skip("no nginx is installed")
    return found[max(found)]


def oldest() -> str:
    """Return the oldest nginx of this machine; skip the test where there is none."""
    found = binaries()
    if not found:
        pytest.skip("no nginx is installed")
    return found[min(found)]


def until(what: str, true: Callable[[], bool]) -> None:
    """Wait for a condition; fail the test if it does not come about."""
    ends = time.monotonic() + UP_SECONDS
    pause = threading.Event()
    while not true():
        if time.monotonic() > ends:
            pytest.fail(f"in vain waited for: {what}")
        pause.wait(0.01)


class Gateway:
    """A running nginx: its directory, its main file, its port and its master."""

    def __init__(self, base: Path, port: int, master: "subprocess.Popen[bytes]") -> None:
        self.base, self.port, self.master = base, port, master
        self.config = base / "nginx.conf"
        self.log = base / "error.log"

    @property
    def pid(self) -> int:
        return self.master.pid

    def workers(self) -> dict[int, str]:
        """Return the living children of the master and their titles."""
        found = {}
        for pid in Path(f"/proc/{self.pid}/task/{self.pid}/children").read_text().split():
            with contextlib.suppress(OSError):
                found[int(pid)] = Path(f"/proc/{pid}/cmdline").read_bytes().rstrip(b"\0").decode()
        return found

    def serving(self) -> set[int]:
        """Return the workers that have taken their title and are not leaving."""
        return {pid for pid, title in self.workers().items() if title == "nginx: worker process"}

    @property
    def wished(self) -> int:
        """How many workers the configuration asks for."""
        found = WORKERS.search(self.config.read_text()) if self.config.exists() else None
        return int(found[1]) if found is not None else 1

    def reload(self) -> None:
        """Let it take up its files anew, and wait until none of the workers before serves any more."""
        before = self.serving()
        os.kill(self.pid, signal.SIGHUP)
        until("other workers", lambda: len(self.serving()) >= self.wished and not self.serving() & before)

    def replace_workers(self, how: int = signal.SIGKILL) -> None:
        """End its workers one way or another, and wait for those that the master starts in their places."""
        before = self.serving()
        for pid in before:
            os.kill(pid, how)
        until("others in their places", lambda: len(self.serving()) >= len(before) and not self.serving() & before)

    def settle(self) -> None:
        """Wait until a change of a file can be told from one before the start: start times are kept in ticks."""
        started = time.time()
        until("the clock to go on", lambda: time.time() > started + TICKS_SECONDS)

    def logged(self, lines: int, name: str = "access.log") -> str:
        """Wait for so many lines, which nginx writes after its answers; return the log."""
        log = self.base / name
        until(f"{lines} lines of {name}", lambda: log.exists() and log.read_bytes().count(b"\n") >= lines)
        return log.read_text(errors="replace")

    def status(self, path: str = "/", host: str = "shop.test") -> int:
        """Ask once; 0 where no answer came."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", headers={"Host": host})
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code


def configuration(base: Path, port: int, server: str, http: str, main: str, pid: Path) -> str:
    """Write a whole configuration with one server."""
    temporary = "\n".join(f"{kind}_temp_path {base}/{kind};" for kind in TEMPORARY)
    log = "" if "error_log" in main else f"error_log {base}/error.log;"
    return (
        f"{user_directive()}\npid {pid};\n{log}\n{main}\nevents {{ worker_connections 64; }}\nhttp {{\n"
        f"{temporary}\n{'' if 'access_log' in http else f'access_log {base}/access.log;'}\n{http}\n"
        f"server {{\nlisten 127.0.0.1:{port};\nserver_name shop.test;\n{server}\n}}\n}}\n"
    )


@contextlib.contextmanager
def gateway(
    base: Path,
    server: str,
    *,
    http: str = "",
    main: str = "worker_processes 2;",
    program: str | None = None,
    arguments: Sequence[str] | None = None,
    written: str | None = None,
) -> Iterator[Gateway]:
    """Run nginx until the block ends; ready when its port answers. `{port}` in the texts is its port."""
    base.mkdir(exist_ok=True)
    port = free_port()
    config = base / (written or "nginx.conf")
    config.parent.mkdir(exist_ok=True)
    text = configuration(base, port, server, http, main, base / "nginx.pid")
    config.write_text(text.replace("{port}", str(port)))
    given = ["-c", str(config)] if arguments is None else list(arguments)
    errors = ["-e", f"{base}/error.log"] if "-e" not in given else []
    command = [program or oldest(), "-p", f"{base}/", *errors, *given]
    command += [] if "-g" in given else ["-g", "daemon off;"]
    with (base / "nginx.out").open("wb") as out:
        master = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=base)
    made = Gateway(base, port, master)
    made.config = config
    try:
        until("nginx to listen", lambda: _listens(made))
        until("its workers", lambda: len(made.serving()) >= made.wished and made.serving() == set(made.workers()))
        made.settle()
        yield made
    finally:
        master.terminate()
        try:
            master.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            for pid in [*made.workers(), master.pid]:
                with contextlib.suppress(ProcessLookupError):
                    os.kill(pid, signal.SIGKILL)
            master.wait()


def _listens(made: Gateway) -> bool:
    if made.master.poll() is not None:
        pytest.fail(f"nginx did not start: {(made.base / 'nginx.out').read_text()}")
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", made.port), 1):
        return True
    return False
