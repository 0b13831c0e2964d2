"""What passes through a recording is redacted, and is what is kept."""

import asyncio
import os
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import pytest

from tests.vantage.running import awaited
from tests.vantages import HERE, NOW, Paper
from why502.observations.place import Place, Window
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint
from why502.observations.want import As
from why502.vantage import recording as recordings
from why502.vantage.base import Entry, No, Raw, Refusal, Stream, TlsRefusal
from why502.vantage.bundle import read, save
from why502.vantage.local import Local
from why502.vantage.recorded import Connect, Exchange, Read
from why502.vantage.recording import KEPT_BYTES, Recording
from why502.vantage.replay import Replay

CANARY = "canary5aF3kQ9zX"
LOGIN = f"password={CANARY}"
TO = Endpoint(place=HERE, address="10.0.0.1", port=80)
AT = Window.instant(NOW)


class Script:
    """A stream that gives what it is told to, and notes what is sent."""

    seconds = 0.25
    tls = None
    local = "10.0.0.2:5"

    def __init__(self, *gives: bytes | Refusal) -> None:
        self.gives = list(gives)
        self.sent: list[bytes] = []
        self.closed = False

    async def send(self, data: bytes) -> Refusal | None:
        self.sent.append(data)
        return None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        return self.gives.pop(0) if self.gives else b""

    async def close(self) -> None:
        self.closed = True


class Wired(Paper):
    """Paper with connections."""

    streams: Sequence[Stream | Refusal] = ()

    async def connect(self, to: Endpoint, how: As) -> Stream | Refusal:  # type: ignore[override]
        first, *self.streams = self.streams
        return first


def wired(*streams: Stream | Refusal) -> Recording:
    vantage = Wired()
    vantage.streams = streams
    return Recording(vantage)


async def connected(recording: Recording, how: As | None = None) -> Stream:
    stream = await recording.connect(TO, how or As())
    assert not isinstance(stream, Refusal)
    return stream


def refusal(no: No = No.TIMED_OUT, text: str = "no data") -> Refusal:
    return Refusal(no=no, at=AT, text=text)


@awaited
async def test_consumers_get_exactly_the_bytes_that_are_recorded() -> None:
    recording = Recording(Paper({"/etc/app.env": f"A=1\n{LOGIN}\n"}))
    raw = await recording.read(HERE, "/etc/app.env", 4096)
    assert isinstance(raw, Raw)
    assert CANARY.encode() not in raw.data
    assert len(raw.data) == len(f"A=1\n{LOGIN}\n")
    (record,) = recording.records()
    assert record.ask == Read(place=HERE, path="/etc/app.env", most=4096)
    assert record.given == raw


@awaited
async def test_arguments_of_a_process_are_redacted_also_where_the_value_stands_in_its_own() -> None:
    line = f"/app\0--password\0{CANARY}\0--token={CANARY}\0--port\08080\0".encode()
    recording = Recording(Paper({"/proc/7/cmdline": line}))
    raw = await recording.read(HERE, "/proc/7/cmdline", 4096)
    assert isinstance(raw, Raw)
    words = raw.data.split(b"\0")
    assert [len(word) for word in words] == [len(word) for word in line.split(b"\0")]
    assert CANARY.encode() not in raw.data
    assert words[:2] == [b"/app", b"--password"]
    assert words[4:6] == [b"--port", b"8080"]


@awaited
async def test_the_rest_of_a_line_whose_beginning_was_not_read_is_blanked() -> None:
    text = f"GET /?password={CANARY} 1\nsecond\n"
    recording = Recording(Paper({"/log": text}))
    raw = await recording.read(HERE, "/log", len(CANARY) + 4 + len("second\n") - 5, tail=True)
    assert isinstance(raw, Raw)
    assert raw.data.strip() == b"second"


