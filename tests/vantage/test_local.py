"""This host: what is there is told, what must not be looked at is not, and what hangs is cut."""

import asyncio
import os
import re
import socket
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stands.gateway import until
from tests.stands.upstream import Peer, Upstream
from tests.vantage.running import awaited
from why502.observations.place import Place
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint
from why502.observations.want import As, TlsAs, User, Why
from why502.vantage import inside
from why502.vantage import local as module
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Resolved
from why502.vantage.local import Local
from why502.vantage.recording import Recording

WWW = User(uid=33, gid=33)


@pytest.fixture(autouse=True)
def closes_what_it_opens() -> Iterator[None]:
    before = len(os.listdir("/proc/self/fd"))
    yield
    # a thread that was cut off closes its own when it comes back
    until("every descriptor to be closed", lambda: len(os.listdir("/proc/self/fd")) <= before)


async def data(path: str | Path, most: int = 1 << 16, *, tail: bool = False, reader: User | None = None) -> bytes | No:
    local = Local()
    got = await local.read(local.here(), str(path), most, tail=tail, reader=reader)
    return got.no if isinstance(got, Refusal) else got.data


@awaited
async def test_a_file_is_read_from_its_beginning_or_its_end(tmp_path: Path) -> None:
    file = tmp_path / "f"
    file.write_bytes(b"0123456789")
    local = Local()
    whole = await local.read(local.here(), str(file), 10)
    head = await local.read(local.here(), str(file), 4)
    tail = await local.read(local.here(), str(file), 4, tail=True)
    assert isinstance(whole, Raw)
    assert isinstance(head, Raw)
    assert isinstance(tail, Raw)
    assert (whole.data, whole.cut, whole.start, whole.size) == (b"0123456789", False, 0, 10)
    assert (head.data, head.cut, head.start) == (b"0123", True, 0)
    assert (tail.data, tail.cut, tail.start) == (b"6789", True, 6)
    assert whole.changed is not None
    assert whole.source == str(file)


@awaited
async def test_what_is_no_file_is_refused_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "fifo")
    with socket.socket(socket.AF_UNIX) as listening:
        listening.bind(str(tmp_path / "socket"))
        async with asyncio.timeout(5):
            for path in (tmp_path / "fifo", tmp_path / "socket", tmp_path, "/dev/zero", "/dev/tty", "/dev/null"):
                assert await data(path) is No.NOT_REGULAR
    assert await data(tmp_path / "none") is No.MISSING
    assert await data("/x" * 10_000) is No.FAILED
    for path in ("/a\0b", "/proc/\0", "/proc/self/\ud800", ""):
        assert await data(path) in {No.FAILED, No.MISSING}


@pytest.mark.parametrize(
    "path",
    [
        "/proc/self/root/etc/hostname",
        "/proc/self/task/1/root/etc/hostname",
        "/proc/thread-self/root/etc/hostname",
        "/proc/self/cwd/pyproject.toml",
        "/proc/self/fd/0",
        "/proc/self/fd/3/x",
        "/proc/self/exe",
        "/proc/self//root/etc/hostname",
        "/proc/self/./root/etc/hostname",
        "/proc/self/mem",
        "/proc/kmsg",
        "/proc/kcore",
        "/sys/kernel/tracing/trace_pipe",
        "/sys/kernel/debug/tracing/trace_pipe",
    ],
)
@awaited
async def test_no_link_of_proc_is_followed_and_nothing_used_up(path: str) -> None:
    async with asyncio.timeout(5):
        assert isinstance(await data(path), No)


@pytest.mark.parametrize("path", ["/proc/self/root", "/proc/self/cwd", "/proc/self/root/etc", "/proc/self/fd/0"])
@awaited
async def test_nothing_is_listed_behind_a_link_of_proc(path: str) -> None:
    local = Local()
    assert isinstance(await local.list(local.here(), path), Refusal)


@awaited
async def test_dots_do_not_lead_from_proc_past_the_rights_of_the_reader(tmp_path: Path) -> None:
    file = tmp_path / "secret"
    file.write_text("secret")
    os.chmod(file, 0o600)
    for start in ("/proc/..", "/proc/self/../..", "/sys/../proc/.."):
        assert await data(f"{start}{file}", reader=User(uid=12345, gid=12345)) in {No.DENIED, No.MISSING}


