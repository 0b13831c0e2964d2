r"""One request over HTTP/2, in HTTP/1 form at both ends: who speaks HTTP/1 needs to know nothing of frames.

`send` takes a request as HTTP/1.1 writes it, `receive` gives `HTTP/2 502 \r\nname: value\r\n\r\n`, then the body;
the end of the stream is the end of the body (RFC 9113).
"""

import asyncio
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from why502.observations.place import Window
from why502.observations.probes import Met
from why502.vantage.base import No, Refusal, Stream, TlsMet

if TYPE_CHECKING:
    from h2.connection import H2Connection
    from h2.events import Event

REQUEST = 65_000
"""Most bytes of a request: they fit the first window, so that nothing waits for another."""

CHUNK = 65536
FIRST = 64
"""How many bytes are shown of an answer that is no HTTP/2."""

_OF_ONE_CONNECTION = frozenset(
    {b"connection", b"keep-alive", b"proxy-connection", b"transfer-encoding", b"upgrade", b"te"}
)
_BLANKS = bytes.maketrans(b"\r\n\0", b"   ")


class Http2:
    """A Stream of HTTP/1 bytes over one that negotiated `h2`."""

    def __init__(self, under: Stream, spoken: "H2Connection") -> None:
        """Speak `spoken` over `under`."""
        self._under = under
        self._spoken = spoken
        self.tls: TlsMet | None = under.tls
        self.local = under.local
        self.seconds = under.seconds
        self._asked = bytearray()
        self._stream: int | None = None
        self._given = bytearray()
        self._head_given = self._ended = self._greeted = False
        self._first = b""
        self._refused: Refusal | None = None

    async def begin(self) -> Refusal | None:
        """Send the preface and our settings."""
        self._spoken.initiate_connection()
        return await self._flush()

    async def _flush(self) -> Refusal | None:
        data = self._spoken.data_to_send()
        return await self._under.send(data) if data else None

    async def send(self, data: bytes) -> Refusal | None:
        """Take a piece of the request; it goes out when it is whole (head, and as much body as it announces)."""
        from h2.exceptions import H2Error

        if self._stream is not None:
            return _refusal("HTTP/2: one request a connection")
        self._asked += data
        if len(self._asked) > REQUEST:
            return _refusal("HTTP/2: the request is too large")
        head, blank, body = bytes(self._asked).partition(b"\r\n\r\n")
        if not blank:
            return None
        headers, length = _fields(head)
        if len(body) < length:
            return None
        self._stream = self._spoken.get_next_available_stream_id()
        try:
            self._spoken.send_headers(self._stream, headers, end_stream=not body)
            for start in range(0, len(body), self._spoken.max_outbound_frame_size):
                piece = body[start : start + self._spoken.max_outbound_frame_size]
                self._spoken.send_data(self._stream, piece, end_stream=start + len(piece) == len(body))
        except (H2Error, ValueError) as error:
            return _refusal(f"HTTP/2: {error}")
        return await self._flush()

    async def receive(self, limit: float, most: int = 65536) -> bytes | Refusal:
        """Return what came of the response within `limit` seconds."""
        deadline = asyncio.get_running_loop().time() + limit
        while not self._given:
            if self._refused is not None:
                return self._refused
            if self._ended:
                return b""
            stopped = await self._pump(deadline - asyncio.get_running_loop().time())
            if stopped is not None:
                return stopped
        given = bytes(self._given[:most])
        del self._given[:most]
        return given

    async def _pump(self, limit: float) -> bytes | Refusal | None:
        """Take one piece from the wire; what ends the reading is returned."""
        from h2.exceptions import H2Error

        if limit <= 0:
            return _refusal("no data", No.TIMED_OUT, Met.TIMED_OUT)
        data = await self._under.receive(limit, CHUNK)
        if isinstance(data, Refusal):
            return data
        if not data:
            return self._closed()
        if not self._greeted and len(self._first) < FIRST:
            self._first = (self._first + data)[:FIRST]
        try:
            for event in self._spoken.receive_data(data):
                self._take(event)
        except (H2Error, ValueError) as error:
            # ValueError: header blocks that hpack decodes and h2 cannot read as numbers or text
            self._refused = _refusal(f"HTTP/2: {type(error).__name__}: {error}")
        await self._flush()
        return None

    def _closed(self) -> bytes | Refusal:
        """Tell a plain end from one that leaves something to say."""
        if self._head_given:
            return _refusal("HTTP/2: closed within the response")
        if self._first and not self._greeted:
            return _refusal(f"HTTP/2: the answer is no HTTP/2: {self._first.decode('utf-8', 'replace')}")
        return b""

    def _take(self, event: "Event") -> None:
        from h2 import events

        match event:
            case events.ResponseReceived(headers=headers):
                self._head_given = True
                self._given += _head(headers)
            case events.InformationalResponseReceived(headers=headers):
                self._given += _head(headers)
            case events.DataReceived(data=data, flow_controlled_length=size, stream_id=number):
                self._given += data or b""
                if size and number is not None:
                    self._spoken.acknowledge_received_data(size, number)
            case events.RemoteSettingsChanged():
                self._greeted = True
            case events.StreamEnded():
                self._ended = True
            case events.StreamReset(error_code=code):
                self._refused = _refusal(f"HTTP/2: the stream was reset, error {_code(code)}")
            case events.ConnectionTerminated(error_code=code, last_stream_id=last, additional_data=text):
                # a graceful GOAWAY lets our stream end
                if code or (last or 0) < (self._stream or 0):
                    told = f" ({text[:200].decode('utf-8', 'replace')})" if text else ""
                    self._refused = _refusal(f"HTTP/2: the connection was ended, error {_code(code)}{told}")
            case _:
                pass

    async def close(self) -> None:
        """Hang up."""
        await self._under.close()