@awaited
async def test_links_refusals_and_first_bytes_are_redacted() -> None:
    entry = Entry(
        path="/l",
        kind="link",
        mode=0o777,
        uid=0,
        gid=0,
        size=1,
        inode=1,
        mtime=NOW,
        ctime=NOW,
        target=f"/a?{LOGIN}",
        at=AT,
    )
    recording = Recording(Paper(links={"/x": f"/srv?{LOGIN}", "/ns": "net:[4026531840]"}, entries={"/l": entry}))
    assert CANARY not in str(await recording.readlink(HERE, "/x"))
    assert await recording.readlink(HERE, "/ns") == "net:[4026531840]"
    seen = await recording.stat(HERE, "/l")
    assert isinstance(seen, Entry)
    assert CANARY not in str(seen.target)
    first = TlsRefusal(no=No.FAILED, at=AT, text=LOGIN, met=Met.CONNECTED, handshake=LOGIN, first=LOGIN.encode())
    got = await wired(first).connect(TO, As())
    assert isinstance(got, TlsRefusal)
    assert CANARY not in repr(got)


@awaited
async def test_a_stream_holds_an_unfinished_line_back_so_that_no_secret_passes_in_two_halves() -> None:
    half = len(LOGIN) - 6
    recording = wired(
        Script(b"HTTP/1.1 200 OK\r\nX: " + LOGIN[:half].encode(), LOGIN[half:].encode() + b"\r\n\r\nrest")
    )
    stream = await connected(recording)
    first = await stream.receive(1.0)
    assert first == b"HTTP/1.1 200 OK\r\n"
    more = b""
    while piece := await stream.receive(1.0):
        assert isinstance(piece, bytes)
        more += piece
    assert CANARY.encode() not in more
    assert more.startswith(b"X: password=")
    assert more.endswith(b"\r\n\r\nrest")
    exchange = recording.records()[0].given
    assert isinstance(exchange, Exchange)
    assert b"".join(each for each in exchange.received if isinstance(each, bytes)) == first + more


@awaited
async def test_an_unfinished_line_is_given_when_nothing_more_comes_in_time_and_more_is_waited_for_then() -> None:
    stream = await connected(wired(Script(b"SSH-2.0", refusal(), b"-x\n")))
    assert await stream.receive(0.01) == b"SSH-2.0"
    assert await stream.receive(0.01) == b"-x\n"
    assert await stream.receive(0.01) == b""
    assert await stream.receive(0.01) == b""


@awaited
async def test_a_secret_that_comes_before_and_after_a_time_out_passes_in_no_half() -> None:
    one, two = f"Cookie: session={CANARY}".encode(), f"{CANARY[::-1]}\r\nnext\r\n".encode()
    stream = await connected(wired(Script(one, refusal(), refusal(), two[:4], refusal(), two[4:], b"")))
    got = [await stream.receive(0.01) for _ in range(6)]
    first, silent, *rest, end = got
    assert isinstance(first, bytes)
    assert len(first) == len(one)
    assert isinstance(silent, Refusal)
    assert end == b""
    later = b"".join(each for each in rest if isinstance(each, bytes))
    assert len(later) == len(two)
    assert later.endswith(b"\r\nnext\r\n")
    assert CANARY[::-1][:4].encode() not in later
    assert CANARY[::-1][4:].encode() not in later


@awaited
async def test_a_reset_comes_after_what_was_held_back_and_stays() -> None:
    reset = refusal(No.FAILED, "Connection reset by peer")
    stream = await connected(wired(Script(b"half", reset)))
    assert await stream.receive(1.0) == b"half"
    assert await stream.receive(1.0) == reset
    assert await stream.receive(1.0) == reset


@awaited
async def test_no_more_is_given_at_once_than_asked_for() -> None:
    stream = await connected(wired(Script(b"0123456789\n")))
    pieces = [await stream.receive(1.0, 4) for _ in range(4)]
    assert pieces == [b"0123", b"4567", b"89\n", b""]


