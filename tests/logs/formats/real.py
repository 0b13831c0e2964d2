"""Make a real gateway write its log: an application that answers by path, a program, a client with bad manners."""

import contextlib
import shutil
import socket
import subprocess
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from threading import Event
from time import monotonic

import pytest

from tests.logs.formats.test_contract import first_read
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream
from why502.logs.format import Signs
from why502.logs.recognition import Chosen, chosen, known_formats

IMITATES = '" 502 1 "-" "-" rt=9.000 us="502" \\" 502 x'
"""What our client calls itself: it looks like the end of a failed request's line."""

WAIT = 8.0


def closed_port() -> int:
    """Return a port on which nobody listens."""
    return free_port()


def application(peer: Peer) -> None:
    """Answer by path: `/missing` 404, `/own` its own 502, `/close` nothing, `/slow` never, else 200."""
    while head := peer.read_head():
        path = head.split(b" ")[1]
        for ending in (b"/slow", b"/close", b"/missing", b"/own"):
            if path.endswith(ending):
                break
        else:
            ending = b""
        if ending == b"/slow":
            peer.hold()
            return
        if ending == b"/close":
            return
        status = {b"/missing": b"404 Not Found", b"/own": b"502 Bad Gateway"}.get(ending, b"200 OK")
        peer.send(b"HTTP/1.1 " + status + b"\r\nContent-Length: 2\r\nContent-Type: text/plain\r\n\r\nok")


@contextlib.contextmanager
def backend() -> Iterator[int]:
    """Run the application; give its port."""
    with Upstream(application) as upstream:
        yield upstream.port


def program(name: str) -> str:
    """Find a program, or skip the test."""
    found = shutil.which(name, path="/usr/sbin:/usr/bin:/usr/local/sbin:/usr/local/bin")
    if found is None:
        pytest.skip(f"{name} is not installed")
    return found


@contextlib.contextmanager
def running(command: list[str], port: int, home: Path) -> Iterator["subprocess.Popen[bytes]"]:
    """Run a program in the foreground until the block ends; ready when `port` answers."""
    with (home / "out").open("ab") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, stdin=subprocess.DEVNULL, cwd=home)
    try:
        until(lambda: process.poll() is not None or _answers(port), f"{command[0]} listens")
        if process.poll() is not None:
            pytest.fail(f"{command[0]} ended: {(home / 'out').read_text(errors='replace')[-2000:]}")
        yield process
    finally:
        stop(process)


def stop(process: "subprocess.Popen[bytes]") -> None:
    """End a program, kindly first."""
    process.terminate()
    try:
        process.wait(5)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(5)


def _answers(port: int) -> bool:
    with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", port), 1):
        return True
    return False


def until(reached: Callable[[], object], what: str) -> None:
    """Look again and again until something is so."""
    end = monotonic() + WAIT
    idle = Event()
    while not reached():
        if monotonic() > end:
            pytest.fail(f"waited in vain until {what}")
        idle.wait(0.02)


def get(port: int, path: str, host: str = "a.example", method: str = "GET") -> int:
    """Ask for a path as a client with bad manners; return the status, 0 if none came."""
    with socket.create_connection(("127.0.0.1", port), 5) as connection:
        head = f"{method} {path} HTTP/1.1\r\nHost: {host}\r\nUser-Agent: {IMITATES}\r\nConnection: close\r\n\r\n"
        connection.sendall(head.encode())
        got = b""
        with contextlib.suppress(OSError):
            while more := connection.recv(65536):
                got += more
    return int(got.split(b" ", 2)[1]) if got.startswith(b"HTTP/1.") else 0


def lines_of(log: Path) -> list[bytes]:
    """Read the lines of a log."""
    return log.read_bytes().splitlines() if log.exists() else []


def wait_for_lines(log: Path, count: int) -> list[bytes]:
    """Wait until a log has that many lines."""
    until(lambda: len(lines_of(log)) >= count, f"{log.name} has {count} lines: {lines_of(log)}")
    return lines_of(log)


Told = tuple[str, int, str]
"""Route, status, and the failure (`""`: not failed)."""


def told(lines: list[bytes], formats: tuple[Chosen, ...] | None = None) -> tuple[list[str], Counter[Told]]:
    """Recognise the formats of lines (or take those given), read and judge all; count also what is unparsed."""
    from why502.logs.routes import route

    picked = chosen(lines, known_formats()) if formats is None else formats
    counts: Counter[Told] = Counter()
    for line in lines:
        for form, plans in picked:
            found = first_read(plans, line)
            if found is not None:
                last = found.attempts[-1]
                judged = form.judge(
                    Signs(
                        status=found.status,
                        upstream_status=last.status,
                        words=found.words,
                        upstream=bool(last.upstream),
                        group=found.status >= 500 and bool(last.upstream) and b":" not in last.upstream,
                    )
                )
                failure = judged.failure.value if judged.failure is not None else ""
                counts[route(found.method, found.target).decode(), found.status, failure] += 1
                break
        else:
            counts["unparsed", 0, line.decode("utf-8", "replace")] += 1
    return [form.name for form, _ in picked], counts
