"""Lines of nginx's access log, read by the `log_format` they were written with.

A format becomes a plan: a tuple of literal and field steps (`ngx_http_log_module`). A value ends at the first byte of
the literal behind it, so that every line has one reading at most. nginx escapes quotes inside values (`escape=default`,
`escape=json`), so quoted client text cannot end early; where client text stands without quotes, it may, and then either
the line no longer fits (and is reported as unreadable) or the whole format is refused, see `Plan.problem`.
"""

import json
import re
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from enum import Enum
from itertools import pairwise

from why502.observations.frozen import frozen

COMBINED = (
    '$remote_addr - $remote_user [$time_local] "$request" $status $body_bytes_sent "$http_referer" "$http_user_agent"'
)
"""The format named `combined`, built into nginx."""

LONGEST = 65536
"""Bytes of a line that are looked at."""

MOST_STEPS = 200
MOST_ATTEMPTS = 64


class Escape(Enum):
    """How values are escaped: the `escape=` parameter of `log_format`."""

    DEFAULT = "default"
    JSON = "json"
    NONE = "none"


class Shape(Enum):
    """What bytes a value can hold; decides where it ends."""

    NUMBER = "number"
    WORD = "word"
    LIST = "list"
    TIME = "time"
    TEXT = "text"


@frozen
class Literal:
    """Bytes that stand between fields."""

    text: bytes


@frozen
class Field:
    """A variable, without its `$`."""

    name: str
    shape: Shape


Step = Literal | Field


@frozen
class Plan:
    """A compiled format. `problem` says why lines of this format cannot be read with certainty; then none is."""

    steps: tuple[Step, ...]
    escape: Escape = Escape.DEFAULT
    problem: str | None = None

    def has(self, name: str) -> bool:
        """Tell whether the format holds a variable."""
        return any(isinstance(step, Field) and step.name == name for step in self.steps)


@frozen
class Attempt:
    """One try at a server. Seconds and bytes; `None` where nginx wrote `-` or the format lacks the variable.

    `group` is true if `addr` names a group from which no server could be chosen. `pass_` counts the internal
    redirects before it (` : ` in the log).
    """

    addr: str | None
    status: int | None = None
    connect_time: float | None = None
    header_time: float | None = None
    response_time: float | None = None
    bytes_received: int | None = None
    pass_: int = 0

    @property
    def group(self) -> bool:
        """Tell whether this is the name of a group, not an address."""
        return self.addr is not None and not self.addr.startswith("unix:") and not _PORT.search(self.addr)


@frozen
class AccessLine:
    """A request as logged. `at` in UTC is when it ended; `None` and empty where the format lacks it or says `-`."""

    at: datetime | None = None
    status: int | None = None
    request: str | None = None
    method: str | None = None
    uri: str | None = None
    host: str | None = None
    server: str | None = None
    remote_addr: str | None = None
    user_agent: str | None = None
    attempts: tuple[Attempt, ...] = ()
    connection: int | None = None
    request_time: float | None = None
    request_id: str | None = None
    pid: int | None = None


_VARIABLE = re.compile(r"\$(?:\{(\w{1,100})\}|(\w{1,100}))", re.ASCII)
_PORT = re.compile(r":\d{1,5}\Z", re.ASCII)
_DIGITS = re.compile(r"\d{1,18}\Z", re.ASCII)
_SECONDS = re.compile(r"\d{1,12}(?:\.\d{1,6})?\Z", re.ASCII)
_METHOD = re.compile(r"[A-Z_-]{1,32}\Z", re.ASCII)
_STATUS = re.compile(r"\d{3}\Z", re.ASCII)

