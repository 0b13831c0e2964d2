"""Connecting to real sockets."""

import contextlib
import os
import queue
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.around import endpoint, look, one, socket_path
from tests.stands.nginx import free_port
from tests.stands.upstream import Peer, Upstream
from why502.observations.fact import EvidenceKind, Like
from why502.observations.place import Place
from why502.observations.probes import Met, TcpAttempt
from why502.observations.subjects import Endpoint, Name
from why502.observations.want import As, Gap, Protocols, TlsAs, User, Want, Why
from why502.probes.tcp import connecting


def test_connects_says_nothing_and_hangs_up() -> None:
    said: queue.Queue[bytes] = queue.Queue()
    with Upstream(lambda peer: said.put(peer.read())) as upstream:
        how = As(protocol=Protocols.HTTP, tls=TlsAs(), host="x")
        attempt = one(connecting, Want(kind=TcpAttempt, about=endpoint(upstream.port), how=how))
        assert said.get(timeout=5) == b""
    assert (attempt.met, attempt.errno) == (Met.CONNECTED, None)
    assert attempt.seen.by == "probes.tcp"
    assert attempt.seen.kind is EvidenceKind.PROBE
    assert attempt.seen.likeness == {Like.NETWORK}
    assert attempt.seen.raw.startswith(f"connect to 127.0.0.1:{upstream.port}: connected in ")


def test_a_refusal_is_an_answer() -> None:
    attempt = one(connecting, Want(kind=TcpAttempt, about=endpoint(free_port())))
    assert (attempt.met, attempt.errno) == (Met.REFUSED, 111)
    assert ": refused (111) in " in attempt.seen.raw


@pytest.fixture
def full_queue() -> Iterator[int]:
    """Listen with room for one, and fill it: further SYNs are dropped."""
    with contextlib.ExitStack() as stack:
        listener = stack.enter_context(socket.socket())
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        for _ in range(4):
            waiting = stack.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield listener.getsockname()[1]


def test_a_full_queue_times_out_at_the_limit(full_queue: int) -> None:
    attempt = one(connecting, Want(kind=TcpAttempt, about=endpoint(full_queue), how=As(limit=0.2)))
    assert attempt.met is Met.TIMED_OUT
    assert 0.15 < attempt.seconds < 5


def test_unix_sockets(tmp_path: Path) -> None:
    path = str(tmp_path / "app.sock")
    with Upstream(Peer.hold, path=path):
        assert one(connecting, Want(kind=TcpAttempt, about=socket_path(path))).met is Met.CONNECTED
    assert one(connecting, Want(kind=TcpAttempt, about=socket_path(path))).met is Met.REFUSED
    attempt = one(connecting, Want(kind=TcpAttempt, about=socket_path(path + "x")))
    assert (attempt.met, attempt.errno) == (Met.NO_SOCKET, 2)
    assert attempt.seen.raw.startswith(f"connect to unix:{path}x: no socket (2) in ")


def test_as_another_user(tmp_path: Path) -> None:
    path = str(tmp_path / "app.sock")
    user = User(uid=1 + os.geteuid(), gid=1 + os.getegid())
    with Upstream(Peer.hold, path=path):
        os.chmod(path, 0o600)
        found = look(connecting, Want(kind=TcpAttempt, about=socket_path(path), how=As(user=user)))
    if os.geteuid() == 0:
        assert isinstance(found, tuple)
        assert [(each.met, each.errno) for each in found] == [(Met.DENIED, 13)]
        assert Like.USER in found[0].seen.likeness
    else:
        assert isinstance(found, Gap)
        assert found.why is Why.NO_PERMISSION
        assert found.unlock


def test_another_host_is_a_gap() -> None:
    elsewhere = Endpoint(place=Place(host="elsewhere", net=1), address="127.0.0.1", port=1)
    found = look(connecting, Want(kind=TcpAttempt, about=elsewhere))
    assert isinstance(found, Gap)
    assert found.why is Why.NO_VANTAGE


def test_what_is_no_address_is_no_concern() -> None:
    assert look(connecting, Want(kind=TcpAttempt, about=Name(place=Place(host="x"), name="y"))) == ()
