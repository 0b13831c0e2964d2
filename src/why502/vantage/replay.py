"""Look from a bundle: every verb gives what it gave when the bundle was recorded. No clock, no I/O, no waiting."""

from collections import defaultdict
from datetime import datetime

from why502.observations.place import Place, Window
from why502.observations.probes import Met
from why502.observations.subjects import Address
from why502.observations.want import As, User, Why
from why502.vantage.base import Entry, No, Raw, ReadOnly, Refusal, Resolved, Stream, TlsMet
from why502.vantage.bundle import Bundle
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
    Resolve,
    Run,
    Stat,
    Token,
)
from why502.vantage.recording import without_secrets

ABSENT = "not in the bundle"
NO_TOKEN = "0" * 12


class Replay:
    """A vantage whose outside is a bundle.

    Equal questions get their answers in the order of the recording, and then the last one again. A connection is never
    given twice: that would be a try that nobody made.
    """

    kind = "replay"

    def __init__(self, bundle: Bundle) -> None:
        """Lay out the records by their questions."""
        origin = bundle.header.vantage
        self.name = origin.name
        self.privileged = origin.privileged
        self._origin = origin
        self._started = bundle.header.started
        self._last = self._started
        self._answers: defaultdict[Ask, list[Given]] = defaultdict(list)
        for record in bundle.records:
            self._answers[record.ask].append(record.given)
        for answers in self._answers.values():
            answers.reverse()

    def here(self) -> Place:
        """Return the place of the tool when it recorded."""
        return self._origin.here

    def covers(self, place: Place) -> Why | None:
        """Answer as the recorded vantage did; if it was not asked, it covers its own host."""
        given = self._next(Covers(place=place))
        if isinstance(given, Why) or given is None:
            return given
        return None if place.host == self._origin.here.host else Why.NO_VANTAGE

    def unlock(self) -> str:
        """Return the command that would have given more rights there."""
        return self._origin.unlock

    async def now(self) -> datetime:
        """Return the recorded times in the order of each look; the last one told, where that look asked for none."""
        given = self._next(Now(by=ASKER.get()))
        if isinstance(given, datetime):
            self._last = max(self._last, given)
            return given
        return self._last

    async def token(self) -> str:
        """Return the recorded tokens in order."""
        given = self._next(Token())
        return given if isinstance(given, str) else NO_TOKEN

    async def read(
        self, place: Place, path: str, most: int, tail: bool = False, reader: User | None = None
    ) -> Raw | Refusal:
        """Give what was read."""
        given = self._next(Read(place=place, path=path, most=most, tail=tail, reader=reader))
        return given if isinstance(given, Raw | Refusal) else self._absent()

    async def list(self, place: Place, path: str) -> tuple[str, ...] | Refusal:
        """Give the names that were listed."""
        given = self._next(List(place=place, path=path))
        return given if isinstance(given, tuple | Refusal) else self._absent()

    async def stat(self, place: Place, path: str) -> Entry | Refusal:
        """Give what was seen of a path."""
        given = self._next(Stat(place=place, path=path))
        return given if isinstance(given, Entry | Refusal) else self._absent()

    async def readlink(self, place: Place, path: str) -> str | Refusal:
        """Give where a link pointed."""
        given = self._next(Link(place=place, path=path))
        return given if isinstance(given, str | Refusal) else self._absent()

    async def run(self, place: Place, command: ReadOnly, *arguments: str) -> Raw | Refusal:
        """Give what a command wrote."""
        given = self._next(Run.of(place, command, arguments))
        return given if isinstance(given, Raw | Refusal) else self._absent()

    async def connect(self, to: Address, how: As) -> Stream | Refusal:
        """Give a recorded connection, or how it was refused."""
        # The path was redacted with the rest of what is asked from; only header values are left to drop.
        answers = self._answers.get(Connect(to=to, how=without_secrets(how, str)))
        given = answers.pop() if answers else None
        if isinstance(given, Exchange):
            return ReplayedStream(given, Window.instant(self._started))
        return given if isinstance(given, Refusal) else self._absent()

    async def resolve(self, place: Place, name: str, server: str | None = None) -> Resolved | Refusal:
        """Give what was resolved."""
        given = self._next(Resolve(place=place, name=name, server=server))
        return given if isinstance(given, Resolved | Refusal) else self._absent()

    def _next(self, ask: Ask) -> Given:
        answers = self._answers.get(ask)
        if not answers:
            return self._absent()
        return answers.pop() if len(answers) > 1 else answers[0]

    def _absent(self) -> Refusal:
        return Refusal(no=No.NO_WAY_IN, at=Window.instant(self._started), text=ABSENT)


class ReplayedStream:
    """A connection that gives what it gave; after that its end, or a time-out where it had not ended."""

    def __init__(self, exchange: Exchange, at: Window) -> None:
        """Begin at the first thing received."""
        self.seconds = exchange.seconds
        self.tls: TlsMet | None = exchange.tls
        self.local = exchange.local
        self._received = list(reversed(exchange.received))
        self._sent = list(reversed(exchange.sent))
        self._last: bytes | Refusal = Refusal(no=No.TIMED_OUT, at=at, text=ABSENT, met=Met.TIMED_OUT)

    async def send(self, data: bytes) -> Refusal | None:
        """Tell whether it could be sent."""
        del data
        return self._sent.pop() if self._sent else None

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return the next thing received, at once."""
        del limit
        if not self._received:
            return self._last
        given = self._received.pop()
        if isinstance(given, bytes) and len(given) > most:
            self._received.append(given[most:])
            return given[:most]
        if given == b"" or isinstance(given, Refusal):
            self._last = given
        return given

    async def close(self) -> None:
        """Hang up."""
