"""A real php-fpm in the foreground with one worker, on a unix socket, gone when its `with` block ends."""

import contextlib
import os
import shutil
import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

STOP_SECONDS = 5


def program() -> str:
    """Return the newest php-fpm of this machine; skip the test where there is none."""
    found = sorted(path for folder in ("/usr/sbin", "/usr/local/sbin") for path in Path(folder).glob("php-fpm*"))
    if not found:
        pytest.skip("no php-fpm is installed")
    return shutil.which(str(found[-1])) or str(found[-1])


@contextlib.contextmanager
def php_fpm(home: Path) -> Iterator[str]:
    """Run it until the block ends; yield the path of its socket, which listens by then."""
    path = home / "fpm.sock"
    config = home / "fpm.conf"
    config.write_text(
        f"[global]\ndaemonize = no\nerror_log = {home}/fpm.log\n"
        f"[www]\nuser = {os.geteuid()}\ngroup = {os.getegid()}\nlisten = {path}\npm = static\npm.max_children = 1\n"
    )
    with (home / "fpm.out").open("wb") as out:
        running = subprocess.Popen(
            [program(), "-n", "-R", "-F", "-y", str(config)], stdout=out, stderr=out, stdin=subprocess.DEVNULL
        )
    try:
        _await(path, running, home)
        yield str(path)
    finally:
        running.terminate()
        try:
            running.wait(STOP_SECONDS)
        except subprocess.TimeoutExpired:
            running.kill()
            running.wait()


def _await(path: Path, running: "subprocess.Popen[bytes]", home: Path) -> None:
    for _ in range(500):
        with contextlib.suppress(OSError), socket.socket(socket.AF_UNIX) as probe:
            probe.connect(str(path))
            return
        with contextlib.suppress(subprocess.TimeoutExpired):
            running.wait(0.02)
            break
    pytest.fail(f"php-fpm did not start: {(home / 'fpm.out').read_text()}")
