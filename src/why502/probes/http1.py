"""HTTP/1 without I/O: the bytes of a request, and a response head judged as nginx judges it, byte for byte.

The machines follow `ngx_http_parse_status_line` and `ngx_http_parse_header_line` (with underscores allowed, as
upstream modules call it), the header handlers of `ngx_http_upstream.c` and its one buffer for the head
(`proxy_buffer_size`). What depends on the version of nginx:

- 1.21.1: control characters and spaces in a header's name are refused, and the log quotes the bad line;
- 1.23.0: invalid or repeated Content-Length, unknown or repeated Transfer-Encoding, and both at once are refused;
- 1.29.0: a 103 response is taken for what it is, before the final one.
"""

from collections.abc import Callable, Iterable
from enum import Enum

from why502.observations.frozen import frozen
from why502.observations.probes import Reply

Version = tuple[int, ...]
Headers = tuple[tuple[str, str], ...]

NEWEST: Version = (1, 31, 3)
NAMES_CHECKED: Version = (1, 21, 1)
LENGTHS_CHECKED: Version = (1, 23, 0)
EARLY_HINTS_KNOWN: Version = (1, 29, 0)

EARLY_HINTS = 103
SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
WITH_BODY = frozenset({"POST", "PUT", "PATCH"})
TOO_BIG = "too big header"
NO_HEAD = "no valid HTTP/1.0 header"

