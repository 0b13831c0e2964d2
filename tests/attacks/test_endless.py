"""Upstreams, targets and files that never end: every diagnosis does, within its deadline and in bounded memory."""

import os
import resource
import time
from collections.abc import Callable
from pathlib import Path

import pytest

import why502
from tests.attacks.audit import audited
from tests.attacks.site import site
from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Peer, Upstream
from why502.diagnosis.options import Options
from why502.report.model import Verdict

DEADLINE = 4.0
GRACE = 6.0
"""What a busy machine may add."""


def drips(peer: Peer) -> None:
    peer.read_head()
    peer.drip(b"HTTP/1.1 200 OK\r\n" + b"X-A: b\r\n" * 10_000, every=1.0)


def never_ends_its_head(peer: Peer) -> None:
    peer.read_head()
    peer.send(b"HTTP/1.1 200 OK\r\n")
    for _ in range(100_000):
        peer.send(b"X-Filler: " + b"x" * 1000 + b"\r\n")


def never_ends_its_body(peer: Peer) -> None:
    peer.read_head()
    peer.send(b"HTTP/1.1 502 Bad Gateway\r\nServer: nginx/1.22.1\r\n\r\n")
    for _ in range(100_000):
        peer.send(b"x" * 10_000)


def never_ends_a_chunk_size(peer: Peer) -> None:
    peer.read_head()
    peer.send(b"HTTP/1.1 502 Bad Gateway\r\nTransfer-Encoding: chunked\r\n\r\n")
    for _ in range(100_000):
        peer.send(b"0" * 10_000)


def interim_for_ever(peer: Peer) -> None:
    peer.read_head()
    for _ in range(1_000_000):
        peer.send(b"HTTP/1.1 100 Continue\r\n\r\n")


def says_nothing(peer: Peer) -> None:
    peer.hold()


ENDLESS = [drips, never_ends_its_head, never_ends_its_body, never_ends_a_chunk_size, interim_for_ever, says_nothing]


def peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


@pytest.mark.parametrize("script", ENDLESS)
def test_a_target_that_never_ends(script: Callable[[Peer], None]) -> None:
    before, began = peak(), time.monotonic()
    with Upstream(script) as upstream:
        report = why502.diagnose(f"http://127.0.0.1:{upstream.port}/", Options(deadline=DEADLINE))
    assert time.monotonic() - began < DEADLINE + GRACE
    assert peak() - before < 100
    assert report.to_json()


@pytest.mark.parametrize("script", ENDLESS)
def test_an_upstream_that_never_ends(open_path: Path, script: Callable[[Peer], None]) -> None:
    port = free_port()
    with Upstream(script) as upstream:
        http = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream.port}; }} }}"
        with nginx(program(old=True)[1], open_path, http, port):
            before, began = peak(), time.monotonic()
            why502.diagnose(f"http://127.0.0.1:{port}/", Options(deadline=DEADLINE))
            assert time.monotonic() - began < DEADLINE + GRACE
            assert peak() - before < 100


def test_a_redirect_that_never_ends() -> None:
    asked: list[bytes] = []

    def on(peer: Peer) -> None:
        asked.append(peer.read_head())
        peer.send(b"HTTP/1.1 302 Found\r\nLocation: /%d\r\nContent-Length: 0\r\n\r\n" % len(asked))

    with Upstream(on) as upstream:
        report = why502.diagnose(f"http://127.0.0.1:{upstream.port}/", Options())
    assert len(asked) == 6
    assert report.verdict is Verdict.OTHER_ERROR
    assert "after 5 redirects" in report.summary
    refresh = report.checks[0].says
    assert refresh.count("302 to /") == 5


@pytest.mark.parametrize("log", ["error_log", "access_log"])
def test_a_log_that_is_a_pipe_does_not_hold_it_up(open_path: Path, log: str) -> None:
    with site(open_path) as stand:
        path = open_path / log.replace("_", ".")
        path.unlink()
        os.mkfifo(path)
        began = time.monotonic()
        report = why502.diagnose(stand.url, Options(deadline=DEADLINE))
        assert time.monotonic() - began < DEADLINE + GRACE
    assert report.verdict is Verdict.BAD_GATEWAY


@pytest.mark.parametrize("device", ["/dev/zero", "/dev/tty", "/proc/kmsg", "/proc/self/mem"])
def test_a_log_that_is_a_device_is_not_read(open_path: Path, device: str) -> None:
    """The configuration names it after nginx has read its own: the tool reads what stands there now."""
    with site(open_path) as stand:
        config = open_path / "nginx.conf"
        text = config.read_text().replace(f"{open_path}/access.log", device)
        config.write_text(text.replace(f"error_log {open_path}/error.log", f"error_log {device}"))
        long_ago = time.time() - 3600
        os.utime(config, (long_ago, long_ago))
        told = audited(open_path, stand.url, "--deadline", str(DEADLINE))
    assert told.status == 1
    assert device not in told.read()


def test_a_diagnosis_ends_at_its_deadline_whatever_is_under_way(open_path: Path) -> None:
    with Upstream(says_nothing) as upstream:
        port = free_port()
        http = f"server {{ listen 127.0.0.1:{port}; location / {{ proxy_pass http://127.0.0.1:{upstream.port}; }} }}"
        with nginx(program(old=True)[1], open_path, http, port):
            began = time.monotonic()
            report = why502.diagnose(f"http://127.0.0.1:{port}/", Options(deadline=0.8))
    assert time.monotonic() - began < 0.8 + GRACE
    assert "Not everything was looked at: 0.8 s were over" in report.summary
