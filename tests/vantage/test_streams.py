"""Connections end as the kernel says, in its own words, and none goes where it must not."""

import asyncio
import errno
import os
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.upstream import Peer, Upstream
from tests.vantage.running import awaited
from tests.vantages import HERE
from why502.observations.probes import Met
from why502.observations.subjects import Address, Endpoint, SocketPath
from why502.vantage.base import No, Refusal
from why502.vantage.refusing import now
from why502.vantage.streams import SocketStream, direct, unfit


@pytest.fixture(autouse=True)
def closes_what_it_opens() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    assert len(os.listdir("/proc/self/fd")) == before


def at(port: int, address: str = "127.0.0.1") -> Endpoint:
    return Endpoint(place=HERE, address=address, port=port)


def path_of(path: Path | str) -> SocketPath:
    return SocketPath(place=HERE, path=str(path))


async def refusal(to: Address, limit: float = 5.0) -> Refusal:
    got = await direct(to, limit, now())
    assert isinstance(got, Refusal)
    return got


async def connected(upstream: Upstream) -> SocketStream:
    stream = await direct(at(upstream.port, upstream.address), 5.0, now())
    assert not isinstance(stream, Refusal)
    return stream


def closed_port() -> int:
    with socket.socket() as made:
        made.bind(("127.0.0.1", 0))
        return int(made.getsockname()[1])


@awaited
async def test_a_refused_connection_is_told_in_the_systems_words() -> None:
    got = await refusal(at(closed_port()))
    assert (got.met, got.errno, got.text) == (Met.REFUSED, errno.ECONNREFUSED, "Connection refused")
    assert got.at.start <= got.at.end


@awaited
async def test_a_queue_that_is_full_is_not_taken_for_a_connection(tmp_path: Path) -> None:
    waiting = []
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "s"))
        listening.listen(0)
        while isinstance(got := await direct(path_of(tmp_path / "s"), 5.0, now()), SocketStream):
            waiting.append(got)
        for each in waiting:
            await each.close()
    assert (got.met, got.errno) == (Met.QUEUE_FULL, errno.EAGAIN)
    assert len(waiting) == 1


@awaited
async def test_a_backlog_that_drops_times_out() -> None:
    waiting = []
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(0)
        to = at(listening.getsockname()[1])
        while isinstance(got := await direct(to, 0.3, now()), SocketStream):
            waiting.append(got)
        for each in waiting:
            await each.close()
    assert (got.met, got.no, got.text) == (Met.TIMED_OUT, No.TIMED_OUT, "Connection timed out")


@awaited
async def test_unix_sockets_that_are_not_there_or_not_listening(tmp_path: Path) -> None:
    with socket.socket(socket.AF_UNIX) as made:
        made.bind(str(tmp_path / "dead"))
    (tmp_path / "file").write_text("")
    assert (await refusal(path_of(tmp_path / "none"))).met is Met.NO_SOCKET
    assert (await refusal(path_of(tmp_path / "dead"))).met is Met.REFUSED
    assert (await refusal(path_of(tmp_path / "file"))).met is Met.REFUSED
    assert (await refusal(path_of(tmp_path / "file/x"))).met is Met.NO_SOCKET


@awaited
async def test_link_local_addresses_need_their_interface() -> None:
    # No such interface; a scope by number is taken as it is. (Loopback has no link-local address to answer.)
    got = await refusal(at(9, "fe80::1%nosuchif0"))
    assert got.errno == errno.ENODEV or "No such device" in got.text or got.met is Met.OTHER


@awaited
async def test_addresses_of_ours_are_written_with_brackets_in_ipv6() -> None:
    with Upstream(Peer.hold, address="::1") as upstream:
        stream = await connected(upstream)
        assert stream.local.startswith("[::1]:")
        assert stream.seconds < 5.0
        await stream.close()


@awaited
async def test_data_silence_reset_and_end_are_told_apart() -> None:
    def play(peer: Peer) -> None:
        peer.send(b"hello")
        if peer.read() == b"reset":
            peer.reset()

    with Upstream(play) as upstream:
        stream = await connected(upstream)
        assert await stream.receive(5.0) == b"hello"
        silent = await stream.receive(0.05)
        assert isinstance(silent, Refusal)
        assert silent.no is No.TIMED_OUT
        assert await stream.send(b"reset") is None
        got = await stream.receive(5.0)
        assert isinstance(got, Refusal)
        assert (got.errno, got.text) == (errno.ECONNRESET, "Connection reset by peer")
        await stream.close()
        await stream.close()
        assert isinstance(await stream.receive(0.05), Refusal)
        assert isinstance(await stream.send(b"x"), Refusal)


@awaited
async def test_a_server_that_never_ends_gives_no_more_than_is_asked_for() -> None:
    def flood(peer: Peer) -> None:
        while not peer.stopped.is_set():
            peer.send(b"x" * 65536)

    with Upstream(flood) as upstream:
        stream = await connected(upstream)
        for most in (1, 1000, 65536):
            got = await stream.receive(5.0, most)
            assert isinstance(got, bytes)
            assert 0 < len(got) <= most
        await stream.close()


@pytest.mark.parametrize(
    "address",
    [
        "169.254.169.254",
        "::ffff:169.254.169.254",
        "fd00:ec2::254",
        "169.254.170.2",
        "100.100.100.200",
        "fd00:ec2:0::254",
    ],
)
def test_cloud_metadata_is_never_contacted(address: str) -> None:
    got = unfit(at(80, address), None)
    assert got is not None
    assert got.no is No.NO_WAY_IN


def test_what_is_no_address_is_refused_before_anything_is_resolved() -> None:
    for to in (at(80, "example.com"), at(80, ""), at(80, "1.2.3"), at(0), at(65536), at(-1), at(80, "[::1]")):
        assert unfit(to, None) is not None
    assert unfit(at(80), "example.com") is not None
    for path in ("", "relative.sock", "/a\0b", "\0abstract", "/" + "x" * 107, "/" + "ä" * 60):
        assert unfit(path_of(path), None) is not None
    assert unfit(at(80, "fe80::1%1"), None) is None
    assert unfit(path_of("/run/app.sock"), None) is None


@awaited
async def test_what_comes_as_the_time_is_up_is_not_lost() -> None:
    near, far = socket.socketpair()
    near.setblocking(False)
    stream = SocketStream(near, 0.0)
    with far:
        waiting = asyncio.ensure_future(stream.receive(0.05))
        await asyncio.sleep(0)  # it waits by now
        far.sendall(b"late")
        until = time.monotonic() + 0.1
        while time.monotonic() < until:
            """Keep the loop busy until data and end of time are both due."""
        got = await waiting
        if isinstance(got, Refusal):
            got = await stream.receive(1.0)
        await stream.close()
    assert got == b"late"