_NUMBERS = frozenset(
    [
        "status",
        "connection",
        "connection_requests",
        "pid",
        "body_bytes_sent",
        "bytes_sent",
        "request_length",
        "request_time",
        "msec",
        "server_port",
        "remote_port",
    ]
)
_WORDS = frozenset(
    [
        "remote_addr",
        "realip_remote_addr",
        "server_addr",
        "server_name",
        "request_id",
        "req_id",
        "pipe",
        "scheme",
        "https",
        "server_protocol",
        "request_completion",
        "ssl_protocol",
        "ssl_cipher",
        "ssl_session_reused",
        "upstream_cache_status",
        "gzip_ratio",
        "proxy_host",
        "proxy_upstream_name",
        "proxy_alternative_upstream_name",
        "namespace",
        "ingress_name",
        "service_name",
        "service_port",
        "hostname",
    ]
)
_LISTS = frozenset(
    [
        "upstream_addr",
        "upstream_status",
        "upstream_connect_time",
        "upstream_header_time",
        "upstream_response_time",
        "upstream_response_length",
        "upstream_bytes_received",
        "upstream_bytes_sent",
        "upstream_queue_time",
    ]
)
_TIMES = {
    "time_local": rb"\d\d/[A-Z][a-z]{2}/\d{4}:\d\d:\d\d:\d\d [+-]\d{4}",
    "time_iso8601": rb"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:Z|[+-]\d\d:\d\d)",
}


def compile_format(text: str, escape: Escape = Escape.DEFAULT) -> Plan:
    """Compile the text of a `log_format` (its strings joined, as nginx joins them)."""
    steps: list[Step] = []
    at = 0
    for found in _VARIABLE.finditer(text):
        if found.start() > at:
            steps.append(Literal(text=text[at : found.start()].encode("utf-8", "replace")))
        name = (found[1] or found[2]).lower()
        steps.append(Field(name=name, shape=_shape(name)))
        at = found.end()
    if at < len(text):
        steps.append(Literal(text=text[at:].encode("utf-8", "replace")))
    return Plan(steps=tuple(steps), escape=escape, problem=_problem(steps, escape))


def _shape(name: str) -> Shape:
    if name in _NUMBERS:
        return Shape.NUMBER
    if name in _WORDS:
        return Shape.WORD
    if name in _LISTS:
        return Shape.LIST
    return Shape.TIME if name in _TIMES else Shape.TEXT


def _problem(steps: list[Step], escape: Escape) -> str | None:
    """Say why no line of this format could be read with certainty."""
    if not any(isinstance(step, Field) for step in steps):
        return "the format holds no variable"
    if len(steps) > MOST_STEPS:
        return "the format has too many parts"
    for one, after in pairwise(steps):
        if isinstance(one, Field) and isinstance(after, Field):
            return f"nothing stands between ${one.name} and ${after.name}"
    for number, step in enumerate(steps):
        if isinstance(step, Field) and step.shape is Shape.TEXT and not _is_quoted(steps, number, escape):
            taker = _taker(steps, number, escape)
            if taker is not None:
                return f"${step.name} can hold what ends it, and ${taker.name} what follows"
    return None


def _ending(steps: Sequence[Step], number: int) -> bytes:
    """Return the byte that ends a field; empty at the end of the line."""
    after = steps[number + 1] if number + 1 < len(steps) else None
    return after.text[:1] if isinstance(after, Literal) else b""


def _is_quoted(steps: Sequence[Step], number: int, escape: Escape) -> bool:
    """Tell whether a field stands in quotes that nothing inside can close."""
    before = steps[number - 1] if number else None
    opened = isinstance(before, Literal) and before.text.endswith(b'"')
    return opened and _ending(steps, number) == b'"' and escape is not Escape.NONE


def _taker(steps: Sequence[Step], number: int, escape: Escape) -> Field | None:
    """Find a later field that could take what is too much when this one ends early.

    Without one the number of delimiters is fixed, and a line with too many does not fit. A quote in a literal is a
    wall: client text never holds a bare one.
    """
    ending = _ending(steps, number)
    if not ending:
        return None
    for later in range(number + 1, len(steps)):
        step = steps[later]
        if isinstance(step, Literal):
            if b'"' in step.text and escape is not Escape.NONE:
                return None
        elif _can_hold(step, ending, _ending(steps, later)):
            return step
    return None


