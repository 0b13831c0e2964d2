"""What does it answer to the gateway's own request? One safe request in its protocol, read up to the head's end."""

from dataclasses import replace

from why502.observations.fact import Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.probes import Met, Reply, ResponseAttempt
from why502.observations.subjects import Address
from why502.observations.want import As, Cost, Gap, Protocols, Want, Why
from why502.probes import fastcgi, http1, uwsgi
from why502.probes.attempt import (
    FIRST,
    RESET,
    Clock,
    address_of,
    gap,
    in_words,
    likeness,
    met,
    no_look,
    not_covered,
    seen,
    span,
    taken,
)
from why502.probes.http1 import NEWEST, SAFE_METHODS, Head, HeadReader, Version, shown
from why502.vantage.base import No, Refusal, Stream, TlsRefusal
from why502.vantage.looking import Around, looker

HEAD = 65536
"""Most bytes of a head that are read: more than any gateway takes by default but Go's and Envoy's."""

VERSION = ":version"
"""A pseudo-header of `As.headers`, never sent, that names the version of HTTP to speak: `1.0` (without it) or `1.1`."""

JUDGE = ":judge"
"""A pseudo-header, never sent, that names who judges the response: `nginx/1.22.1`; without it the newest nginx."""


@frozen
class Read:
    """What came back. `text` is the head itself, latin-1; `error` is the system's word for a connection's bad end."""

    head: Head
    reply: Reply
    text: str
    first: bytes
    said_aside: str = ""
    error: str = ""


