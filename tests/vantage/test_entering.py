"""Connections from other places and as other users, made by a helper that leaves nothing behind."""

import os
import socket
import stat
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from tests.conftest import children
from tests.stands.apart import Apart
from tests.stands.upstream import Upstream
from tests.vantage.running import awaited
from why502.observations.place import Place
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.want import As, User
from why502.vantage.base import No, Raw, ReadOnly, Refusal
from why502.vantage.entering import entered, leading_to
from why502.vantage.local import Local

pytestmark = pytest.mark.skipif(os.geteuid() != 0, reason="only root enters namespaces and becomes other users")
WWW = As(user=User(uid=33, gid=33), limit=10.0)


def our_children() -> set[int]:
    while True:
        # A thread of ours may end while its children are looked for.
        with suppress(FileNotFoundError):
            return set(children())


@pytest.fixture(autouse=True)
def leaves_nothing() -> Iterator[None]:
    before, open_before = our_children(), len(os.listdir("/proc/self/fd"))
    yield
    assert our_children() <= before
    assert len(os.listdir("/proc/self/fd")) == open_before


def reading(peer: "object") -> None:
    """Hold the connection until the other side hangs up."""
    peer.hold()  # type: ignore[attr-defined]


async def met(local: Local, to: Endpoint | SocketPath, how: As) -> Met | No:
    stream = await local.connect(to, how)
    if isinstance(stream, Refusal):
        return stream.met or stream.no
    await stream.close()
    return Met.CONNECTED


@awaited
async def test_it_connects_as_another_user_who_has_that_users_rights(tmp_path: Path) -> None:
    local = Local()
    path = tmp_path / "s"
    with Upstream(reading, path=str(path)):
        for directory in (tmp_path, *tmp_path.parents):
            assert stat.S_ISDIR(directory.stat().st_mode)
        to = SocketPath(place=local.here(), path=str(path))
        assert await met(local, to, As()) is Met.CONNECTED
        assert await met(local, to, WWW) is Met.DENIED


@awaited
async def test_a_socket_of_the_users_own_is_reached(tmp_path: Path) -> None:
    local = Local()
    path = Path(f"/tmp/why502-test-{os.getpid()}.sock")
    try:
        with Upstream(reading, path=str(path)):
            to = SocketPath(place=local.here(), path=str(path))
            os.chmod(path, 0o600)
            assert await met(local, to, WWW) is Met.DENIED
            os.chown(path, 33, 33)
            assert await met(local, to, WWW) is Met.CONNECTED
            os.chmod(path, 0o060)
            os.chown(path, 7, 44)
            assert await met(local, to, WWW) is Met.DENIED
            assert await met(local, to, As(user=User(uid=33, gid=33, groups=(44,)), limit=10.0)) is Met.CONNECTED
    finally:
        os.unlink(path)


@awaited
async def test_the_peer_sees_the_other_user(tmp_path: Path) -> None:
    seen: list[int] = []

    def look(peer: "object") -> None:
        connection: socket.socket = peer.connection  # type: ignore[attr-defined]
        seen.append(int.from_bytes(connection.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12)[4:8], "little"))
        connection.sendall(b"x")

    path = Path(f"/tmp/why502-test-{os.getpid()}.sock")
    try:
        with Upstream(look, path=str(path)):
            os.chmod(path, 0o666)
            local = Local()
            stream = await local.connect(SocketPath(place=local.here(), path=str(path)), WWW)
            assert not isinstance(stream, Refusal)
            assert await stream.receive(10.0) == b"x"
            await stream.close()
    finally:
        os.unlink(path)
    assert seen == [33]


@awaited
async def test_loopback_of_another_network_is_another_loopback() -> None:
    local = Local()
    with Apart(net=True) as apart:
        there = Place(host=local.here().host, net=apart.inode("net"))
        assert (
            await met(local, Endpoint(place=there, address="127.0.0.1", port=apart.port), As(limit=10)) is Met.CONNECTED
        )
        own = Endpoint(place=local.here(), address="127.0.0.1", port=apart.port)
        assert await met(local, own, As()) is Met.REFUSED
        assert await met(local, Endpoint(place=there, address="127.0.0.1", port=1), As(limit=10)) is Met.REFUSED
        assert await met(local, Endpoint(place=there, address="192.0.2.1", port=1), As(limit=10)) is Met.UNREACHABLE
    assert await met(local, Endpoint(place=there, address="127.0.0.1", port=1), As()) is No.NO_WAY_IN


