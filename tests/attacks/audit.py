"""Run the command line in a process of its own whose interpreter tells all that it opens, runs and connects to."""

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path

TELLING = """
import json, os, sys
told = os.open(sys.argv[1], os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
ROOMS = ("open", "os.", "shutil.", "subprocess.", "socket.", "tempfile.")
def plain(value):
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [plain(each) for each in value]
    return value if isinstance(value, (str, int, type(None))) else str(type(value))
def hook(event, arguments):
    if event.startswith(ROOMS):
        os.write(told, (json.dumps([event, plain(arguments)]) + "\\n").encode())
sys.addaudithook(hook)
from why502.cli.main import main
sys.exit(main(sys.argv[2:]))
"""
CHANGING = (
    "os.mkdir", "os.rename", "os.remove", "os.rmdir", "os.chmod", "os.chown", "os.link", "os.symlink", "os.truncate",
    "os.utime", "os.setxattr", "os.removexattr", "os.mkfifo", "shutil.", "tempfile.", "os.system", "os.kill",
)  # fmt: skip
WRITING = os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND


@dataclass(frozen=True)
class Told:
    """What a run did, wrote and said."""

    status: int
    out: str
    err: str
    events: tuple[tuple[str, list[object]], ...]

    def of(self, *names: str) -> list[list[object]]:
        return [arguments for name, arguments in self.events if name in names]

    def read(self) -> set[str]:
        """The paths that were opened."""
        return {str(arguments[0]) for arguments in self.of("open")}

    def changed(self) -> list[object]:
        """Whatever may change a file system, but for the waste bin of a child's standard input."""
        opened = [
            arguments
            for arguments in self.of("open")
            if isinstance(arguments[0], str)
            and isinstance(arguments[2], int)
            and arguments[2] & WRITING
            and arguments[0] != os.devnull
        ]
        return [*opened, *((name, arguments) for name, arguments in self.events if name.startswith(CHANGING))]

    def ran(self) -> list[str]:
        """The programs that were run."""
        return [str(arguments[0]) for arguments in self.of("subprocess.Popen", "os.exec", "os.posix_spawn")]

    def met(self) -> list[object]:
        """The addresses that were connected to, sent to or asked for."""
        contacts = self.of("socket.connect", "socket.sendto", "socket.sendmsg")
        return [*(arguments[1] for arguments in contacts), *self.of("socket.getaddrinfo", "socket.gethostbyname")]


def audited(tmp_path: Path, *words: str, seconds: float = 40.0) -> Told:
    """Run `why502 WORDS`, and return what it did."""
    told = tmp_path / "told"
    told.unlink(missing_ok=True)
    home = tmp_path / "home"
    home.mkdir(exist_ok=True)
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(home), "TMPDIR": str(home), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run(
        [sys.executable, "-c", TELLING, str(told), *words],
        capture_output=True,
        text=True,
        timeout=seconds,
        check=False,
        env=environment,
        cwd=home,
    )
    assert "Traceback" not in done.stderr, done.stderr
    assert "a fault of its own" not in done.stderr, done.stderr
    events = tuple((name, arguments) for name, arguments in map(json.loads, told.read_text().splitlines()))
    return Told(status=done.returncode, out=done.stdout, err=done.stderr, events=events)