@looker(ResponseAttempt, cost=Cost.REQUEST)
async def asking(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Ask an Endpoint or SocketPath over HTTP (with TLS if `how.tls`), FastCGI or uwsgi.

    Nothing but GET, HEAD and OPTIONS is ever sent. A head is judged with a buffer of 64 KiB: `head_bytes` is its true
    size.
    """
    about, how, vantage = address_of(want), want.how or As(), around.vantage
    if about is None or how.protocol not in {Protocols.HTTP, Protocols.FASTCGI, Protocols.UWSGI}:
        return ()
    if how.method not in SAFE_METHODS:
        return gap(want, Why.SWITCHED_OFF, f"a {how.method} request is not repeated against an upstream", vantage)
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    clock = Clock(vantage, await vantage.now(), how.limit)
    stream = await vantage.connect(about, _without_h2(how))
    if isinstance(stream, Refusal):
        return no_look(want, stream, vantage) or (_not_connected(about, how, stream),)
    await clock.left()
    sent = clock.last
    read = await _exchange(stream, how, clock)
    await stream.close()
    return (_answered(about, how, clock, clock.since(sent), read),)


def _without_h2(how: As) -> As:
    """Offer no HTTP/2: a gateway's HTTP/1 is what is imitated."""
    if how.tls is None:
        return how
    return replace(how, tls=replace(how.tls, alpn=tuple(each for each in how.tls.alpn if each != "h2")))


def judge_of(how: As) -> Version:
    """Return the version of nginx whose judgement is asked for."""
    _, _, text = dict(how.headers).get(JUDGE, "").partition("/")
    parts = text.split(".")
    readable = all(part.isascii() and part.isdigit() and len(part) < len("10000") for part in parts)
    return tuple(int(part) for part in parts) if text and readable else NEWEST


def _bytes_of(how: As) -> bytes:
    version = dict(how.headers).get(VERSION, "1.0")
    if how.protocol is Protocols.FASTCGI:
        return fastcgi.request(how.method, how.path, how.host or "localhost", how.headers)
    if how.protocol is Protocols.UWSGI:
        return uwsgi.request(how.method, how.path, how.host or "localhost", how.headers)
    return http1.request(how.method, how.path, how.host or "localhost", how.headers, version)


async def _exchange(stream: Stream, how: As, clock: Clock) -> Read:
    """Send, and read until the head is settled, the peer ends it, or time is up."""
    version = judge_of(how)
    is_fastcgi = how.protocol is Protocols.FASTCGI
    reader = fastcgi.ResponseReader(HEAD, version) if is_fastcgi else HeadReader(HEAD, version)
    kept = bytearray()
    # a peer that hung up may still have left an answer: a failed send is told by what can be read
    await stream.send(_bytes_of(how))
    ended: Refusal | None = None
    while not reader.settled:
        left = await clock.left()
        data = await stream.receive(left) if left > 0 else None
        if data is None or isinstance(data, Refusal):
            ended = data
            break
        if not data:
            return _read(reader, kept, Reply.CLOSED, "")
        kept += data[: HEAD - len(kept)]
        reader.feed(data)
    await clock.left()
    unsettled = _how_it_ended(ended)
    error = ended.text if ended is not None and unsettled is not Reply.TIMED_OUT else ""
    return _read(reader, kept, unsettled, error)


def _how_it_ended(refusal: Refusal | None) -> Reply:
    if refusal is None or refusal.no is No.TIMED_OUT:
        return Reply.TIMED_OUT
    return Reply.RESET if refusal.errno == RESET else Reply.CLOSED


def _read(reader: HeadReader | fastcgi.ResponseReader, kept: bytearray, unsettled: Reply, error: str) -> Read:
    head = reader.head(ended=unsettled is Reply.CLOSED)
    if isinstance(reader, fastcgi.ResponseReader):
        text, aside = reader.block, reader.errors
    else:
        text, aside = bytes(kept[head.start : head.start + head.head_bytes]), ""
    return Read(
        head=head,
        reply=head.reply or unsettled,
        text=text.decode("latin-1"),
        first=bytes(kept[:FIRST]),
        said_aside=aside,
        error=error,
    )


def _answered(about: Address, how: As, clock: Clock, seconds: float, read: Read) -> ResponseAttempt:
    head = read.head
    return ResponseAttempt(
        about=about,
        seen=_seen(about, how, clock, _told(about, how, seconds, read)),
        met=Met.CONNECTED,
        reply=read.reply,
        status=head.status,
        head=read.text,
        head_bytes=head.head_bytes,
        head_complete=head.complete,
        wrong=head.wrong or read.error,
        first=read.first,
        seconds=seconds,
        how=how,
    )


def _told(about: Address, how: As, seconds: float, read: Read) -> str:
    """Write the exchange as a person reads it."""
    asked = f"{how.method} {how.path} to {about} ({how.protocol.value}{', TLS' if how.tls else ''})"
    what = _what(read, taken(seconds))
    aside = f"\nstandard error: {read.said_aside}" if read.said_aside else ""
    lines = "\n".join(shown(line) for line in read.text.encode("latin-1").splitlines() if line)
    body = shown(read.first) if read.reply is Reply.INVALID else lines
    return f"{shown(asked.encode())}: {what}{aside}" + (f"\n{body}" if body else "")


def _what(read: Read, after: str) -> str:
    size = read.head.head_bytes
    match read.reply:
        case Reply.ANSWERED:
            return f"{read.head.status}, a head of {size} bytes, after {after}"
        case Reply.TIMED_OUT:
            return f"no whole response head within {after}, {size} bytes of it came"
        case Reply.CLOSED:
            return f"closed after {after} and {size} bytes, before the response head was whole"
        case Reply.RESET:
            return f"reset after {after} and {size} bytes"
        case Reply.TOO_BIG:
            return f"a response head above {HEAD} bytes"
        case Reply.INVALID:
            return f"no valid response: {read.head.wrong}"


def _not_connected(about: Address, how: As, refusal: Refusal) -> ResponseAttempt:
    ended = met(refusal) or Met.OTHER
    in_tls = isinstance(refusal, TlsRefusal)
    seconds = span(refusal.at)
    words = f"TLS handshake failed: {refusal.text}" if in_tls else in_words(refusal, ended)
    return ResponseAttempt(
        about=about,
        seen=seen(
            __name__,
            refusal.at,
            f"{how.protocol.value} request to {about}",
            f"connect to {about}: {words} in {taken(seconds)}",
            likeness(about, how, beyond_connect=in_tls),
        ),
        met=ended,
        reply=None,
        status=None,
        head="",
        head_bytes=0,
        head_complete=False,
        wrong=words if in_tls else "",
        first=refusal.first if isinstance(refusal, TlsRefusal) else b"",
        seconds=seconds,
        how=how,
    )


def _seen(about: Address, how: As, clock: Clock, raw: str) -> Seen:
    alike = likeness(about, how, beyond_connect=True)
    return seen(__name__, clock.window, f"{how.protocol.value} request to {about}", raw, alike)