@awaited
async def test_files_and_sockets_of_another_root_are_its_own(tmp_path: Path) -> None:
    root = tmp_path / "root"
    (root / "etc").mkdir(parents=True)
    (root / "etc/shadow").write_text("of the container")
    (root / "log").symlink_to("/etc/shadow")
    (root / "up").symlink_to("../../../../etc/shadow")
    (root / "etc/hosts").write_text("10.9.8.7 db.internal\n")
    local = Local()
    with Apart(root=root) as apart:
        there = Place(host=local.here().host, mnt=apart.inode("mnt"))
        for path in ("/etc/shadow", "/log", "/up", "/../etc/shadow"):
            raw = await local.read(there, path, 100)
            assert isinstance(raw, Raw)
            assert raw.data == b"of the container"
        assert await local.list(there, "/") == ("app.sock", "etc", "log", "up")
        entry = await local.stat(there, "/log")
        assert not isinstance(entry, Refusal)
        assert entry.target == "/etc/shadow"
        assert await met(local, SocketPath(place=there, path="/app.sock"), As(limit=10)) is Met.CONNECTED
        assert await met(local, SocketPath(place=there, path="/none.sock"), As(limit=10)) is Met.NO_SOCKET
        assert await met(local, SocketPath(place=local.here(), path="/app.sock"), As()) is Met.NO_SOCKET
        resolved = await local.resolve(there, "db.internal")
        assert not isinstance(resolved, Refusal)
        assert resolved.addresses == ("10.9.8.7",)
        ran = await local.run(there, ReadOnly.KERNEL_LOG)
        assert isinstance(ran, Refusal)
        assert ran.no is No.NO_WAY_IN
    gone = await local.read(there, "/etc/shadow", 100)
    assert isinstance(gone, Refusal)


@awaited
async def test_nothing_of_the_place_is_run_or_imported_there(tmp_path: Path) -> None:
    """A root that offers modules and plugins in place of ours: none of them is touched."""
    root = tmp_path / "root"
    for name in {Path(os.__file__).parent, Path("/usr/lib/x86_64-linux-gnu")}:
        trap = root / name.relative_to("/")
        (trap / "encodings").mkdir(parents=True)
        for module in ("encodings/idna.py", "encodings/__init__.py", "socket.py", "json.py", "libnss_trap.so.2"):
            (trap / module).write_text("raise SystemExit(9)\n")
            os.utime(trap / module, (1, 1))
    (root / "etc").mkdir()
    (root / "etc/nsswitch.conf").write_text("hosts: trap\n")
    (root / "etc/resolv.conf").write_text("nameserver 127.0.0.1\n")
    local = Local()
    with Apart(net=True, root=root) as apart:
        there = Place(host=local.here().host, net=apart.inode("net"), mnt=apart.inode("mnt"))
        assert await met(local, SocketPath(place=there, path="/app.sock"), As(limit=10)) is Met.CONNECTED
        await local.resolve(there, "shop.example.com")
    touched = [
        each for each in root.rglob("*") if each.is_file() and "etc" not in each.parts and each.stat().st_atime > 2
    ]
    assert touched == []


@awaited
async def test_another_process_that_took_the_number_is_noticed() -> None:
    said, handed = await entered(
        {"do": "connect", "family": "4", "address": "127.0.0.1", "port": 1, "limit": 5.0}
        | leading_to("net", os.getpid(), 12345),
        5.0,
    )
    assert handed is None
    assert said["step"] == "enter"


@awaited
async def test_a_source_address_is_used() -> None:
    local = Local()
    with Upstream(reading) as upstream:
        to = Endpoint(place=local.here(), address="127.0.0.1", port=upstream.port)
        stream = await local.connect(to, As(source="127.0.0.9", limit=10.0))
        assert not isinstance(stream, Refusal)
        assert stream.local.startswith("127.0.0.9:")
        await stream.close()
        assert await met(local, to, As(source="192.0.2.9", limit=10.0)) is Met.EXHAUSTED
        assert await met(local, to, As(source="example.com")) is No.FAILED
