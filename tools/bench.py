"""Measure what a user waits for: `make bench`. Every figure is of the whole process, and stands beside its bar.

The gateways are real: an nginx on a free port of loopback, with nothing, silence or a full queue behind it. As root
the diagnosis is measured with and without root's rights. Times are the median of a few runs, memory is the highest
resident set of any of them. `python tools/bench.py refused` measures the figures whose names hold that word.
"""

import os
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from gateway import free_port, full_queue, gateway, silent

RUNS = 20
FEW = 5
NOBODY = 65534
COMMAND = (sys.executable, "-m", "why502")
PATHS = [path for path in sys.path if path.endswith(("site-packages", "/src"))]
UNPRIVILEGED = (
    "/usr/bin/python3",
    "-c",
    f"import sys; sys.path += {PATHS}; from why502.cli.main import main; sys.exit(main())",
)
"""Our own interpreter may lie where only root comes."""
ENVIRONMENT = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
"""As it is installed: compiled once."""
SERVERS = 5000
LINES = 30
LONG_LINE = 10 << 20
LONG_LOG = 500 << 20
BLOCK = 1 << 20


@dataclass(frozen=True)
class Figure:
    """What was measured, and what is allowed."""

    name: str
    measured: float
    allowed: float
    unit: str = "s"

    @property
    def good(self) -> bool:
        """Tell whether it is within its bar."""
        return self.measured <= self.allowed

    def __str__(self) -> str:
        """Write one line."""
        verdict = "ok" if self.good else "TOO MUCH"
        return f"{self.name:58} {self.measured:8.2f} {self.unit:5} allowed {self.allowed:g}  {verdict}"


@dataclass(frozen=True)
class Spent:
    """What one run of a command took: seconds from start to end, MiB of its highest resident set."""

    seconds: float
    mib: float
    status: int
    output: str


def run(command: tuple[str, ...], user: int | None = None) -> Spent:
    """Run a command once; as another user where one is given."""
    began = time.perf_counter()
    started = subprocess.Popen(
        command,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        user=user,
        group=user,
        extra_groups=None if user is None else [],
        env=ENVIRONMENT,
        cwd="/",
    )
    assert started.stdout is not None
    output = started.stdout.read().decode("utf-8", "replace")
    _, status, usage = os.wait4(started.pid, 0)
    seconds = time.perf_counter() - began
    started.stdout.close()
    started.returncode = os.waitstatus_to_exitcode(status)
    return Spent(seconds=seconds, mib=usage.ru_maxrss / 1024, status=started.returncode, output=output)


def diagnosed(*words: str, expected: str, runs: int = FEW, user: int | None = None) -> tuple[float, float]:
    """Diagnose a few times; median seconds, highest MiB. Every run has to find the failure that is there."""
    command = COMMAND if user is None else UNPRIVILEGED
    spent = [run((*command, *words), user) for _ in range(runs)]
    for each in spent:
        if expected not in each.output:
            raise SystemExit(f"bench: {expected} was not found (status {each.status}):\n{each.output}")
    return statistics.median(each.seconds for each in spent), max(each.mib for each in spent)


def users() -> tuple[tuple[str, int | None], ...]:
    """Return with whose rights to measure; nobody's where nobody may run a Python of this version."""
    if os.geteuid() != 0:
        return (("not root", None),)
    can = run((*UNPRIVILEGED, "--version"), NOBODY).status == 0
    return (("root", None), ("nobody", NOBODY)) if can else (("root", None),)


def version_start() -> Iterator[Figure]:
    """Time `why502 --version` against `python -c 'import click'`, in turns."""
    ours = (str(Path(sys.executable).with_name("why502")), "--version")
    click = (sys.executable, "-c", "import click")
    for command in (ours, click):
        run(command)
    pairs = [(run(ours).seconds, run(click).seconds) for _ in range(RUNS)]
    measured, yardstick = (statistics.median(column) for column in zip(*pairs, strict=True))
    yield Figure("why502 --version, in times of `import click`", measured / yardstick, 1.5, "times")


