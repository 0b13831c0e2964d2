"""Real servers, started below a directory of the test and ended with all their workers."""

import contextlib
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

import pytest

from tests.vantages import Hand
from why502 import host, servers
from why502.discover import shelf
from why502.vantage.local import Local
from why502.vantage.looking import Looker

VENV = Path(sys.executable).parent
APP = """
def app(environ, start):
    start("200 OK", [])
    return [b"x"]

async def asgi(scope, receive, send): ...
"""


def free_port():
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return made.getsockname()[1]


def answers(address):
    family = socket.AF_UNIX if isinstance(address, str) else socket.AF_INET
    with socket.socket(family) as made:
        return made.connect_ex(address) == 0


@contextlib.contextmanager
def program(command, directory, ready=None):
    """Run until the end of the block; wait until `ready` takes connections, or, without it, until the program ends."""
    (directory / "app.py").write_text(APP)
    with (directory / "out.log").open("ab") as out:
        child = subprocess.Popen(command, cwd=directory, stdout=out, stderr=out, start_new_session=True)
    try:
        for _ in range(200):
            if ready is not None and answers(ready):
                break
            with contextlib.suppress(subprocess.TimeoutExpired):
                child.wait(0.05)
                break
        else:
            pytest.fail(f"{command[0]} did not start: {(directory / 'out.log').read_text()[-500:]}")
        yield child
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child.pid, signal.SIGKILL)
        child.wait(10)


def hand():
    return Hand(Local(), [*shelf(host, Looker), *shelf(servers, Looker)])


def needs(path):
    if not Path(path).exists():
        pytest.skip(f"{path} is not installed")
    return str(path)
