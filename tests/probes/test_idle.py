"""How long real servers keep an idle connection."""

import contextlib
import http.server
import socket
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.around import endpoint, look, one, socket_path
from tests.stands.gateway import gateway
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream
from why502.observations.fact import EvidenceKind, Like
from why502.observations.place import Place
from why502.observations.probes import IdleClose
from why502.observations.subjects import Endpoint, Name
from why502.observations.want import As, Gap, Protocols, Want, Why
from why502.probes.idle import idling

KEPT = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n"
HTTP = Protocols.HTTP


def how(limit: float = 2.5, method: str = "GET") -> As:
    return As(protocol=HTTP, host="shop.test", path="/x", method=method, limit=limit)


@contextlib.contextmanager
def node_like(seconds: float) -> Iterator[int]:
    """Python's own server, which ends a connection that is idle this long."""

    class Handler(http.server.BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = seconds

        def do_HEAD(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "2")
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
        thread.start()
        try:
            yield server.server_port
        finally:
            server.shutdown()
            thread.join()


def test_a_server_that_closes_after_a_second_is_timed() -> None:
    with node_like(1.0) as port:
        found = one(idling, Want(kind=IdleClose, about=endpoint(port), how=how()))
    assert found.kept
    assert found.seconds is not None
    assert 0.9 <= found.seconds <= 3
    assert found.how == how()
    assert found.seen.by == "probes.idle"
    assert found.seen.kind is EvidenceKind.PROBE
    assert "closed an idle connection after 1." in found.seen.raw
    assert {Like.NETWORK, Like.PROTOCOL, Like.HOST} <= found.seen.likeness


def test_nginx_as_upstream_is_timed_on_a_unix_socket(open_path: Path) -> None:
    base = open_path / "g"
    http_ = f"server {{ listen unix:{base}/up.sock; keepalive_timeout 1s; return 200 ok; }}"
    with gateway(base, "return 200;", http=http_) as made:
        found = one(idling, Want(kind=IdleClose, about=socket_path(f"{made.base}/up.sock"), how=how()))
    assert found.seconds is not None
    assert 0.9 <= found.seconds <= 3


def test_one_that_waits_longer_is_not_waited_for() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(KEPT)
        peer.hold()

    with Upstream(play) as upstream:
        found = one(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how(0.3)))
    assert (found.kept, found.seconds) == (True, None)
    assert "kept an idle connection" in found.seen.raw
    span = found.seen.at.end - found.seen.at.start
    assert 0.3 <= span.total_seconds() < 2


@pytest.mark.parametrize(
    "answer",
    [
        b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\n",
        b"HTTP/1.0 200 OK\r\n\r\n",
        b"HTTP/1.1 200 OK\r\nConnection: Close\r\nTransfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_closing_after_the_answer_keeps_nothing(answer: bytes) -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(answer)

    with Upstream(play) as upstream:
        found = one(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how()))
    assert (found.kept, found.seconds) == (False, None)
    assert "closes the connection after its answer" in found.seen.raw


def test_a_reset_ends_the_silence_as_well() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(KEPT)
        peer.stopped.wait(0.2)
        peer.reset()

    with Upstream(play) as upstream:
        found = one(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how()))
    assert found.seconds is not None
    assert 0.1 <= found.seconds < 5


def test_only_a_head_is_asked_for_whatever_the_gateways_method() -> None:
    def play(peer: Peer) -> None:
        asked.append(peer.read_head())
        peer.send(b"HTTP/1.0 200 OK\r\nConnection: keep-alive\r\n\r\n")
        peer.stopped.wait(0.2)

    asked: list[bytes] = []
    with Upstream(play) as upstream:
        found = one(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how(method="POST")))
    assert asked[0].startswith(b"HEAD /x HTTP/1.1\r\n")
    assert found.kept
    assert found.seconds is not None
    assert found.seconds >= 0.1


def test_one_that_sends_a_body_all_the_same_tells_nothing() -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(KEPT)
        peer.stopped.wait(0.1)
        peer.send(b"ok")
        peer.hold()

    with Upstream(play) as upstream:
        assert look(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how())) == ()


@pytest.mark.parametrize("answer", [b"", b"SSH-2.0-x\r\n", b"HTTP/1.1 200 OK\r\nX: 1\r\n", b"\x15\x03\x01"])
def test_without_a_sound_answer_nothing_is_told(answer: bytes) -> None:
    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(answer)

    with Upstream(play) as upstream:
        assert look(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how())) == ()


def test_nobody_there_tells_nothing() -> None:
    assert look(idling, Want(kind=IdleClose, about=endpoint(free_port()), how=how())) == ()


def test_what_does_not_concern_it() -> None:
    here = endpoint(1)
    assert look(idling, Want(kind=IdleClose, about=here, how=As(protocol=Protocols.FASTCGI))) == ()
    assert look(idling, Want(kind=IdleClose, about=Name(place=here.place, name="a"), how=how())) == ()
    away = Endpoint(place=Place(host="another"), address="127.0.0.1", port=1)
    gap = look(idling, Want(kind=IdleClose, about=away, how=how()))
    assert isinstance(gap, Gap)
    assert gap.why is Why.NO_VANTAGE


def test_leaves_no_connection_behind() -> None:
    ended = threading.Event()

    def play(peer: Peer) -> None:
        peer.read_head()
        peer.send(KEPT)
        peer.connection.settimeout(5)
        with contextlib.suppress(socket.timeout):
            if not peer.read():
                ended.set()

    with Upstream(play) as upstream:
        look(idling, Want(kind=IdleClose, about=endpoint(upstream.port), how=how(0.2)))
        assert ended.wait(5)