async def over_http2(stream: Stream) -> Stream | Refusal:
    """Begin HTTP/2 on a stream that negotiated it; one request may then be sent. On a refusal the stream is closed."""
    from h2.config import H2Configuration
    from h2.connection import H2Connection
    from h2.settings import SettingCodes

    spoken = H2Connection(config=H2Configuration(client_side=True, header_encoding=None))
    spoken.local_settings.update({SettingCodes.ENABLE_PUSH: 0})
    made = Http2(stream, spoken)
    refused = await made.begin()
    if refused is not None:
        await stream.close()
        return refused
    return made


def _fields(head: bytes) -> tuple[list[tuple[bytes, bytes]], int]:
    """Turn a request head into pseudo-headers and headers; beside, how long its body is."""
    first, *lines = head.split(b"\r\n")
    method, path, *_ = [*first.split(b" "), b"/"]
    headers: list[tuple[bytes, bytes]] = []
    host, length = b"", 0
    for line in lines:
        name, _, value = line.partition(b":")
        name, value = name.strip().lower(), value.strip()
        if name == b"host":
            host = value
        elif name and name not in _OF_ONE_CONNECTION:
            headers.append((name, value))
        if name == b"content-length" and value.isdigit() and len(value) < len(str(REQUEST)) + 1:
            length = int(value)
    pseudo = [(b":method", method), (b":scheme", b"https"), (b":path", path)]
    if host:
        pseudo.insert(1, (b":authority", host))
    return pseudo + headers, length


def _head(headers: "list[tuple[bytes, bytes]] | None") -> bytes:
    """Write a response head as HTTP/1 would; trailers and pseudo-headers do not pass."""
    pairs = [(bytes(name), bytes(value)) for name, value in headers or ()]
    status = next((value for name, value in pairs if name == b":status"), b"")
    lines = [b"HTTP/2 " + status + b" "]
    lines += [name + b": " + value for name, value in pairs if not name.startswith(b":")]
    return b"\r\n".join(line.translate(_BLANKS) for line in lines) + b"\r\n\r\n"


def _code(code: object) -> str:
    """Name an error code of RFC 9113, section 7."""
    return str(getattr(code, "name", code))


def _refusal(text: str, no: No = No.FAILED, met: Met = Met.OTHER) -> Refusal:
    return Refusal(no=no, at=Window.instant(datetime.now(UTC)), text=text, met=met)