@awaited
async def test_what_the_user_could_not_read_is_refused_in_proc_too() -> None:
    assert isinstance(await data(f"/proc/{os.getpid()}/environ"), bytes)
    assert await data(f"/proc/{os.getpid()}/environ", reader=WWW) is No.DENIED
    assert isinstance(await data(f"/proc/{os.getpid()}/status", reader=WWW), bytes)


@awaited
async def test_a_file_of_another_user_is_not_quoted(tmp_path: Path) -> None:
    file = tmp_path / "log"
    file.write_text("x")
    for directory in (tmp_path, tmp_path.parent, tmp_path.parent.parent):
        assert await data(directory / "none", reader=WWW) in {No.DENIED, No.MISSING}
    os.chmod(file, 0o600)
    assert await data(file) == b"x"
    assert await data(file, reader=WWW) is No.DENIED


@awaited
async def test_proc_is_read_listed_and_looked_at() -> None:
    local = Local()
    here, pid = local.here(), os.getpid()
    line = await data(f"/proc/{pid}/cmdline")
    assert isinstance(line, bytes)
    assert line.split(b"\0")[0]
    cut = await local.read(here, f"/proc/{pid}/status", 10)
    assert isinstance(cut, Raw)
    assert (len(cut.data), cut.cut) == (10, True)
    names = await local.list(here, "/proc")
    assert not isinstance(names, Refusal)
    assert str(pid) in names
    assert list(names) == sorted(names)
    entry = await local.stat(here, f"/proc/{pid}")
    assert isinstance(entry, Entry)
    assert (entry.kind, entry.uid) == ("dir", os.geteuid())
    assert re.fullmatch(r"net:\[\d+\]", str(await local.readlink(here, f"/proc/{pid}/ns/net")))
    assert await local.readlink(here, f"/proc/{pid}/exe") == os.readlink(f"/proc/{pid}/exe")
    gone = await local.read(here, "/proc/4194304000/stat", 10)
    assert isinstance(gone, Refusal)
    assert gone.no is No.MISSING


@awaited
async def test_kinds_of_what_stands_there(tmp_path: Path) -> None:
    local = Local()
    (tmp_path / "file").write_text("abc")
    (tmp_path / "link").symlink_to("file")
    os.mkfifo(tmp_path / "fifo")
    os.utime(tmp_path / "file", (-5e10, -5e10))
    kinds = {}
    for name in ("file", "link", "fifo", "."):
        entry = await local.stat(local.here(), str(tmp_path / name))
        assert isinstance(entry, Entry)
        kinds[name] = entry.kind
    assert kinds == {"file": "file", "link": "link", "fifo": "fifo", ".": "dir"}
    assert await local.readlink(local.here(), str(tmp_path / "link")) == "file"
    no_link = await local.readlink(local.here(), str(tmp_path / "file"))
    assert isinstance(no_link, Refusal)
    assert await local.list(local.here(), str(tmp_path)) == ("fifo", "file", "link")


@awaited
async def test_a_file_system_that_hangs_is_cut(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "other").write_text("fine")
    free, walk = threading.Event(), inside.walk

    def hung(root: str | int, path: str, *, follow: bool, user: User | None = None) -> int:
        if "hung" in path:
            free.wait(30)
        return walk(root, path, follow=follow, user=user)

    monkeypatch.setattr(inside, "walk", hung)
    monkeypatch.setattr(module, "FILE_SECONDS", 0.3)
    local = Local()
    try:
        looks = [asyncio.ensure_future(local.read(local.here(), f"/hung/{each}", 10)) for each in range(20)]
        await asyncio.sleep(0)
        assert await data(tmp_path / "other") == b"fine"
        for got in await asyncio.gather(*looks):
            assert isinstance(got, Refusal)
            assert got.no is No.TIMED_OUT
    finally:
        free.set()


