"""One line of nginx's error log, taken apart without trusting what clients and upstreams wrote into it.

nginx writes `TIME [level] PID#TID: *CONNECTION TEXT (ERRNO: WORDS) while PHASE, client: …, server: …` and then pairs in
a fixed order (`ngx_log_error_core`, `ngx_http_log_error_handler`). It escapes nothing: a request line, a Referer or a
header of the upstream may hold `", upstream: "…`. A pair is therefore believed only if no other reading of the line is
possible; otherwise it is left out and the line is marked.
"""

import json
import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, tzinfo
from enum import Enum
from itertools import pairwise

from why502.observations.frozen import frozen

LONGEST = 32768
"""Bytes of a line that are looked at: nginx writes 2,048 (OpenResty 4,096), wrappers add escapes."""

CUT_AT = (2047, 4095)
"""Lengths without the line feed at which nginx and OpenResty cut (NGX_MAX_ERROR_STR)."""

MOST_SEPARATORS = 8
"""More than this many `", label: "` in one line are not sorted out."""


class Level(Enum):
    """The levels of `error_log`."""

    DEBUG = "debug"
    INFO = "info"
    NOTICE = "notice"
    WARN = "warn"
    ERROR = "error"
    CRIT = "crit"
    ALERT = "alert"
    EMERG = "emerg"


@frozen
class NginxErrorLine:
    """What a line says. `local` is the time as written, without zone; `at` the same in UTC.

    `text` is the message without errno, phase and pairs. A pair that the line does not have, or that could be
    somebody else's words, is `None`. `cut`: the end of the line is missing. `ambiguous`: the pairs can be read in
    more than one way; `unsure` then holds the plain reading, to show, never to act upon. `subrequest` is the
    decoded path of a subrequest, `resolver` stands in lines of nginx's own resolver only.
    """

    level: Level
    text: str
    at: datetime | None = None
    local: datetime | None = None
    pid: int | None = None
    tid: int | None = None
    connection: int | None = None
    errno: int | None = None
    error: str = ""
    phase: str = ""
    client: str | None = None
    server: str | None = None
    request: str | None = None
    subrequest: str | None = None
    upstream: str | None = None
    host: str | None = None
    referrer: str | None = None
    resolver: str | None = None
    cut: bool = False
    ambiguous: bool = False
    unsure: tuple[tuple[str, str], ...] = ()


_SURROGATE = re.compile("[\ud800-\udfff]")
_HEAD = re.compile(
    r"(\d{4}/\d\d/\d\d \d\d:\d\d:\d\d) \[(debug|info|notice|warn|error|crit|alert|emerg)\] "
    r"(\d{1,10})#(\d{1,20}): (?:\*(\d{1,20}) )?",
    re.ASCII,
)
_COMMAND = re.compile(r"nginx: \[(debug|info|notice|warn|error|crit|alert|emerg)\] ")
_ERRNO = re.compile(r" \((\d{1,6}): ([^()]{1,80})\)\Z", re.ASCII)
_PHASE = re.compile(r"[A-Za-z][A-Za-z0-9/ -]{0,79}\Z", re.ASCII)
_CLIENT = re.compile(r", (?:udp )?client: (unix:|[0-9A-Fa-f.:]{2,45}), server: ", re.ASCII)
_OPENING = re.compile(r', (request|subrequest|upstream|host|referrer|request_id): "')
_SEPARATOR = re.compile(r'", (subrequest|upstream|host|referrer|request_id): "')
_STREAM_BYTES = re.compile(r", bytes from/to client:-?\d+/-?\d+, bytes from/to upstream:-?\d+/-?\d+\Z", re.ASCII)
_VERSION = re.compile(r" HTTP/\d(?:\.\d)?\Z", re.ASCII)
_SCHEME = re.compile(r"[a-z0-9]{1,12}://", re.ASCII)
_REQUEST_ID = re.compile(r"[0-9a-f]{32}\Z", re.ASCII)
_ORDER = ("request", "subrequest", "upstream", "host", "referrer", "request_id")