CR, LF, SPACE, COLON, DELETE, SLASH = 0x0D, 0x0A, 0x20, 0x3A, 0x7F, 0x2F
_PLAIN_NAME = frozenset(b"abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
_FORBIDDEN_IN_NAME = frozenset(range(SPACE + 1)) | {DELETE}
_IIS = b"HTTP"
_DIGITS = frozenset(b"0123456789")
_MOST_OFF_T = 2**63 - 1
_MAJOR_OF_1_1 = (1, 1)
_SHOWN = 200


@frozen
class Head:
    """A response head as far as it came.

    `reply` is `None` while nothing is wrong and more is awaited. `head_bytes` counts what the gateway's buffer has to
    hold: status line to blank line, both included, or what was read of it; `start` is where in the bytes it began
    (later than 0 where 103 responses came before). `wrong` is the gateway's complaint and `offset` where in the bytes
    it arose. `bare`: taken for HTTP/0.9, so the bytes reach the client without a head. `lines` hold latin-1 text,
    which gives the bytes back.
    """

    reply: Reply | None
    complete: bool
    status: int | None = None
    reason: str = ""
    version: str = ""
    lines: Headers = ()
    head_bytes: int = 0
    wrong: str = ""
    offset: int | None = None
    bare: bool = False
    content_length: int | None = None
    chunked: bool = False
    start: int = 0


class Step(Enum):
    """What one more byte made of a line."""

    MORE = "more"
    LINE = "line"
    DONE = "done"
    BAD = "bad"


def request(method: str, path: str, host: str, headers: Headers, version: str = "1.0", body: bytes = b"") -> bytes:
    """Build a request; headers that would break their line (CR, LF, NUL) are left out."""
    lines = [f"{_one_word(method)} {_one_word(path) or '/'} HTTP/{version}"]
    named = {name.lower() for name, _ in headers}
    if "host" not in named:
        lines.append(f"Host: {_one_word(host)}")
    lines += [f"{name}: {value}" for name, value in headers if sendable(name, value)]
    if (body or method in WITH_BODY) and not named & {"content-length", "transfer-encoding"}:
        lines.append(f"Content-Length: {len(body)}")
    return ("\r\n".join(lines) + "\r\n\r\n").encode("utf-8", "replace") + body


def sendable(name: str, value: str) -> bool:
    """Tell whether a header stays one line, and is none of ours (`:version`)."""
    return bool(name) and not name.startswith(":") and not any(sign in name + value for sign in "\r\n\0")


def _one_word(text: str) -> str:
    """Percent-encode blanks and control characters."""
    return "".join(sign if sign > " " and sign != "\x7f" else f"%{ord(sign):02X}" for sign in text)


class HeaderLines:
    """nginx's machine for header lines: a byte in, a step out; after `LINE`, `name` and `value` are what was parsed."""

    def __init__(self, version: Version) -> None:
        """Start at the beginning of a line."""
        self._checked = version >= NAMES_CHECKED
        self._line = bytearray()
        self._name_end = self._value_start = self._value_end = 0
        self._split = False
        self._take: Callable[[int], Step] = self._start

    def feed(self, byte: int) -> Step:
        """Take one byte."""
        step = self._take(byte)
        self._line.append(byte)
        if step is Step.LINE:
            self._take = self._start
        return step

    def split(self) -> None:
        """Note that what follows lies elsewhere in the buffer: a repeated status line is then not recognised."""
        self._split = True

    @property
    def name(self) -> bytes:
        """Return the last line's name."""
        return bytes(self._line[: self._name_end])

    @property
    def value(self) -> bytes:
        """Return the last line's value, without blanks around it."""
        return bytes(self._line[self._value_start : self._value_end])

    def complaint(self) -> str:
        """Say what nginx logs of a bad line: its start, and the byte that it could not take."""
        if not self._checked:
            return "invalid header"
        return f'invalid header: "{shown(bytes(self._line[: self._value_end]))}\\x{self._line[self._value_end]:02x}..."'

    def _ended(self, name_too: bool) -> None:
        """End an empty value here; a line without a colon is a name without a value."""
        here = len(self._line)
        if name_too:
            self._name_end = here
        self._value_start = self._value_end = here

    def _bad(self) -> Step:
        self._value_end = len(self._line)
        return Step.BAD

    def _start(self, byte: int) -> Step:
        self._line.clear()
        self._split = False
        self._name_end = self._value_start = self._value_end = 0
        if byte == CR:
            self._take = self._blank_line
            return Step.MORE
        if byte == LF:
            return Step.DONE
        if byte == 0 or (self._checked and (byte in _FORBIDDEN_IN_NAME or byte == COLON)):
            return self._bad()
        self._take = self._in_name
        return Step.MORE

    def _in_name(self, byte: int) -> Step:
        if byte in _PLAIN_NAME:
            return Step.MORE
        if byte == COLON:
            self._name_end = len(self._line)
            self._take = self._before_value
        elif byte == CR:
            self._ended(name_too=True)
            self._take = self._almost_done
        elif byte == LF:
            self._ended(name_too=True)
            return Step.LINE
        elif byte == SLASH and bytes(self._line) == _IIS and not self._split:
            self._take = self._ignored
        elif byte == 0 or (self._checked and byte in _FORBIDDEN_IN_NAME):
            return self._bad()
        return Step.MORE

    def _before_value(self, byte: int) -> Step:
        if byte == 0:
            return self._bad()
        if byte == LF:
            self._ended(name_too=False)
            return Step.LINE
        if byte == CR:
            self._ended(name_too=False)
            self._take = self._almost_done
        elif byte != SPACE:
            self._value_start = len(self._line)
            self._take = self._in_value
        return Step.MORE

    def _in_value(self, byte: int) -> Step:
        if byte == 0:
            return self._bad()
        if byte in (SPACE, CR, LF):
            self._value_end = len(self._line)
        if byte == LF:
            return Step.LINE
        if byte == SPACE:
            self._take = self._after_value
        elif byte == CR:
            self._take = self._almost_done
        return Step.MORE

    def _after_value(self, byte: int) -> Step:
        if byte == 0:
            return self._bad()
        if byte == LF:
            return Step.LINE
        if byte == CR:
            self._take = self._almost_done
        elif byte != SPACE:
            self._take = self._in_value
        return Step.MORE

    def _ignored(self, byte: int) -> Step:
        """IIS may send the status line twice."""
        if byte == LF:
            self._take = self._start
        return Step.MORE

    def _almost_done(self, byte: int) -> Step:
        if byte == LF:
            return Step.LINE
        return Step.MORE if byte == CR else Step.BAD

    def _blank_line(self, byte: int) -> Step:
        return Step.DONE if byte == LF else Step.BAD


class StatusLine:
    """nginx's machine for the status line: a byte in, a step out."""

    def __init__(self) -> None:
        """Start before the first byte."""
        self.digits = ""
        self._major = ""
        self._minor = ""
        self._reason = bytearray()
        self._wanted = iter(b"HTTP/")
        self._take: Callable[[int], Step] = self._letters

    @property
    def version(self) -> tuple[int, int]:
        """Return the version of HTTP that the line names."""
        return int(self._major or 0), int(self._minor or 0)

    @property
    def reason(self) -> str:
        """Return the text after the status."""
        return self._reason.decode("latin-1").strip()

    def feed(self, byte: int) -> Step:
        """Take one byte."""
        return self._take(byte)

    def _letters(self, byte: int) -> Step:
        if byte != next(self._wanted):
            return Step.BAD
        if byte == SLASH:
            self._take = self._in_major
        return Step.MORE

    def _in_major(self, byte: int) -> Step:
        if self._major and byte == ord("."):
            self._take = self._in_minor
            return Step.MORE
        if byte not in _DIGITS or (not self._major and byte == ord("0")) or int(self._major or 0) > 99:  # noqa: PLR2004
            return Step.BAD
        self._major += chr(byte)
        return Step.MORE

    def _in_minor(self, byte: int) -> Step:
        if self._minor and byte == SPACE:
            self._take = self._in_status
            return Step.MORE
        if byte not in _DIGITS or int(self._minor or 0) > 99:  # noqa: PLR2004
            return Step.BAD
        # leading zeros do not count towards the limit, so they are not kept
        self._minor = str(int(self._minor or 0) * 10 + byte - ord("0"))
        return Step.MORE

    def _in_status(self, byte: int) -> Step:
        if byte == SPACE:
            return Step.MORE
        if byte not in _DIGITS:
            return Step.BAD
        self.digits += chr(byte)
        if len(self.digits) == len("200"):
            self._take = self._after_status
        return Step.MORE

    def _after_status(self, byte: int) -> Step:
        if byte == LF:
            return Step.LINE
        if byte == CR:
            self._take = self._almost_done
        elif byte in (SPACE, ord(".")):
            self._take = self._in_reason
        else:
            return Step.BAD
        return Step.MORE

    def _in_reason(self, byte: int) -> Step:
        if byte == LF:
            return Step.LINE
        if byte == CR:
            self._take = self._almost_done
        elif len(self._reason) < _SHOWN:
            self._reason.append(byte)
        return Step.MORE

    def _almost_done(self, byte: int) -> Step:
        return Step.LINE if byte == LF else Step.BAD


class Lengths:
    """What the head says of the body's length, and nginx's complaints about it."""

    def __init__(self, version: Version) -> None:
        """Start with a body that ends with the connection."""
        self._checked = version >= LENGTHS_CHECKED
        self._seen_length = self._seen_encoding = False
        self._length: int | None = None
        self.chunked = False

    @property
    def content_length(self) -> int | None:
        """Return the body's length in bytes; chunked wins."""
        return None if self.chunked else self._length

    def take(self, name: bytes, value: bytes) -> str:
        """Take a header line; return a complaint, or ""."""
        match name.lower():
            case b"content-length":
                return self._take_length(value) if self._checked else self._take_any_length(value)
            case b"transfer-encoding":
                return self._take_encoding(value) if self._checked else self._take_any_encoding(value)
            case _:
                return ""

    def _take_any_length(self, value: bytes) -> str:
        self._length = _off_t(value)
        return ""

    def _take_any_encoding(self, value: bytes) -> str:
        self.chunked = self.chunked or b"chunked" in value.lower()
        return ""

    def _take_length(self, value: bytes) -> str:
        if self._seen_length:
            return f'duplicate header line: "Content-Length: {shown(value)}"'
        if self._seen_encoding:
            return 'both "Content-Length" and "Transfer-Encoding"'
        self._seen_length = True
        self._length = _off_t(value)
        return f'invalid "Content-Length": "{shown(value)}"' if self._length is None else ""

    def _take_encoding(self, value: bytes) -> str:
        if self._seen_encoding:
            return f'duplicate header line: "Transfer-Encoding: {shown(value)}"'
        if self._seen_length:
            return 'both "Content-Length" and "Transfer-Encoding"'
        self._seen_encoding = True
        self.chunked = value.lower() == b"chunked"
        return "" if self.chunked else f'unknown "Transfer-Encoding": "{shown(value)}"'


class HeadReader:
    """Reads a response head piece by piece, in time linear in its size; `head()` tells at any moment where it stands.

    `buffer_size` is the gateway's buffer in bytes; `None` sets no limit, and the caller bounds what it feeds.
    """

    def __init__(self, buffer_size: int | None, version: Version = NEWEST) -> None:
        """Start before the first byte."""
        self._size = buffer_size
        self._version = version
        self._read = 0
        self._reply: Reply | None = None
        self._complete = self._bare = False
        self._wrong = ""
        self._offset: int | None = None
        self._begin()

    def _begin(self) -> None:
        """Start a response head: the first, or the one after a 103."""
        self._status_line = StatusLine()
        self._header_lines = HeaderLines(self._version)
        self._lengths = Lengths(self._version)
        self._lines: list[tuple[str, str]] = []
        self._in_headers = False
        self._held = 0
        self._start = self._read

    @property
    def settled(self) -> bool:
        """Tell whether more bytes can change nothing."""
        return self._reply is not None

    def feed(self, data: bytes) -> None:
        """Take what came; bytes after the end of the head are of no concern."""
        for byte in data:
            if self.settled:
                return
            self._take(byte)
            self._read += 1

    def _take(self, byte: int) -> None:
        self._held += 1
        if self._in_headers:
            self._header(byte)
        else:
            self._status(byte)
        if not self.settled and self._held == self._size:
            self._reject(Reply.TOO_BIG, TOO_BIG)

    def head(self, ended: bool) -> Head:
        """Tell what was read; `ended`: the peer hung up after it."""
        reply = self._reply
        wrong = self._wrong
        if reply is None and ended:
            reply, wrong = Reply.CLOSED, "closed within the response head" if self._read else "closed without a byte"
        line = self._status_line
        return Head(
            reply=reply,
            complete=self._complete,
            status=int(line.digits) if self._in_headers else None,
            reason=line.reason,
            version="{}.{}".format(*line.version) if self._in_headers else "",
            lines=tuple(self._lines),
            head_bytes=self._held,
            wrong=wrong,
            offset=self._offset,
            bare=self._bare,
            content_length=self._lengths.content_length,
            chunked=self._lengths.chunked,
            start=self._start,
        )

    def _reject(self, reply: Reply, wrong: str) -> None:
        self._reply, self._wrong, self._offset = reply, wrong, self._read

    @property
    def _hints(self) -> bool:
        return self._version >= EARLY_HINTS_KNOWN and self._status_line.digits == str(EARLY_HINTS)

    def _status(self, byte: int) -> None:
        step = self._status_line.feed(byte)
        if step is Step.BAD:
            self._bare = True
            self._reject(Reply.INVALID, NO_HEAD)
        elif step is Step.LINE:
            self._in_headers = True
            if self._hints and self._status_line.version < _MAJOR_OF_1_1:
                self._reject(Reply.INVALID, "HTTP/1.0 response with early hints")

    def _header(self, byte: int) -> None:
        match self._header_lines.feed(byte):
            case Step.MORE:
                pass
            case Step.LINE:
                self._line()
            case Step.BAD:
                self._reject(Reply.INVALID, self._header_lines.complaint())
            case Step.DONE:
                if self._hints:
                    self._begin()
                    self._start += 1
                else:
                    self._complete, self._reply = True, Reply.ANSWERED

    def _line(self) -> None:
        name, value = self._header_lines.name, self._header_lines.value
        self._lines.append((name.decode("latin-1"), value.decode("latin-1")))
        if self._hints:
            return
        complaint = self._lengths.take(name, value)
        if complaint:
            self._reject(Reply.INVALID, complaint)


def judge(data: bytes, ended: bool, buffer_size: int | None = None, version: Version = NEWEST) -> Head:
    """Judge what an HTTP upstream sent as nginx of this version does, with a head buffer of this many bytes."""
    reader = HeadReader(buffer_size, version)
    reader.feed(data)
    return reader.head(ended)


def shown(data: bytes, most: int = _SHOWN) -> str:
    r"""Write bytes so that no control character passes: UTF-8 where it is, `\x1b` for the rest; cut at `most` signs."""
    text = "".join(_visible(data[:most].decode("utf-8", "backslashreplace")))
    return text + "…" if len(data) > most else text


def _visible(text: str) -> Iterable[str]:
    for sign in text:
        code = ord(sign)
        if sign.isprintable():
            yield sign
        elif code < 0x100:  # noqa: PLR2004
            yield {"\r": "\\r", "\n": "\\n", "\t": "\\t"}.get(sign, f"\\x{code:02x}")
        else:
            yield f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"  # noqa: PLR2004


def _off_t(value: bytes) -> int | None:
    """Read as `ngx_atoof` does: digits only, and no more than a file's offset holds."""
    if not value or not all(byte in _DIGITS for byte in value) or len(value.lstrip(b"0")) > len(str(_MOST_OFF_T)):
        return None
    number = int(value.lstrip(b"0") or b"0")
    return number if number <= _MOST_OFF_T else None
