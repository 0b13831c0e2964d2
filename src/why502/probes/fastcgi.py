"""FastCGI without I/O: the records of one request, and a response judged as nginx's fastcgi module judges it.

Follows `ngx_http_fastcgi_process_record` and `ngx_http_fastcgi_process_header`: one buffer (`fastcgi_buffer_size`) for
record headers, standard error, padding and the CGI header block alike. Where a response comes in one piece, the count
is exact; nginx counts less where standard error arrives on its own, for it then empties the buffer.
The protocol: FastCGI Specification 1.0, section 3.3.
"""

from collections.abc import Iterable
from enum import IntEnum

from why502.observations.probes import Reply
from why502.probes.cgi import variables
from why502.probes.http1 import NEWEST, TOO_BIG, Head, HeaderLines, Headers, Lengths, Step, Version, shown

HEADER = 8
MOST_CONTENT = 65535
ERROR_SHOWN = 1000
STATUS_DIGITS = 3
FOUND = 302
OK = 200
_LONG = 0x80000000
_SHORT = 127


class Kind(IntEnum):
    """Types of records."""

    BEGIN_REQUEST = 1
    END_REQUEST = 3
    PARAMS = 4
    STDIN = 5
    STDOUT = 6
    STDERR = 7


_FROM_UPSTREAM = frozenset({Kind.STDOUT, Kind.STDERR, Kind.END_REQUEST})
_RESPONDER = b"\0\1"
_CLOSE_AFTERWARDS = b"\0" * 6


def record(kind: Kind, content: bytes) -> bytes:
    """Write one record of request 1, without padding."""
    return bytes((1, kind)) + b"\0\1" + len(content).to_bytes(2, "big") + b"\0\0" + content


def params(pairs: Iterable[tuple[str, str]]) -> bytes:
    """Write name-value pairs; lengths above 127 take four bytes."""
    out = bytearray()
    for name, value in pairs:
        raw = (name.encode("utf-8", "replace"), value.encode("utf-8", "replace"))
        for each in raw:
            size = len(each)
            out += bytes((size,)) if size <= _SHORT else (size | _LONG).to_bytes(4, "big")
        out += raw[0] + raw[1]
    return bytes(out)


def request(method: str, path: str, host: str, given: Headers) -> bytes:
    """Build a request without a body. `given` are the gateway's own parameters; usual ones that it lacks are added."""
    pairs = variables(method, path, host, given)
    body = params(pairs)
    pieces = [record(Kind.BEGIN_REQUEST, _RESPONDER + _CLOSE_AFTERWARDS)]
    pieces += [record(Kind.PARAMS, body[at : at + MOST_CONTENT]) for at in range(0, len(body), MOST_CONTENT)]
    pieces += [record(Kind.PARAMS, b""), record(Kind.STDIN, b"")]
    return b"".join(pieces)