_CRI = re.compile(r"(\d{4}-\d\d-\d\dT\S{8,30}) (?:stdout|stderr) [FP](?::\S{0,20})? ", re.ASCII)
_SYSLOG = re.compile(
    r"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|(?:1 )?\d{4}-\d\d-\d\dT\S{8,30}) "
    r"(?:\S{0,254}[^\s:] )?[\w./-]{1,48}(?:\[\d{1,10}\])?(?:: | (?:\d{1,10}|-) \S{1,32} - )",
    re.ASCII,
)

Pairs = tuple[tuple[str, str], ...]


def parse(line: bytes, zone: tzinfo) -> NginxErrorLine | None:
    """Read one line, as written or wrapped by syslog, Docker or a CRI runtime; `None` if it is no error line of nginx.

    `zone` is the zone of the host that wrote it. Line feeds inside (messages of FastCGI applications) are text.
    """
    inner, outer = _unwrapped(line[:LONGEST].rstrip(b"\r\n").decode("utf-8", "surrogateescape"))
    length = len(inner.encode("utf-8", "replace"))
    inner = _SURROGATE.sub("\ufffd", inner)
    if (command := _COMMAND.match(inner)) is not None:
        text, errno, error = _without_errno(inner[command.end() :])
        return NginxErrorLine(level=Level(command[1]), text=text, errno=errno, error=error, at=outer)
    head = _HEAD.match(inner)
    if head is None:
        return None
    try:
        local = datetime.strptime(head[1], "%Y/%m/%d %H:%M:%S")
    except ValueError:
        return None
    base = NginxErrorLine(
        level=Level(head[2]),
        text="",
        at=_utc(local, zone),
        local=local,
        pid=int(head[3]),
        tid=int(head[4]),
        connection=int(head[5]) if head[5] else None,
    )
    return _message(base, inner[head.end() :], length)


def _utc(local: datetime, zone: tzinfo) -> datetime | None:
    try:
        return local.replace(tzinfo=zone).astimezone(UTC)
    except OverflowError:
        return None


def _unwrapped(line: str) -> tuple[str, datetime | None]:
    """Take off what syslog and container runtimes put around a line; the innermost of their times comes along."""
    outer: datetime | None = None
    for _ in range(3):
        if line.startswith("{"):
            inner, stamp = _docker(line)
        elif (cri := _CRI.match(line)) is not None:
            inner, stamp = line[cri.end() :], cri[1]
        elif (syslog := _SYSLOG.match(line)) is not None and not _COMMAND.match(line):
            inner, stamp = line[syslog.end() :], ""
        else:
            break
        outer = _stamp(stamp) or outer
        if inner == line:
            break
        line = inner
    return line, outer


def _docker(line: str) -> tuple[str, str]:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return line, ""
    text = entry.get("log") if isinstance(entry, dict) else None
    if not isinstance(text, str):
        return line, ""
    stamp = entry.get("time")
    return text.rstrip("\r\n"), stamp if isinstance(stamp, str) else ""


def _stamp(text: str) -> datetime | None:
    """Read an RFC 3339 time, of whose fraction six digits are kept."""
    try:
        at = datetime.fromisoformat(re.sub(r"(\.\d{6})\d+", r"\1", text[:40]))
        return at.astimezone(UTC) if at.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None


def _without_errno(text: str) -> tuple[str, int | None, str]:
    found = _ERRNO.search(text, max(0, len(text) - 100))
    if found is None:
        return text, None, ""
    return text[: found.start()], int(found[1]), found[2]


def _without_phase(text: str) -> tuple[str, str]:
    """Split `TEXT while PHASE`. The phase is nginx's own word, the last one, and holds neither quotes nor brackets."""
    before, found, phase = text.rpartition(" while ")
    return (before, phase) if found and _PHASE.match(phase) else (text, "")


def _message(base: NginxErrorLine, rest: str, length: int) -> NginxErrorLine:
    clients = list(_CLIENT.finditer(rest))
    if not clients:
        return _without_client(base, rest, length)
    first = clients[0]
    text, phase = _without_phase(rest[: first.start()])
    text, errno, error = _without_errno(text)
    cut = _looks_cut(rest, length)
    if '"' in text and (len(clients) > 1 or cut):
        # The quoted words may end earlier or later than they seem to: only the beginning of the text is nginx's own.
        return _with(base, text=text, ambiguous=True, cut=cut)
    base = _with(base, text=text, phase=phase, errno=errno, error=error, client=first[1])
    return _pairs(base, rest[first.end() :], length)


