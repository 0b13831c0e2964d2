"""The client's own request, for first contact: sent once, and waited for as long as the caller likes.

A request that hangs is evidence while it hangs: `begin` sends it, `Contact.finish` waits, and may be called again on
the same connection after it answered `HANGING`.
"""

from why502.observations.answer import Answer, Ending
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.failure import Request
from why502.observations.frozen import frozen
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint
from why502.observations.want import As, Cost, Gap, Protocols, Want
from why502.probes.attempt import SHOWN, Clock, in_words, met, no_look, not_covered, taken
from why502.probes.http1 import SAFE_METHODS, Headers, request, shown
from why502.vantage.base import No, Refusal, Stream, TlsMet, TlsRefusal, Vantage
from why502.vantage.looking import Around, looker

BODY = 16384
"""Most bytes of a body that are kept."""

HEAD = 65536
"""Most bytes of a response head that a client here takes."""

INTERIM = 20
"""Most 1xx responses that may come before the final one."""

UNVERIFIED = "its certificate does not verify"
"""How the error of an answer begins that a bad certificate kept from coming."""

NAMES = 5
"""Most names of a certificate that are told."""

_BODILESS = frozenset({204, 304})
_INFORMATIONAL = range(100, 200)
_SWITCHING = 101
_CHUNK_SIZE = 16


@frozen
class AnswerHead:
    """A response head as a client reads it: leniently. `end` is where in the bytes the body begins."""

    status: int
    reason: str
    version: str
    headers: Headers
    end: int

    def header(self, name: str) -> str | None:
        """Return the first header of this name."""
        return next((value for key, value in self.headers if key.lower() == name), None)


class NotHttpError(ValueError):
    """Bytes that no HTTP client takes for a response; the message says why."""


def read_head(data: bytes) -> AnswerHead | None:
    """Read the final response's head, `None` if it is not whole yet; raise NotHttpError where it can be none."""
    start = 0
    for _ in range(INTERIM):
        head = _one_head(data, start)
        if head is None or head.status not in _INFORMATIONAL or head.status == _SWITCHING:
            return head
        start = head.end
    raise NotHttpError("interim responses without an end")


def _one_head(data: bytes, start: int) -> AnswerHead | None:
    here = data[start : start + HEAD + 4]
    if not (here.startswith(b"HTTP/") or b"HTTP/".startswith(here)):
        raise NotHttpError("the answer is no HTTP")
    ends = [(at, len(blank)) for blank in (b"\r\n\r\n", b"\n\n", b"\n\r\n") if (at := here.find(blank)) >= 0]
    if not ends:
        if len(here) > HEAD:
            raise NotHttpError(f"the response head is above {HEAD} bytes")
        return None
    at, width = min(ends)
    lines = here[:at].decode("latin-1").replace("\r\n", "\n").split("\n")
    version, _, rest = lines[0].partition(" ")
    digits, _, reason = rest.strip(" ").partition(" ")
    if not (digits.isascii() and digits.isdigit()) or len(digits) != len("200"):
        raise NotHttpError("the status line has no status")
    pairs = (line.partition(":") for line in lines[1:])
    headers = tuple((name.strip(), value.strip(" \t\r")) for name, _, value in pairs)
    return AnswerHead(
        status=int(digits), reason=reason.strip(), version=version, headers=headers, end=start + at + width
    )


def body_of(head: AnswerHead, data: bytes, method: str, ended: bool) -> tuple[bytes, bool, str]:
    """Return the body as far as it came (16 KiB at most), whether that is all of it, and what is wrong with it."""
    raw = data[head.end :]
    if method == "HEAD" or head.status in _BODILESS:
        return b"", True, ""
    if "chunked" in (head.header("transfer-encoding") or "").lower():
        body, whole, wrong = dechunked(raw)
        cut = "the body ended within a chunk" if ended and not whole and not wrong else wrong
        return body[:BODY], whole or len(body) >= BODY, cut
    length = head.header("content-length") or ""
    if length.isascii() and length.isdigit() and len(length) < len(str(2**63)):
        wanted = int(length)
        cut = f"the body ended after {len(raw)} of {wanted} bytes" if ended and len(raw) < wanted else ""
        return raw[: min(wanted, BODY)], len(raw) >= min(wanted, BODY), cut
    return raw[:BODY], ended or len(raw) >= BODY, ""


