"""A site under attack: a real nginx in front of an upstream that counts what it is asked."""

import contextlib
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

from tests.stands.nginx import free_port, nginx, program
from tests.stands.upstream import Peer, Upstream

BROKEN = b""
GOOD = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok"
BY_GATEWAY = b"x-came: by-nginx-"
"""Followed by what only the gateway knows: a probe, which imitates it, leaves the header out."""


@dataclass
class Counting:
    """Notes the head of every request, and answers as it was told."""

    answer: bytes = BROKEN
    heads: list[bytes] = field(default_factory=list)
    connections: int = 0
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def __call__(self, peer: Peer) -> None:
        with self._lock:
            self.connections += 1
        head = peer.read_head()
        with self._lock:
            self.heads += [head] if head else []
        if self.answer:
            peer.send(self.answer)

    def direct(self) -> list[bytes]:
        """The requests that did not come by the gateway."""
        return [head for head in self.heads if BY_GATEWAY not in head.lower()]

    def sent(self, method: str) -> int:
        return sum(head.startswith(method.encode() + b" ") for head in self.heads)


@dataclass(frozen=True)
class Site:
    """Where it is, and what is behind it."""

    url: str
    port: int
    home: Path
    upstream: Counting


@contextlib.contextmanager
def site(home: Path, answer: bytes = BROKEN, more: str = "", server: str = "") -> Iterator[Site]:
    """Run both; `more` are directives of the location, `server` of its server."""
    counting = Counting(answer)
    port = free_port()
    with Upstream(counting) as upstream:
        passing = f"proxy_pass http://127.0.0.1:{upstream.port}; proxy_set_header X-Came by-nginx-$connection; {more}"
        http = (
            f"access_log {home}/access.log;\nserver {{ listen 127.0.0.1:{port}; {server} location / {{ {passing} }} }}"
        )
        with nginx(program(old=True)[1], home, http, port):
            yield Site(f"http://127.0.0.1:{port}", port, home, counting)
