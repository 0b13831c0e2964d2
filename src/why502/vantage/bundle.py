"""A bundle: one recording in one file, to be looked at elsewhere and later.

The file is gzip (RFC 1952) of JSON lines (RFC 8259): a header, one line for each verb asked, and a last line that says
how many there are and whether the recording was cut. Bytes that are printable ASCII stand as text, others in base64.
"""

import base64
import binascii
import dataclasses
import errno
import json
import os
import platform
import secrets
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from why502 import __version__
from why502.observations.codec import UnfitError, from_plain, to_plain
from why502.observations.frozen import frozen
from why502.observations.place import Place
from why502.observations.want import Why
from why502.vantage.base import Entry, Raw, Refusal, Resolved, TlsRefusal
from why502.vantage.recorded import (
    Ask,
    BundleError,
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
from why502.vantage.recording import Recording

FORMAT = "why502/bundle/1"
UNPACKED_BYTES = 256 << 20
LINE_BYTES = 16 << 20
LINES = 250_000
TEXT_BYTES = LINE_BYTES // 4
"""Longer pieces are written in base64, whose length is known beforehand."""
DEEPEST = 40
CHUNK = 1 << 18
GZIP_WINDOW = zlib.MAX_WBITS | 16
PRINTABLE = bytes([9, 10, 13, *range(32, 127)])
ASKS: dict[str, type[Ask]] = {
    kind.__name__: kind for kind in (Now, Token, Covers, Read, List, Stat, Link, Run, Connect, Resolve)
}
RECORDS_GIVEN: dict[str, type[Entry | Resolved | Refusal]] = {
    kind.__name__: kind for kind in (Entry, Resolved, Refusal, TlsRefusal)
}
NONE = "is no bundle of why502"


@frozen
class Origin:
    """The vantage that was recorded. `unlock` is the command that would have given it more rights."""

    name: str
    kind: str
    privileged: bool
    here: Place
    unlock: str


@frozen
class Header:
    """The first line. `target` and `options` are what the run was asked to do, redacted, as plain JSON values."""

    format: str
    tool: str
    started: datetime
    target: Any
    options: dict[str, Any]
    python: str
    system: str
    vantage: Origin


@frozen
class Bundle:
    """What stands in a bundle. `cut`: the run saw more than is in it."""

    header: Header
    records: tuple[Record, ...]
    cut: bool


def save(path: str | Path, recording: Recording, *, started: datetime, target: Any, options: dict[str, Any]) -> None:
    """Write a recording, for its owner only (0600). The file is written beside and renamed: it is whole or not there.

    Raises OSError where it cannot be written.
    """
    vantage = recording.inner
    header = Header(
        format=FORMAT,
        tool=__version__,
        started=started,
        target=_redacted(target, recording.redactor.redact_text),
        options=_redacted(options, recording.redactor.redact_text),
        python=platform.python_version(),
        system=f"{sys.platform} {platform.release()} {platform.machine()}",
        vantage=Origin(
            name=vantage.name,
            kind=vantage.kind,
            privileged=vantage.privileged,
            here=vantage.here(),
            unlock=vantage.unlock(),
        ),
    )
    write(path, Bundle(header=header, records=recording.records(), cut=recording.cut))


def write(path: str | Path, bundle: Bundle) -> None:
    """Write a bundle whose texts are redacted already; a device, a link or the like is never put aside for it."""
    whole = Path(path)
    if is_taken(whole):
        raise FileExistsError(errno.EEXIST, "there is something else than a regular file", str(path))
    beside = whole.with_name(f".{whole.name}.{secrets.token_hex(4)}.part")
    opened = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
    try:
        with os.fdopen(opened, "wb") as file:
            _pack(file, _lines(bundle))
            file.flush()
            os.fsync(file.fileno())
        beside.replace(whole)
    except BaseException:
        with suppress(OSError):
            beside.unlink()
        raise


def is_taken(path: str | Path) -> bool:
    """Tell whether something else than a regular file stands at a path; links are not followed."""
    try:
        return not stat.S_ISREG(os.lstat(path).st_mode)
    except OSError:
        return False


def read(path: str | Path) -> Bundle:
    """Read a bundle without unpacking it to disk, bounded in size; raise BundleError for anything else."""
    try:
        # Not to wait for the other end, should it be a FIFO: its end comes at once.
        with os.fdopen(os.open(path, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC), "rb") as file:
            return _bundle(_json_lines(_unpacked(file)))
    except OSError as error:
        raise BundleError(f"cannot be read: {error.strerror or error}") from None


def _pack(file: IO[bytes], lines: Iterator[bytes]) -> None:
    """Compress by hand: `gzip` would write the file's name and the time into it."""
    packer = zlib.compressobj(6, zlib.DEFLATED, GZIP_WINDOW)
    for line in lines:
        file.write(packer.compress(line))
    file.write(packer.flush())


def _lines(bundle: Bundle) -> Iterator[bytes]:
    header = {field.name: getattr(bundle.header, field.name) for field in dataclasses.fields(Header)}
    header["started"] = to_plain(bundle.header.started)
    header["vantage"] = to_plain(bundle.header.vantage)
    yield _line(header)
    written, cut = 0, bundle.cut
    for record in bundle.records:
        line = _line({"after": record.after, "ask": to_plain(record.ask), "given": _given_plain(record.given)})
        if len(line) > LINE_BYTES:
            cut = True
            continue
        written += 1
        yield line
    yield _line({"records": written, "cut": cut})


def _line(value: dict[str, Any]) -> bytes:
    return json.dumps(value, separators=(",", ":")).encode("ascii") + b"\n"


def _redacted(value: Any, redact: Callable[[str], str]) -> Any:
    if isinstance(value, str):
        return redact(value)
    if isinstance(value, dict):
        return {str(key): _redacted(each, redact) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(each, redact) for each in value]
    return value


def _bytes_plain(data: bytes) -> dict[str, str]:
    if len(data) <= TEXT_BYTES and not data.translate(None, PRINTABLE):
        return {"text": data.decode("ascii")}
    return {"base64": base64.b64encode(data).decode("ascii")}


def _given_plain(given: Given) -> Any:
    match given:
        case Raw():
            return {**to_plain(dataclasses.replace(given, data=b"")), "data": _bytes_plain(given.data)}
        case Exchange():
            plain = to_plain(dataclasses.replace(given, received=()))
            plain["received"] = [
                _bytes_plain(each) if isinstance(each, bytes) else to_plain(each) for each in given.received
            ]
            return plain
        case _:
            return to_plain(given)


def _unpacked(file: IO[bytes]) -> Iterator[bytes]:
    """Return the lines of a gzip file, none of them and not all together longer than allowed."""
    unpacker = zlib.decompressobj(GZIP_WINDOW)
    total = 0
    line = bytearray()
    full = False
    while not unpacker.eof:
        # A full piece may have left output behind in the unpacker, with no input to come.
        packed = unpacker.unconsumed_tail or (b"" if full else file.read(CHUNK))
        if not (packed or full):
            raise BundleError("is cut off: the end is missing" if total else NONE)
        try:
            piece = unpacker.decompress(packed, CHUNK)
        except zlib.error:
            raise BundleError("is damaged" if total else NONE) from None
        full = len(piece) == CHUNK
        total += len(piece)
        if total > UNPACKED_BYTES:
            raise BundleError(f"holds more than {UNPACKED_BYTES >> 20} MiB")
        *ends, rest = piece.split(b"\n")
        for end in ends:
            yield bytes(line + end)
            line.clear()
        line += rest
        if len(line) > LINE_BYTES:
            raise BundleError(f"has a line of more than {LINE_BYTES >> 20} MiB")
    if line:
        raise BundleError("is cut off: the last line is not whole")


def _json_lines(lines: Iterator[bytes]) -> Iterator[dict[str, Any]]:
    for number, line in enumerate(lines, 1):
        if number > LINES:
            raise BundleError(f"has more than {LINES} lines")
        try:
            value = json.loads(line, parse_constant=_no_constant)
        except (ValueError, RecursionError):
            raise BundleError(f"line {number} is no JSON" if number > 1 else NONE) from None
        if not isinstance(value, dict):
            raise BundleError(f"line {number} is no JSON object" if number > 1 else NONE)
        yield value


def _no_constant(name: str) -> float:
    raise ValueError(name)


def _bundle(values: Iterator[dict[str, Any]]) -> Bundle:
    first = next(values, None)
    if first is None:
        raise BundleError(NONE)
    header = _header(first)
    records: list[Record] = []
    last: dict[str, Any] | None = None
    for number, value in enumerate(values, 2):
        if last is not None:
            raise BundleError(f"line {number} stands after the last one")
        if "ask" in value:
            try:
                records.append(_record(value))
            except UnfitError as error:
                raise BundleError(f"line {number}: {str(error)[:200]}") from None
        else:
            last = value
    if last is None or last.get("records") != len(records):
        raise BundleError("is cut off: lines are missing")
    return Bundle(header=header, records=tuple(records), cut=last.get("cut") is not False)


def _header(value: dict[str, Any]) -> Header:
    name = value.get("format")
    if not isinstance(name, str) or not name.startswith("why502/bundle/"):
        raise BundleError(NONE)
    if name != FORMAT:
        raise BundleError(f"has the format {name[:40]!r}; this version of why502 reads {FORMAT!r}")
    options = value.get("options")
    if not isinstance(options, dict) or _deep(options) or _deep(value.get("target")):
        raise BundleError("line 1: the options are no plain object")
    try:
        started = from_plain(datetime, value.get("started"))
        header = Header(
            format=name,
            tool=from_plain(str, value.get("tool")),
            started=started,
            target=value.get("target"),
            options=options,
            python=from_plain(str, value.get("python")),
            system=from_plain(str, value.get("system")),
            vantage=from_plain(Origin, value.get("vantage")),
        )
        _check_times(started)
    except UnfitError as error:
        raise BundleError(f"line 1: {str(error)[:200]}") from None
    return header


def _deep(value: object) -> bool:
    """Tell whether a JSON value is nested deeper than anything of ours."""
    level = [value]
    for _ in range(DEEPEST):
        if not level:
            return False
        inner: list[object] = []
        for each in level:
            if isinstance(each, dict):
                inner += each.values()
            elif isinstance(each, list):
                inner += each
        level = inner
    return True


def _record(value: dict[str, Any]) -> Record:
    plain = value["ask"]
    kind = ASKS.get(str(plain.get("is"))) if isinstance(plain, dict) else None
    if kind is None:
        raise UnfitError("asks for nothing that a vantage does")
    ask = from_plain(kind, plain)
    given = _given(ask, value.get("given"))
    _check_times(given)
    return Record(ask=ask, given=given, after=from_plain(float, value.get("after")))


def _given(ask: Ask, plain: object) -> Given:
    if isinstance(plain, dict):
        return _record_given(plain)
    match ask:
        case Now():
            return from_plain(datetime, plain)
        case Token() | Link():
            return from_plain(str, plain)
        case Covers():
            return None if plain is None else from_plain(Why, plain)
        case List() if isinstance(plain, list):
            return tuple(from_plain(str, each) for each in plain)
        case _:
            raise UnfitError("an answer that does not fit what was asked")


def _record_given(plain: dict[str, Any]) -> Given:
    name = str(plain.get("is"))
    if name == "Raw":
        raw = from_plain(Raw, {**plain, "data": ""})
        return dataclasses.replace(raw, data=_bytes(plain.get("data")))
    if name == "Exchange":
        pieces = plain.get("received")
        if not isinstance(pieces, list):
            raise UnfitError("received: is not a list")
        exchange = from_plain(Exchange, {**plain, "received": []})
        return dataclasses.replace(exchange, received=tuple(_piece(each) for each in pieces))
    kind = RECORDS_GIVEN.get(name)
    if kind is None:
        raise UnfitError("an answer that no vantage gives")
    return from_plain(kind, plain)


def _piece(plain: object) -> bytes | Refusal:
    if isinstance(plain, dict) and "is" in plain:
        return from_plain(Refusal, plain)
    return _bytes(plain)


def _bytes(plain: object) -> bytes:
    try:
        match plain:
            case {"text": str(text)}:
                return text.encode("ascii")
            case {"base64": str(text)}:
                return base64.b64decode(text, validate=True)
            case _:
                pass
    except (binascii.Error, UnicodeEncodeError):
        pass
    raise UnfitError("data: is neither text nor base64")


def _check_times(value: object) -> None:
    """Refuse times without zone: they cannot be compared with others."""
    if isinstance(value, datetime):
        if value.utcoffset() is None:
            raise UnfitError("a time without zone")
    elif isinstance(value, tuple):
        for each in value:
            _check_times(each)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            _check_times(getattr(value, field.name))