def dechunked(data: bytes) -> tuple[bytes, bool, str]:
    """Undo the chunked coding (RFC 9112, section 7.1): the body so far, whether it is whole, and what is wrong."""
    out = bytearray()
    at = 0
    while True:
        line = data.find(b"\n", at)
        if line < 0:
            return bytes(out), False, "" if len(data) - at < BODY else "invalid chunk size"
        size_text = data[at:line].split(b";", 1)[0].strip()
        if not size_text or len(size_text) > _CHUNK_SIZE or size_text.strip(b"0123456789abcdefABCDEF"):
            return bytes(out), False, f"invalid chunk size: {shown(size_text, 40)}"
        size = int(size_text, 16)
        if size == 0:
            return bytes(out), True, ""
        out += data[line + 1 : line + 1 + size]
        at = line + 1 + size
        if at >= len(data):
            return bytes(out), False, ""
        after = data[at : at + 2]
        if after.startswith(b"\n"):
            at += 1
        elif after == b"\r\n":
            at += 2
        elif after != b"\r":
            return bytes(out), False, "a chunk does not end where its size says"
        else:
            return bytes(out), False, ""


class Contact:
    """One request on its way. `refused` is why no connection came about, if none did."""

    def __init__(self, endpoint: Endpoint, how: As, number: int, token: str | None, clock: Clock) -> None:
        """Hold what is common to all answers; `begin` makes these."""
        self.endpoint = endpoint
        self.number = number
        self._how = how
        self._token = token
        self._clock = clock
        self._stream: Stream | None = None
        self.refused: Refusal | None = None
        self._data = bytearray()
        self._last_byte = clock.start
        self._ended = False
        self._broken = ""
        self._unverified = ""

    @property
    def local(self) -> str:
        """Return our own end, by which the gateway's sockets and logs know us."""
        return "" if self._stream is None else self._stream.local

    async def connect(self, vantage: Vantage) -> None:
        """Connect and send; what came of it is told by `finish`."""
        how = self._how
        found = await vantage.connect(self.endpoint, how)
        await self._clock.left()
        self._last_byte = self._clock.last
        if isinstance(found, Refusal):
            self.refused = found
            return
        self._stream = found
        if how.tls is not None and how.tls.verify and found.tls is not None and found.tls.verified:
            self._unverified = unverified(found.tls)
            return
        refused = await found.send(_bytes_of(self.endpoint, how))
        if refused is not None:
            self._broken = refused.text

    async def finish(self, limit: float) -> Answer:
        """Wait for the answer, `limit` seconds at most from now, and tell how far it came."""
        if self._stream is not None and not self._unverified:
            await self._read_on(self._stream, await self._until(limit))
        return self._answer()

    async def _until(self, limit: float) -> float:
        """Return the limit as seconds left on the contact's clock."""
        return await self._clock.left() - limit

    async def _read_on(self, stream: Stream, floor: float) -> None:
        """Read until the answer is whole, the peer ends it, or the time left sinks to `floor`."""
        while not self._ended and not self._whole():
            left = await self._clock.left() - floor
            if left <= 0:
                return
            data = await stream.receive(left)
            await self._clock.left()
            if isinstance(data, Refusal):
                if data.no is not No.TIMED_OUT:
                    self._ended, self._broken = True, data.text or "the connection broke"
                return
            self._last_byte = self._clock.last
            self._ended = not data
            self._data += data

    def _whole(self) -> bool:
        try:
            head = read_head(bytes(self._data))
        except NotHttpError:
            return True
        if head is None:
            return False
        _, whole, wrong = body_of(head, bytes(self._data), self._how.method, ended=False)
        return whole or bool(wrong) or head.status == _SWITCHING

    async def close(self) -> None:
        """Hang up; an answer that was not waited for is lost."""
        if self._stream is not None:
            await self._stream.close()

    async def so_far(self) -> Answer:
        """Tell how far the answer came, without waiting."""
        await self._clock.left()
        return self._answer()

    def _answer(self) -> Answer:
        if self.refused is not None:
            return self._not_connected(self.refused)
        if self._unverified:
            return self._told(Ending.TLS_FAILED, None, "", self._unverified)
        data = bytes(self._data)
        try:
            head = read_head(data)
        except NotHttpError as wrong:
            return self._told(Ending.INVALID, None, _text(data), f"{wrong}: {shown(data[:100])}")
        if head is None:
            ending = Ending.CLOSED if self._ended else Ending.HANGING
            return self._told(ending, None, "", self._broken or (shown(data[:100]) if data else ""))
        body, whole, cut = body_of(head, data, self._how.method, self._ended)
        error = cut or self._broken or ("" if whole else "the body was not whole in time")
        return self._told(Ending.ANSWERED, head, _text(body), error)

    def _not_connected(self, refusal: Refusal) -> Answer:
        ended = met(refusal) or Met.OTHER
        if isinstance(refusal, TlsRefusal):
            return self._told(Ending.TLS_FAILED, None, "", f"{refusal.handshake}: {refusal.text}", refusal, ended)
        return self._told(Ending.NO_CONNECTION, None, "", in_words(refusal, ended), refusal, ended)

    def _told(
        self,
        ending: Ending,
        head: AnswerHead | None,
        body: str,
        error: str,
        refusal: Refusal | None = None,
        ended: Met = Met.CONNECTED,
    ) -> Answer:
        tls = None if self._stream is None else self._stream.tls
        chain = () if tls is None else tls.chain
        return Answer(
            about=self.endpoint,
            seen=self._seen(ending, head, body, error),
            number=self.number,
            request=request_of(self.endpoint, self._how, self._token),
            ending=ending,
            met=ended,
            status=None if head is None else head.status,
            reason="" if head is None else head.reason,
            version="" if head is None else head.version,
            headers=() if head is None else head.headers,
            body=body,
            seconds=self._seconds(ending),
            error=error,
            chain=refusal.chain if isinstance(refusal, TlsRefusal) else chain,
            tls=None if tls is None else tls.version,
        )

    def _seconds(self, ending: Ending) -> float:
        """Count to the last byte, or to now for what is still awaited."""
        if ending is Ending.HANGING:
            return self._clock.since(self._clock.start)
        return max(0.0, (self._last_byte - self._clock.start).total_seconds())

    def _seen(self, ending: Ending, head: AnswerHead | None, body: str, error: str) -> Seen:
        asked = request_of(self.endpoint, self._how, self._token)
        lines = [shown(f"{asked.method} {asked.url} at {self.endpoint}".encode())]
        lines[0] += f": {ending.value.replace('-', ' ')}, {taken(self._seconds(ending))}"
        if head is not None:
            lines.append(shown(f"{head.version} {head.status} {head.reason}".encode()))
            lines += [shown(f"{name}: {value}".encode("latin-1", "replace")) for name, value in head.headers]
            lines += ["", *(shown(line.encode()) for line in body[:SHOWN].splitlines())]
        if error:
            lines.insert(1, f"({error})")
        kind = EvidenceKind.PROBE if head is None else EvidenceKind.PAGE
        raw = "\n".join(lines)
        return Seen(
            at=self._clock.window,
            by=__name__.removeprefix("why502."),
            kind=kind,
            source=asked.url,
            raw=raw if len(raw) <= SHOWN else raw[: SHOWN - 1] + "…",
        )


