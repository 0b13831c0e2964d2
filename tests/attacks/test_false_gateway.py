"""Nobody leads root by the nose: what a process says of itself opens no file that its own user may not read."""

import contextlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.attacks.audit import Told, audited
from tests.stands.nginx import free_port

NOBODY = 65534
SECRET = "only-root-may-read-this-0451"
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be led to what others may not read")
LISTENING = """
import socket, sys
listening = socket.socket()
listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
listening.bind(("127.0.0.1", int(sys.argv[1])))
listening.listen(16)
print(flush=True)
while True:
    taken, _ = listening.accept()
    taken.recv(65536)
    head = b"HTTP/1.1 502 Bad Gateway\\r\\nServer: nginx/1.22.1\\r\\nConnection: close\\r\\n\\r\\n"
    taken.sendall(head + b"<center>nginx/1.22.1</center>")
    taken.close()
"""


@contextlib.contextmanager
def pretender(home: Path, config: str, port: int, program: str = "/usr/bin/python3") -> Iterator[None]:
    """A process of nobody's that calls itself an nginx master with this configuration, and answers 502."""
    script = home / "listen.py"
    script.write_text(LISTENING)
    title = f"nginx: master process {program} -c {config}"
    running = subprocess.Popen(
        [title, str(script), str(port)],
        executable=program,
        stdout=subprocess.PIPE,
        user=NOBODY,
        group=NOBODY,
        extra_groups=[],
        cwd="/",
        env={},
    )
    assert running.stdout is not None
    try:
        assert running.stdout.readline() == b"\n"
        yield
    finally:
        running.kill()
        running.wait()
        running.stdout.close()


@pytest.fixture
def home(open_path: Path) -> Path:
    """A directory of nobody's."""
    folder = open_path / "nobody"
    folder.mkdir()
    os.chown(folder, NOBODY, NOBODY)
    return folder


@pytest.fixture
def hidden(tmp_path: Path) -> Path:
    """A file that only root may read."""
    path = tmp_path / "hidden"
    path.write_text(f"2026/11/21 12:00:00 [error] 1#1: *1 {SECRET}\nserver {{ # {SECRET}\n}}\n")
    path.chmod(0o600)
    return path


def led(tmp_path: Path, home: Path, config: str, program: str = "/usr/bin/python3") -> Told:
    port = free_port()
    with pretender(home, config.replace("PORT", str(port)), port, program):
        began = time.monotonic()
        told = audited(tmp_path, "-v", "--json", f"http://127.0.0.1:{port}/", "--save", str(tmp_path / "bundle"))
        assert time.monotonic() - began < 25
    assert SECRET not in told.out + told.err
    assert SECRET.encode() not in (tmp_path / "bundle").read_bytes()
    return told


@as_root
def test_a_configuration_that_its_user_may_not_read_is_not_quoted(tmp_path: Path, home: Path, hidden: Path) -> None:
    led(tmp_path, home, str(hidden))
    told = led(tmp_path, home, "/etc/shadow")
    assert not [line for line in Path("/etc/shadow").read_text().splitlines() if line in told.out]


@as_root
@pytest.mark.parametrize("way", ["include", "error_log", "access_log", "link", "pipe", "long", "itself"])
def test_what_a_false_configuration_names(tmp_path: Path, home: Path, hidden: Path, way: str) -> None:
    config = home / "nginx.conf"
    port = free_port()
    to = hidden
    if way == "link":
        to = home / "link"
        to.symlink_to(hidden)
    elif way == "pipe":
        to = home / "pipe"
        os.mkfifo(to, 0o666)
    elif way == "long":
        to = home / "long"
        to.write_bytes(b"x" * (64 << 20))
    elif way == "itself":
        to = config
    named = f"include {to};" if way in {"include", "link", "pipe", "long", "itself"} else ""
    error, access = (to if way in {name, "link", "pipe"} else home / name for name in ("error_log", "access_log"))
    config.write_text(
        f"user root; error_log {error}; events {{}} http {{ access_log {access}; {named} "
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:1; }} }} }}\n"
    )
    with pretender(home, str(config), port):
        began = time.monotonic()
        told = audited(tmp_path, "-v", "--json", f"http://127.0.0.1:{port}/", "--save", str(tmp_path / "bundle"))
        assert time.monotonic() - began < 25
    assert SECRET not in told.out + told.err
    assert SECRET.encode() not in (tmp_path / "bundle").read_bytes()


@as_root
def test_nothing_that_was_found_through_a_process_is_run(tmp_path: Path, home: Path) -> None:
    """Its binary is its own."""
    fake = home / "nginx"
    shutil.copy("/usr/bin/python3", fake)
    os.chown(fake, NOBODY, NOBODY)
    fake.chmod(0o755)
    config = home / "nginx.conf"
    config.write_text("events {} http { server { listen 127.0.0.1:1; } }\n")
    told = led(tmp_path, home, str(config), str(fake))
    assert not [ran for ran in told.ran() if ran.startswith(str(home))]
    assert sys.executable not in told.ran()
