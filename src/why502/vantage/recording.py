"""Record and redact: between a vantage and all who look through it, so that nothing is seen that is not in the bundle.

Those who look get exactly the bytes that are recorded, after redaction.
"""

import asyncio
import re
import time
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import TypeVar

from why502.observations.place import Place, Window
from why502.observations.probes import Met
from why502.observations.subjects import Address
from why502.observations.want import As, User, Why
from why502.vantage.base import (
    Entry,
    No,
    Raw,
    ReadOnly,
    Refusal,
    Resolved,
    Stream,
    TlsMet,
    TlsRefusal,
    Vantage,
)
from why502.vantage.looking import ASKER
from why502.vantage.recorded import (
    Ask,
    Connect,
    Covers,
    Exchange,
    Given,
    Link,
    List,
    Now,
    Read,
    Record,
    Resolve,
    Run,
    Stat,
    Token,
)
from why502.vantage.redaction import RedactingLines, Redactor

T = TypeVar("T")
KEPT_BYTES = 64 << 20
"""Most bytes that one recording keeps."""
ONE_BYTES = 11 << 20
"""Most bytes of one answer; in base64 it still fits a line of a bundle."""
OVERHEAD = 200
"""What an answer counts beyond its bytes."""
TEXT = 500
CACHED = 4096
HALF_LINE = 8192
REST_OF_LINE = 32768

PROGRAM = b"\x7fELF"
"""A program's own file; it is made by a compiler and holds no secret of this host."""
NUMBERS = re.compile(
    r"/proc/(?:[0-9]{1,10}|self)/"
    r"(?:stat|statm|status|limits|io|schedstat|oom_score|oom_score_adj|net/(?:tcp6?|netstat|snmp))"
)
"""Tables of the kernel in which no text of anybody stands but a process's name of 15 characters."""
KERNEL_LINK = re.compile(r"[a-z]{3,20}:\[[0-9]{1,20}\]")
NUL_SEPARATED = re.compile(r"/proc/(?:[0-9]{1,10}|self)/(?:task/[0-9]{1,10}/)?(?:cmdline|environ)")
OPTION = re.compile(rb"--?[A-Za-z][A-Za-z0-9_.-]{0,63}")