def unverified(tls: TlsMet) -> str:
    """Say what is wrong with a certificate, and what of it shows that."""
    leaf = tls.chain[0] if tls.chain else None
    detail = ""
    if leaf is not None and "mismatch" in tls.verified:
        names = ", ".join(leaf.names[:NAMES]) or leaf.subject
        detail = f" (it is for {names})"
    elif leaf is not None and "expired" in tls.verified:
        detail = f" (valid until {leaf.not_after:%F})"
    elif leaf is not None and "not yet" in tls.verified:
        detail = f" (valid from {leaf.not_before:%F})"
    return shown(f"{UNVERIFIED}: {tls.verified}{detail}".encode())


def _text(data: bytes) -> str:
    return data[:BODY].decode("utf-8", "replace")


def host_of(endpoint: Endpoint, how: As) -> str:
    """Return the Host to send: as asked for, else the address."""
    return how.host or str(endpoint)


def _bytes_of(endpoint: Endpoint, how: As) -> bytes:
    return request(how.method, how.path, host_of(endpoint, how), _headers(how), "1.1", how.body)


def request_of(endpoint: Endpoint, how: As, token: str | None) -> Request:
    """Describe the request as it was sent."""
    host = host_of(endpoint, how)
    scheme = "http" if how.tls is None else "https"
    return Request(method=how.method, url=f"{scheme}://{host}{how.path}", host=host, path=how.path, token=token)


def _headers(how: As) -> Headers:
    """Ask for the connection to end with the answer, unless the request says what to do with it."""
    if any(name.lower() == "connection" for name, _ in how.headers):
        return how.headers
    return (*how.headers, ("Connection", "close"))


async def begin(vantage: Vantage, endpoint: Endpoint, how: As, number: int = 1, token: str | None = None) -> Contact:
    """Connect and send the request (`how.limit` bounds the connecting); whatever came of it, `finish` tells."""
    contact = Contact(endpoint, how, number, token, Clock(vantage, await vantage.now(), how.limit))
    await contact.connect(vantage)
    return contact


@looker(Answer, cost=Cost.REQUEST)
async def contacting(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Send the request once to the Endpoint, wait `how.limit` seconds in all. Unsafe methods are for `begin` alone."""
    about, how, vantage = want.about, want.how or As(protocol=Protocols.HTTP), around.vantage
    if not isinstance(about, Endpoint) or how.protocol is not Protocols.HTTP or how.method not in SAFE_METHODS:
        return ()
    if (blind := not_covered(want, vantage)) is not None:
        return blind
    start = await vantage.now()
    contact = await begin(vantage, about, how)
    if contact.refused is not None and (gap := no_look(want, contact.refused, vantage)) is not None:
        return gap
    answer = await contact.finish(max(0.0, how.limit - (await vantage.now() - start).total_seconds()))
    await contact.close()
    return (answer,)