def _without_client(base: NginxErrorLine, rest: str, length: int) -> NginxErrorLine:
    before, found, resolver = rest.rpartition(", resolver: ")
    text, phase = _without_phase(before if found else rest)
    text, errno, error = _without_errno(text)
    address = resolver if found and phase else None
    if found and not phase:
        text = rest
    return _with(base, text=text, phase=phase, errno=errno, error=error, resolver=address, cut=length in CUT_AT)


def _looks_cut(rest: str, length: int) -> bool:
    return length in CUT_AT or (_OPENING.search(rest) is not None and not rest.endswith('"'))


def _pairs(base: NginxErrorLine, tail: str, length: int) -> NginxErrorLine:
    """Read what follows `, server: `."""
    opening = _OPENING.search(tail)
    if opening is None:
        return _with(base, server=tail, cut=length in CUT_AT)
    base = _with(base, server=tail[: opening.start()])
    rest = tail[opening.end() :]
    label = opening[1]
    if label == "upstream" and (stream := _STREAM_BYTES.search(rest, max(0, len(rest) - 200))) is not None:
        rest = rest[: stream.start()]
    plain = _plain(label, rest)
    if not rest.endswith('"') or length in CUT_AT:
        # The rest of a request line that holds quotes may be what is missing, so no later pair is certain.
        request = plain[0][1] if label == "request" else None
        return _with(base, request=request, cut=True, ambiguous=len(plain) > 1, unsure=plain)
    readings = set(_readings(label, rest[:-1]))
    if not readings:
        return _with(base, ambiguous=True, unsure=plain)
    agreed = dict(sorted(set.intersection(*(set(reading) for reading in readings))))
    agreed.pop("request_id", None)
    sure = len(readings) == 1
    return _with(base, ambiguous=not sure, unsure=() if sure else plain, **agreed)


def _plain(label: str, rest: str) -> Pairs:
    """Read from the left, each value up to the first separator."""
    parts = _SEPARATOR.split(rest, MOST_SEPARATORS)
    labels = (label, *parts[1::2])
    values = (*parts[0:-1:2], parts[-1].removesuffix('"'))
    return tuple(zip(labels, values, strict=True))


def _readings(label: str, rest: str) -> Iterator[Pairs]:
    """Yield every way to read the pairs in which each stands once, in nginx's order, with a possible value."""
    separators = list(_SEPARATOR.finditer(rest))
    if len(separators) > MOST_SEPARATORS:
        return
    for chosen in range(1 << len(separators)):
        taken = [found for number, found in enumerate(separators) if chosen >> number & 1]
        labels = [label, *(found[1] for found in taken)]
        if any(_ORDER.index(one) >= _ORDER.index(next_one) for one, next_one in pairwise(labels)):
            continue
        starts = [0, *(found.end() for found in taken)]
        ends = [*(found.start() for found in taken), len(rest)]
        pairs = tuple((one, rest[start:end]) for one, start, end in zip(labels, starts, ends, strict=True))
        if all(_possible(one, value) for one, value in pairs):
            yield pairs


def _possible(label: str, value: str) -> bool:
    """Tell whether nginx could have written this value under this label."""
    match label:
        case "request":
            return not _SEPARATOR.search(value) or bool(_VERSION.search(value[-10:]))
        case "subrequest":
            return not _SEPARATOR.search(value)
        case "upstream":
            return _possible_upstream(value)
        case "host":
            return " " not in value
        case "request_id":
            return bool(_REQUEST_ID.match(value))
        case _:
            return True


def _possible_upstream(value: str) -> bool:
    """Blanks stand in the path of a unix socket only; a stream upstream has no scheme."""
    scheme = _SCHEME.match(value)
    peer = value[scheme.end() :] if scheme else value
    if peer.startswith("unix:"):
        _, _, peer = peer.partition('"')
    return " " not in peer


def _with(base: NginxErrorLine, **changes: object) -> NginxErrorLine:
    return replace(base, **changes)  # type: ignore[arg-type]