def _can_hold(field: Field, byte: bytes, ending: bytes) -> bool:
    if byte == ending and field.shape is not Shape.LIST:
        return False
    match field.shape:
        case Shape.NUMBER:
            return byte in b"-.0123456789"
        case Shape.WORD:
            return byte not in b" \t\"'"
        case Shape.LIST:
            return byte != ending or byte in b" ,:"
        case Shape.TIME:
            return False
        case Shape.TEXT:
            return True


Reader = Callable[[bytes], AccessLine | None]


def reader(plan: Plan) -> Reader:
    """Make the function that reads a line of this format; it returns `None` for a line that cannot be read."""
    if plan.problem is not None:
        return lambda _: None
    expression = _expression(plan)
    names = [step.name for step in plan.steps if isinstance(step, Field)]

    def read(line: bytes) -> AccessLine | None:
        found = expression.fullmatch(line.rstrip(b"\r\n")) if len(line) <= LONGEST else None
        if found is None:
            return None
        values: dict[str, str] = {}
        for name, raw in zip(names, found.groups(), strict=True):
            value = _unescaped(raw, plan.escape)
            if values.setdefault(name, value) != value:
                return None
        return _line(values)

    return read


def _expression(plan: Plan) -> re.Pattern[bytes]:
    """Make one expression of the plan; every value is possessive, so a line is read once from left to right."""
    parts: list[bytes] = []
    for number, step in enumerate(plan.steps):
        if isinstance(step, Literal):
            parts.append(re.escape(step.text))
        else:
            parts.append(b"(" + _value(plan, number, step) + b")")
    return re.compile(b"".join(parts))


def _value(plan: Plan, number: int, field: Field) -> bytes:
    ending = _ending(plan.steps, number)
    stop = re.escape(ending)
    match field.shape:
        case Shape.NUMBER:
            return rb"(?:-|[0-9]{1,20}(?:\.[0-9]{1,9})?|)"
        case Shape.WORD:
            return rb"[^\s\"'" + stop + rb"]*+"
        case Shape.LIST:
            item = rb"[^\s,\"'" + (b"" if ending in (b":", b"-") else stop) + rb"]*+"
            return rb"(?>" + item + rb"(?:(?:, | : )" + item + rb")*)"
        case Shape.TIME:
            return rb"(?:" + _TIMES[field.name] + rb"|-|)"
        case Shape.TEXT:
            if plan.escape is Escape.JSON and _is_quoted(plan.steps, number, plan.escape):
                return rb'(?:[^"\\\n]|\\[^\n])*+'
            return rb"[^\n" + stop + rb"]*+"


_HEX = re.compile(rb"\\x([0-9A-Fa-f]{2})")


def _unescaped(raw: bytes, escape: Escape) -> str:
    """Undo nginx's escapes. Bytes that are no UTF-8 become U+FFFD."""
    if escape is Escape.JSON and b"\\" in raw:
        try:
            return str(json.loads(b'"' + raw + b'"', strict=False))
        except ValueError:
            return raw.decode("utf-8", "replace")
    if escape is Escape.DEFAULT and b"\\x" in raw:
        raw = _HEX.sub(lambda found: bytes.fromhex(found[1].decode()), raw)
    return raw.decode("utf-8", "replace")


def _line(values: dict[str, str]) -> AccessLine | None:
    """Make a line of its values; `None` if one of them cannot be what its variable says."""
    try:
        request = _known(values.get("request"))
        method, uri = _request(request)
        return AccessLine(
            at=_time(values),
            status=_number(values.get("status"), _STATUS),
            request=request,
            method=_known(values.get("request_method")) or method,
            uri=_known(values.get("request_uri")) or uri or _known(values.get("uri")),
            host=_known(values.get("http_host")) or _known(values.get("host")),
            server=_known(values.get("server_name")),
            remote_addr=_known(values.get("remote_addr")),
            user_agent=_known(values.get("http_user_agent")),
            attempts=_attempts(values),
            connection=_number(values.get("connection"), _DIGITS),
            request_time=_seconds(values.get("request_time")),
            request_id=_known(values.get("request_id")),
            pid=_number(values.get("pid"), _DIGITS),
        )
    except (ValueError, OverflowError):
        return None