class ResponseReader:
    """Reads a FastCGI response piece by piece, up to the end of its CGI header block.

    `head().lines` are the CGI headers, `head_bytes` all bytes that the buffer held, `errors` what came on standard
    error.
    """

    def __init__(self, buffer_size: int | None, version: Version = NEWEST) -> None:
        """Start before the first byte."""
        self._size = buffer_size
        self._lines_in = HeaderLines(version)
        self._lengths = Lengths(version)
        self._lines: list[tuple[str, str]] = []
        self._block = bytearray()
        self._errors = bytearray()
        self._read = self._held = 0
        self._record = bytearray()
        self._content = self._padding = 0
        self._output_seen = False
        self._reply: Reply | None = None
        self._status: int | None = None
        self._wrong = ""
        self._offset: int | None = None

    @property
    def settled(self) -> bool:
        """Tell whether more bytes can change nothing."""
        return self._reply is not None

    @property
    def errors(self) -> str:
        """Return what came on standard error, control characters made visible."""
        return shown(bytes(self._errors), ERROR_SHOWN)

    @property
    def block(self) -> bytes:
        """Return the CGI header block as far as it came, records taken apart."""
        return bytes(self._block)

    def feed(self, data: bytes) -> None:
        """Take what came; bytes after the header block are of no concern."""
        for byte in data:
            if self.settled:
                return
            self._take(byte)
            self._read += 1

    def _take(self, byte: int) -> None:
        self._held += 1
        in_error = False
        if len(self._record) < HEADER:
            self._in_record(byte)
        elif self._content:
            self._content -= 1
            in_error = self._record[1] == Kind.STDERR
            self._in_content(byte, in_error)
        else:
            self._padding -= 1
        if len(self._record) == HEADER and not self._content and not self._padding:
            self._record.clear()
        if not self.settled and self._held == self._size:
            self._full(in_error)

    def _full(self, in_error: bool) -> None:
        """Decide on a full buffer: standard error at its end empties it, as long as no output was seen."""
        if in_error and not self._output_seen:
            self._held = 0
        else:
            self._reject(Reply.TOO_BIG, TOO_BIG)

    def _in_content(self, byte: int, in_error: bool) -> None:
        if not in_error:
            self._output(byte)
        elif len(self._errors) < ERROR_SHOWN:
            self._errors.append(byte)

    def _in_record(self, byte: int) -> None:
        at = len(self._record)
        self._record.append(byte)
        if (wrong := _bad_header(at, byte)) != "":
            self._reject(Reply.INVALID, wrong)
        elif at == HEADER - 1:
            kind = self._record[1]
            self._content = int.from_bytes(self._record[4:6], "big")
            self._padding = self._record[6]
            if kind == Kind.END_REQUEST:
                self._reject(Reply.INVALID, f"unexpected FastCGI record: {kind}")
            elif kind == Kind.STDOUT and not self._content:
                self._reject(Reply.INVALID, "prematurely closed FastCGI stdout")
            if kind == Kind.STDOUT:
                self._output_seen = True
                self._lines_in.split()

    def _output(self, byte: int) -> None:
        self._block.append(byte)
        match self._lines_in.feed(byte):
            case Step.MORE:
                pass
            case Step.BAD:
                self._reject(Reply.INVALID, self._lines_in.complaint())
            case Step.LINE:
                name, value = self._lines_in.name, self._lines_in.value
                self._lines.append((name.decode("latin-1"), value.decode("latin-1")))
                if complaint := self._lengths.take(name, value):
                    self._reject(Reply.INVALID, complaint)
            case Step.DONE:
                self._finish()

    def _finish(self) -> None:
        """Take the status from the headers: `Status`, else 302 with a `Location`, else 200."""
        first = {name.lower(): value for name, value in reversed(self._lines)}
        status = first.get("status")
        if status is None:
            self._status = FOUND if "location" in first else OK
        elif status[:STATUS_DIGITS].isascii() and status[:STATUS_DIGITS].isdigit() and len(status) >= STATUS_DIGITS:
            self._status = int(status[:STATUS_DIGITS])
        else:
            self._reject(Reply.INVALID, f'invalid status "{shown(status.encode("latin-1"))}"')
            return
        self._reply = Reply.ANSWERED

    def _reject(self, reply: Reply, wrong: str) -> None:
        self._reply, self._wrong, self._offset = reply, wrong, self._read

    def head(self, ended: bool) -> Head:
        """Tell what was read; `ended`: the peer hung up after it."""
        reply, wrong = self._reply, self._wrong
        if reply is None and ended:
            reply, wrong = Reply.CLOSED, "closed within the response head" if self._read else "closed without a byte"
        return Head(
            reply=reply,
            complete=reply is Reply.ANSWERED,
            status=self._status,
            lines=tuple(self._lines),
            head_bytes=self._held,
            wrong=wrong,
            offset=self._offset,
            content_length=self._lengths.content_length,
            chunked=self._lengths.chunked,
        )


def _bad_header(at: int, byte: int) -> str:
    """Return nginx's complaint about a byte of a record's header, or ""."""
    match at:
        case 0 if byte != 1:
            return f"unsupported FastCGI protocol version: {byte}"
        case 1 if byte not in _FROM_UPSTREAM:
            return f"invalid FastCGI record type: {byte}"
        case 2 if byte != 0:
            return f"unexpected FastCGI request id high byte: {byte}"
        case 3 if byte != 1:
            return f"unexpected FastCGI request id low byte: {byte}"
        case _:
            return ""


def judge(data: bytes, ended: bool, buffer_size: int | None = None, version: Version = NEWEST) -> Head:
    """Judge what a FastCGI upstream sent as nginx of this version does, with a head buffer of this many bytes."""
    reader = ResponseReader(buffer_size, version)
    reader.feed(data)
    return reader.head(ended)