@awaited
async def test_other_hosts_and_unknown_places_are_not_ours() -> None:
    local = Local()
    far = Place(host="another")
    assert local.covers(far) is Why.NO_VANTAGE
    assert local.covers(local.here()) is None
    for got in (
        await local.read(far, "/etc/hostname", 10),
        await local.read(far, "/proc/self/stat", 10),
        await local.list(far, "/"),
        await local.stat(far, "/"),
        await local.readlink(far, "/proc/self/exe"),
        await local.run(far, ReadOnly.KERNEL_LOG),
        await local.connect(Endpoint(place=far, address="127.0.0.1", port=1), As()),
        await local.resolve(far, "localhost"),
    ):
        assert isinstance(got, Refusal)
        assert got.no is No.NO_WAY_IN
    nowhere = Place(host=local.here().host, net=1, mnt=1)
    for refused in (
        await local.read(nowhere, "/etc/hostname", 10),
        await local.run(nowhere, ReadOnly.SS_LISTEN_TCP),
        await local.run(nowhere.network(), ReadOnly.SS_LISTEN_TCP),
        await local.connect(Endpoint(place=nowhere, address="127.0.0.1", port=1), As()),
        await local.resolve(nowhere, "localhost"),
    ):
        assert isinstance(refused, Refusal)


@awaited
async def test_commands_are_run_and_told_by_their_words() -> None:
    local = Local()
    got = await local.run(local.here(), ReadOnly.SS_LISTEN_TCP)
    if isinstance(got, Refusal):
        assert got.no is No.NO_TOOL
    else:
        assert got.source.startswith("ss -H")
    option = await local.run(local.here(), ReadOnly.UNIT, "--version")
    assert isinstance(option, Refusal)
    assert option.no is No.FAILED


@awaited
async def test_names_are_resolved_and_what_is_none_is_refused() -> None:
    local = Local()
    got = await local.resolve(local.here(), "localhost")
    assert isinstance(got, Resolved)
    assert {"127.0.0.1", "::1"} & set(got.addresses)
    for name in ("a\0b", "a..b", "x" * 64 + ".example.com", "\ud800"):
        assert not getattr(await local.resolve(local.here(), name), "addresses", ())


@awaited
async def test_a_handshake_that_is_given_up_leaves_no_connection() -> None:
    local = Local()
    with Upstream(Peer.hold) as upstream:
        to = Endpoint(place=local.here(), address="127.0.0.1", port=upstream.port)
        before = len(os.listdir("/proc/self/fd"))
        with pytest.raises(TimeoutError):
            async with asyncio.timeout(0.2):
                await local.connect(to, As(tls=TlsAs(server_name="a"), limit=30.0))
        assert len(os.listdir("/proc/self/fd")) <= before + 1, "only the upstream's own side may be left"


@awaited
async def test_a_server_that_floods_stays_within_what_is_kept(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("why502.vantage.recording.KEPT_BYTES", 100_000)

    def flood(peer: Peer) -> None:
        while not peer.stopped.is_set():
            peer.send(b"x" * 65536)

    with Upstream(flood) as upstream:
        recording = Recording(Local())
        to = Endpoint(place=recording.here(), address="127.0.0.1", port=upstream.port)
        stream = await recording.connect(to, As())
        assert not isinstance(stream, Refusal)
        for _ in range(20):
            got = await stream.receive(5.0, 8192)
            assert isinstance(got, bytes)
            assert 0 < len(got) <= 8192
        await stream.close()
    assert recording.cut
    assert len(repr(recording.records())) < 200_000


@awaited
async def test_without_root_it_becomes_nobody_else() -> None:
    local = Local()
    local.privileged = False
    to = Endpoint(place=local.here(), address="127.0.0.1", port=1)
    got = await local.connect(to, As(user=User(uid=1 + os.geteuid(), gid=1 + os.getegid())))
    assert isinstance(got, Refusal)
    assert (got.no, got.met, got.text) == (No.DENIED, None, "only root can connect as another user")


@awaited
async def test_it_tells_who_it_is() -> None:
    local = Local()
    assert local.privileged == (os.geteuid() == 0)
    assert local.unlock() == f"sudo {sys.executable} -m why502"
    assert local.here().same_network(Local().here())
    assert re.fullmatch(r"[0-9a-f]{12}", await local.token())
    assert await local.token() != await local.token()
    now = await local.now()
    assert now.utcoffset() is not None
    got = await local.connect(Endpoint(place=local.here(), address="127.0.0.1", port=1), As())
    assert isinstance(got, Refusal)
    assert (got.met, got.text) == (Met.REFUSED, "Connection refused")