def _known(value: str | None) -> str | None:
    return None if value in (None, "", "-") else value


def _number(value: str | None, form: re.Pattern[str]) -> int | None:
    if _known(value) is None or value is None:
        return None
    if not form.match(value):
        raise ValueError(value)
    return int(value)


def _seconds(value: str | None) -> float | None:
    if _known(value) is None or value is None:
        return None
    if not _SECONDS.match(value):
        raise ValueError(value)
    return float(value)


def _request(request: str | None) -> tuple[str | None, str | None]:
    """Split a request line; what is none (a TLS handshake to a plain port, say) has neither method nor URI."""
    parts = (request or "").split(" ")
    if len(parts) < 3 or not parts[-1].startswith("HTTP/") or not _METHOD.match(parts[0]):  # noqa: PLR2004
        return None, None
    return parts[0], " ".join(parts[1:-1])


_MONTHS = {
    name: number
    for number, name in enumerate(
        ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"], 1
    )
}
_LOCAL = re.compile(r"(\d\d)/([A-Z][a-z]{2})/(\d{4}):(\d\d:\d\d:\d\d) ([+-]\d{4})\Z", re.ASCII)


def _time(values: dict[str, str]) -> datetime | None:
    """Take the most exact of the times that a format has; month names are English whatever the locale."""
    if (msec := _seconds(values.get("msec"))) is not None:
        return datetime.fromtimestamp(msec, UTC)
    if (iso := _known(values.get("time_iso8601"))) is not None:
        return _zoned(datetime.fromisoformat(iso))
    if (local := _known(values.get("time_local"))) is None:
        return None
    found = _LOCAL.match(local)
    if found is None or found[2] not in _MONTHS:
        raise ValueError(local)
    return _zoned(datetime.fromisoformat(f"{found[3]}-{_MONTHS[found[2]]:02}-{found[1]}T{found[4]}{found[5]}"))


def _zoned(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError(at)
    return at.astimezone(UTC)


def _split(value: str | None) -> tuple[tuple[str, ...], ...]:
    """Split at ` : ` (internal redirects), then at `, ` (servers tried one after the other)."""
    if value is None or value in ("", "-"):
        return ()
    return tuple(tuple(part.split(", ")) for part in value.split(" : ", MOST_ATTEMPTS))


def _attempts(values: dict[str, str]) -> tuple[Attempt, ...]:
    """Put the lists of one request side by side; they have the same form, or the line is not what it seems."""
    lists = {name: _split(values.get(name)) for name in _LISTS if name in values}
    forms = {tuple(len(part) for part in parts) for parts in lists.values() if parts}
    if not forms:
        return ()
    if len(forms) > 1:
        raise ValueError(forms)
    form = forms.pop()
    if sum(form) > MOST_ATTEMPTS:
        raise ValueError(form)

    def told(name: str, part: int, place: int) -> str | None:
        parts = lists.get(name)
        return parts[part][place] if parts else None

    return tuple(
        Attempt(
            addr=_known(told("upstream_addr", part, place)),
            status=_number(told("upstream_status", part, place), _STATUS),
            connect_time=_seconds(told("upstream_connect_time", part, place)),
            header_time=_seconds(told("upstream_header_time", part, place)),
            response_time=_seconds(told("upstream_response_time", part, place)),
            bytes_received=_number(told("upstream_bytes_received", part, place), _DIGITS),
            pass_=part,
        )
        for part, size in enumerate(form)
        for place in range(size)
    )