@awaited
async def test_what_is_sent_is_never_recorded_nor_are_header_values() -> None:
    script = Script(b"ok\n")
    recording = wired(script)
    stream = await connected(recording, As(headers=(("X-Anything", CANARY),), path=f"/a?{LOGIN}"))
    await stream.send(f"GET / HTTP/1.1\r\nAuthorization: Bearer {CANARY}\r\n".encode())
    assert CANARY in script.sent[0].decode()
    (record,) = recording.records()
    assert isinstance(record.ask, Connect)
    assert record.ask.how.headers == (("X-Anything", ""),)
    assert CANARY not in repr(recording.records())


class Hanging(Paper):
    """A vantage whose files never answer."""

    async def read(self, place: Place, path: str, most: int, **_: object) -> Raw | Refusal:  # type: ignore[override]
        await asyncio.Event().wait()
        raise AssertionError


@awaited
async def test_a_verb_that_the_deadline_cut_off_is_recorded_as_timed_out(tmp_path: Path) -> None:
    recording = Recording(Hanging())
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.01):
            await recording.read(HERE, "/hung", 10)
    (record,) = recording.records()
    assert isinstance(record.given, Refusal)
    assert record.given.no is No.TIMED_OUT
    assert record.given.at.start <= record.given.at.end


@awaited
async def test_past_its_bound_a_recording_is_cut_and_still_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    assert KEPT_BYTES == 64 << 20
    monkeypatch.setattr(recordings, "KEPT_BYTES", 1 << 20)
    piece = b"x\n" * (1 << 16)
    recording = Recording(Paper({"/big": piece}))
    for _ in range(10):
        raw = await recording.read(HERE, "/big", len(piece))
        assert isinstance(raw, Raw)
        assert len(raw.data) == len(piece)
    assert recording.cut
    assert sum(len(each.given.data) for each in recording.records() if isinstance(each.given, Raw)) == 7 * len(piece)


@awaited
async def test_without_keeping_it_redacts_all_the_same() -> None:
    recording = Recording(Paper({"/a": LOGIN}), keep=False)
    raw = await recording.read(HERE, "/a", 100)
    assert isinstance(raw, Raw)
    assert CANARY.encode() not in raw.data
    assert recording.records() == ()


@awaited
async def test_a_recorded_run_replays_the_same_from_its_file(tmp_path: Path) -> None:
    (tmp_path / "a.conf").write_text(f"listen 80;\n{LOGIN}\n")
    local = Local()
    recording = Recording(local)

    async def look(vantage: Recording | Replay) -> list[object]:
        here = vantage.here()
        return [
            await vantage.now(),
            await vantage.token(),
            vantage.covers(here),
            vantage.covers(Place(host="elsewhere")),
            await vantage.read(here, str(tmp_path / "a.conf"), 4096),
            await vantage.read(here, "/proc/self/stat", 4096),
            await vantage.read(here, str(tmp_path / "none"), 4096),
            await vantage.list(here, str(tmp_path)),
            await vantage.stat(here, str(tmp_path)),
            await vantage.readlink(here, "/proc/self/ns/net"),
            await vantage.resolve(here, "127.0.0.1"),
            await vantage.connect(Endpoint(place=here, address="127.0.0.1", port=1), As()),
            await vantage.now(),
        ]

    lived = await look(recording)
    save(tmp_path / "b", recording, started=datetime.now(UTC), target={"url": f"http://u:{CANARY}@h/"}, options={})
    bundle = read(tmp_path / "b")
    assert await look(Replay(bundle)) == lived
    assert CANARY not in repr(bundle)


@awaited
async def test_reading_three_hundred_processes_is_cheap() -> None:
    """Eight verbs for each of 300 processes cost well below what makes a diagnosis slow (units: seconds of CPU)."""
    recording = Recording(Local())
    here, pid = recording.here(), os.getpid()
    began = os.times()
    for _ in range(300):
        for name in ("stat", "status", "cmdline", "limits", "cgroup"):
            await recording.read(here, f"/proc/{pid}/{name}", 4096)
        for name in ("exe", "ns/net", "ns/mnt"):
            await recording.readlink(here, f"/proc/{pid}/{name}")
    ended = os.times()
    assert ended.user + ended.system - began.user - began.system < 0.5