def refused_upstream() -> Iterator[Figure]:
    """Diagnose an upstream where nothing listens."""
    port = free_port()
    with gateway(
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{free_port()}; }} }}", port
    ):
        for name, user in users():
            seconds, _ = diagnosed(f"http://127.0.0.1:{port}/", expected="connect-refused", user=user)
            yield Figure(f"refused upstream, {name}", seconds, 1.0)


def waiting_upstreams() -> Iterator[Figure]:
    """Diagnose upstreams that drop or never answer, under nginx's own time-outs of 60 s."""
    port = free_port()
    with full_queue() as full, silent() as still:
        locations = (
            f"location / {{ proxy_pass http://127.0.0.1:{still}; }}"
            f"location /full {{ proxy_pass http://127.0.0.1:{full}; }}"
        )
        with gateway(f"server {{ listen 127.0.0.1:{port}; {locations} }}", port):
            for what, path, expected in (
                ("silent upstream", "/", "response-timeout"),
                ("dropped connections", "/full", "connect-timeout"),
            ):
                url = f"http://127.0.0.1:{port}{path}"
                for name, user in users():
                    seconds, _ = diagnosed(url, expected=expected, user=user, runs=2)
                    yield Figure(f"{what}, {name}", seconds, 5.0)
                seconds, _ = diagnosed(url, "--deadline", "3", expected=url, runs=2)
                yield Figure(f"{what}, --deadline 3", seconds, 3.0)


def large_configuration() -> Iterator[Figure]:
    """Diagnose a server among 5,000, in a configuration of 30 lines for each."""
    port, dead = free_port(), free_port()
    filling = "\n".join(
        f"    location /l{number}/ {{ proxy_pass http://127.0.0.1:{dead}; }}" for number in range(LINES - 5)
    )
    servers = "\n".join(
        f"server {{\n    listen 127.0.0.1:{port};\n    server_name s{number}.bench.example;\n"
        f"    location / {{ proxy_pass http://127.0.0.1:{dead}; }}\n{filling}\n}}"
        for number in range(SERVERS)
    )
    with gateway(f"server_names_hash_max_size 65536;\n{servers}", port):
        url = f"http://s{SERVERS - 2}.bench.example:{port}/l7/x"
        words = (url, "--connect-to", f"127.0.0.1:{port}")
        seconds, mib = diagnosed(*words, expected="network.nothing-listening", runs=3)
        yield Figure("5,000 servers in 150,000 lines", seconds, 3.0)
        yield Figure("5,000 servers in 150,000 lines, memory", mib, 150.0, "MiB")


def large_logs() -> Iterator[Figure]:
    """Diagnose beside a line of 10 MiB in each log, and 500 MiB of access log."""
    port = free_port()
    line = b'198.51.100.7 - - [01/Jan/2026:00:00:00 +0000] "GET /a HTTP/1.1" 200 612 "-" "bench"\n'
    with gateway(
        f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{free_port()}; }} }}", port
    ) as base:
        url = f"http://127.0.0.1:{port}/"
        for log in ("error.log", "access.log"):
            with (base / log).open("ab") as out:
                out.write(b"2026/01/01 00:00:00 [error] 1#1: *1 " + b"x" * LONG_LINE + b"\n")
        seconds, mib = diagnosed(url, expected="connect-refused", runs=3)
        yield Figure("a line of 10 MiB in both logs", seconds, 3.0)
        yield Figure("a line of 10 MiB in both logs, memory", mib, 150.0, "MiB")
        block = line * (BLOCK // len(line))
        with (base / "access.log").open("ab") as out:
            for _ in range(LONG_LOG // len(block)):
                out.write(block)
        seconds, mib = diagnosed(url, expected="connect-refused", runs=3)
        yield Figure("an access log of 500 MiB", seconds, 3.0)
        yield Figure("an access log of 500 MiB, memory", mib, 150.0, "MiB")


FIGURES: tuple[Callable[[], Iterator[Figure]], ...] = (
    version_start,
    refused_upstream,
    waiting_upstreams,
    large_configuration,
    large_logs,
)


def main(words: list[str]) -> int:
    """Print each figure; 1 if one is over what is allowed."""
    wanted = [each for each in FIGURES if not words or any(word in each.__name__ for word in words)]
    status = 0
    for figures in wanted:
        for figure in figures():
            print(figure, flush=True)
            status |= not figure.good
    return int(status)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