class Recording:
    """A vantage that keeps what it was asked and what it gave, redacted; `keep=False` redacts only.

    `cut`: there was more than the recording keeps (64 MiB).
    """

    def __init__(self, inner: Vantage, redactor: Redactor | None = None, *, keep: bool = True) -> None:
        """Wrap a vantage; one redactor for all vantages of a run gives equal secrets equal markers."""
        self.inner = inner
        self.name = inner.name
        self.kind = inner.kind
        self.privileged = inner.privileged
        self.redactor = redactor if redactor is not None else Redactor()
        self.cut = False
        self._keep = keep
        self._left = KEPT_BYTES
        self._began = time.monotonic()
        self._asks: list[tuple[Ask, float]] = []
        self._given: dict[int, Given | RecordedStream] = {}
        self._dropped: set[int] = set()
        self._text = lru_cache(CACHED)(self.redactor.redact_text)
        self._piece = lru_cache(CACHED)(self.redactor.redact)
        self._arguments = lru_cache(CACHED)(self._redact_arguments)

    def records(self) -> tuple[Record, ...]:
        """Return all that is kept, in the order in which it was asked; what is still under way counts as timed out."""
        now = datetime.now(UTC)
        found = []
        for slot, (ask, after) in enumerate(self._asks):
            if slot in self._dropped:
                continue
            given = self._given[slot] if slot in self._given else _timed_out(now, now)
            if isinstance(given, RecordedStream):
                given = given.exchange()
            found.append(Record(ask=ask, given=given, after=round(after, 6)))
        return tuple(found)

    def spend(self, size: int) -> bool:
        """Take this many bytes of what may be kept, or say that there is no room."""
        if not self._keep:
            return False
        size += OVERHEAD
        if size > self._left or size > ONE_BYTES:
            self.cut = True
            return False
        self._left -= size
        return True

    def here(self) -> Place:
        """Return the place of the tool itself."""
        return self.inner.here()

    def covers(self, place: Place) -> Why | None:
        """Ask the vantage, and keep its answer."""
        why = self.inner.covers(place)
        self._end(self._begin(Covers(place=place)), why, 0)
        return why

    def unlock(self) -> str:
        """Return the command that would give more rights."""
        return self.inner.unlock()

    async def now(self) -> datetime:
        """Return the time, and keep it."""
        at = await self.inner.now()
        self._end(self._begin(Now(by=ASKER.get())), at, 0)
        return at

    async def token(self) -> str:
        """Return a random token, and keep it: a replay asks with the same."""
        made = await self.inner.token()
        self._end(self._begin(Token()), made, 0)
        return made

    async def read(
        self, place: Place, path: str, most: int, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        """Read, redacted."""
        slot = self._begin(Read(place=place, path=path, most=most, tail=tail, reader=reader))
        got = await self._through(slot, self.inner.read(place, path, most, tail=tail, reader=reader))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        return self._raw(slot, got, path)

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        """List; names stay as they are."""
        slot = self._begin(List(place=place, path=path))
        got = await self._through(slot, self.inner.list(place, path))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        self._end(slot, got, sum(map(len, got)))
        return got

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        """Look at a path; where a link points is redacted."""
        slot = self._begin(Stat(place=place, path=path))
        got = await self._through(slot, self.inner.stat(place, path))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        if got.target is not None:
            got = replace(got, target=self._link(got.target))
        self._end(slot, got, len(path))
        return got

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        """Return where a link points, redacted."""
        slot = self._begin(Link(place=place, path=path))
        got = await self._through(slot, self.inner.readlink(place, path))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        got = self._link(got)
        self._end(slot, got, len(got))
        return got

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        """Run, and redact what it wrote."""
        slot = self._begin(Run.of(place, command, arguments))
        got = await self._through(slot, self.inner.run(place, command, *arguments))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        return self._raw(slot, got, "")

    async def connect(self, to: Address, how: As) -> Stream | Refusal:
        """Connect; what comes through the stream is redacted line by line."""
        slot = self._begin(Connect(to=to, how=without_secrets(how, self._text)))
        got = await self._through(slot, self.inner.connect(to, how))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        stream = RecordedStream(got, self)
        self._end(slot, stream, 0)
        return stream

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        """Resolve."""
        slot = self._begin(Resolve(place=place, name=name, server=server))
        got = await self._through(slot, self.inner.resolve(place, name, server))
        if isinstance(got, Refusal):
            return self._refused(slot, got)
        self._end(slot, got, sum(map(len, got.addresses)))
        return got

    def cleaned(self, refusal: Refusal) -> Refusal:
        """Redact and bound the words of a refusal, and a peer's first bytes."""
        text = self._text(refusal.text[:TEXT]) if refusal.text else ""
        if isinstance(refusal, TlsRefusal):
            said = self._text(refusal.handshake[:TEXT])
            return replace(refusal, text=text, handshake=said, first=self.redactor.redact(refusal.first))
        return refusal if text == refusal.text else replace(refusal, text=text)

    def _begin(self, ask: Ask) -> int:
        """Keep the place of an answer: answers stand in the order of their questions, also where they overlap."""
        if not self._keep:
            return -1
        self._asks.append((ask, time.monotonic() - self._began))
        return len(self._asks) - 1

    def _end(self, slot: int, given: "Given | RecordedStream", size: int) -> None:
        if not self._keep:
            return
        if self.spend(size):
            self._given[slot] = given
        else:
            self._dropped.add(slot)

    async def _through(self, slot: int, doing: Awaitable[T]) -> T:
        try:
            return await doing
        except asyncio.CancelledError:
            if self._keep:
                end = datetime.now(UTC)
                lasted = time.monotonic() - self._began - self._asks[slot][1]
                self._end(slot, _timed_out(end - timedelta(seconds=lasted), end), 0)
            raise

    def _refused(self, slot: int, got: Refusal) -> Refusal:
        given = self.cleaned(got)
        self._end(slot, given, len(given.text) + (len(given.first) if isinstance(given, TlsRefusal) else 0))
        return given

    def _raw(self, slot: int, got: Raw, path: str) -> Raw:
        data = self._data(got, path)
        given = got if data == got.data else replace(got, data=data)
        self._end(slot, given, len(data))
        return given

    def _data(self, got: Raw, path: str) -> bytes:
        data = got.data
        if not data or NUMBERS.fullmatch(path) or data.startswith(PROGRAM):
            return data
        if NUL_SEPARATED.fullmatch(path):
            return self._arguments(data)
        if got.start > 0:
            data = _without_half_line(data)
        return self._piece(data) if len(data) < CACHED else self.redactor.redact(data)

    def _link(self, target: str) -> str:
        return target if KERNEL_LINK.fullmatch(target) else self._text(target)

    def _redact_arguments(self, data: bytes) -> bytes:
        """Redact arguments that end in NUL; `--password`, NUL, value is read as `--password=value`."""
        words = data.split(b"\0")
        joined = bytearray()
        for index, word in enumerate(words):
            if index:
                bare = OPTION.fullmatch(words[index - 1]) and word and not word.startswith(b"-")
                joined += b"=" if bare else b"\n"
            joined += word
        clean = bytearray(self.redactor.redact(bytes(joined)))
        at = -1
        while (at := data.find(b"\0", at + 1)) >= 0:
            clean[at] = 0
        return bytes(clean)


class RecordedStream:
    """A stream whose bytes are redacted by whole lines and kept.

    An unfinished last line is held back until it ends, the stream ends, or nothing more comes in time.
    """

    def __init__(self, inner: Stream, recording: Recording) -> None:
        """Wrap a stream of a recording."""
        self._inner = inner
        self._recording = recording
        self.seconds = inner.seconds
        self.tls: TlsMet | None = inner.tls
        self.local = inner.local
        self._lines = RedactingLines(recording.redactor)
        self._ready = b""
        self._line = b""
        self._seen = 0
        self._ended: bytes | Refusal | None = None
        self._received: list[bytes | Refusal] = []
        self._sent: list[Refusal | None] = []

    def exchange(self) -> Exchange:
        """Return what went through it so far."""
        return Exchange(
            seconds=self.seconds,
            local=self.local,
            tls=self.tls,
            received=tuple(self._received),
            sent=tuple(self._sent),
        )

    async def send(self, data: bytes) -> Refusal | None:
        """Send; only whether it could be sent is kept."""
        began = datetime.now(UTC)
        try:
            refusal = await self._inner.send(data)
        except asyncio.CancelledError:
            self._keep_sent(_timed_out(began, datetime.now(UTC)))
            raise
        if refusal is not None:
            refusal = self._recording.cleaned(refusal)
        self._keep_sent(refusal)
        return refusal

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return whole redacted lines, or what there is when the stream ends or the time is up."""
        began = datetime.now(UTC)
        try:
            got = await self._next(limit, most)
        except asyncio.CancelledError:
            self._keep_received(_timed_out(began, datetime.now(UTC)))
            raise
        self._keep_received(got)
        return got

    async def close(self) -> None:
        """Hang up."""
        await self._inner.close()

    async def _next(self, limit: float, most: int) -> bytes | Refusal:
        ends = time.monotonic() + limit
        while not self._ready and self._ended is None:
            got = await self._inner.receive(max(ends - time.monotonic(), 0.0), most)
            if isinstance(got, bytes) and got:
                self._line = (self._line + got).rpartition(b"\n")[2]
                self._ready = self._unseen(self._lines.feed(got))
                continue
            self._ready = self._unseen(self._lines.flush())
            self._begin_again()
            outcome = self._recording.cleaned(got) if isinstance(got, Refusal) else got
            # A time-out is no end: more may come, and the next call waits for it.
            if not (isinstance(outcome, Refusal) and outcome.no is No.TIMED_OUT):
                self._ended = outcome
            elif not self._ready:
                return outcome
        if self._ready:
            given, self._ready = self._ready[:most], self._ready[most:]
            return given
        return b"" if self._ended is None else self._ended

    def _begin_again(self) -> None:
        """Put a line that was given unfinished before what may still come of it: its name marks the secret's rest."""
        if len(self._line) > REST_OF_LINE:
            self._line = b""
        self._seen = len(self._line)
        self._lines.feed(self._line)

    def _unseen(self, data: bytes) -> bytes:
        """Leave out what was given before; redacted bytes are as many as the others."""
        first = min(self._seen, len(data))
        self._seen -= first
        return data[first:]

    def _keep_received(self, got: bytes | Refusal) -> None:
        size = len(got) if isinstance(got, bytes) else len(got.text)
        if self._recording.spend(size):
            self._received.append(got)

    def _keep_sent(self, refusal: Refusal | None) -> None:
        if self._recording.spend(0):
            self._sent.append(refusal)


def without_secrets(how: As, redact_text: Callable[[str], str]) -> As:
    """Return the same, fit for a bundle: header names without values, no body, the path redacted."""
    headers = tuple((name, "") for name, _ in how.headers)
    path = redact_text(how.path)
    bare = headers == how.headers and path == how.path and not how.body
    return how if bare else replace(how, headers=headers, path=path, body=b"")


def _timed_out(start: datetime, end: datetime) -> Refusal:
    return Refusal(no=No.TIMED_OUT, at=Window(start=start, end=end), text="cut off by the deadline", met=Met.TIMED_OUT)


def _without_half_line(data: bytes) -> bytes:
    """Blank the rest of a line whose beginning was not read: a secret in it would have lost the name beside it."""
    end = data.find(b"\n", 0, HALF_LINE)
    return data if end < 0 else b" " * end + data[end:]
