"""What a plan means, said once and plainly: read one line. The compiled and the vectorised engine do the same."""

import re

from why502.logs import times
from why502.logs.numbers import microseconds, status
from why502.logs.plan import Blanks, Key, Kind, Literal, Plan, Quote, Role, Seek, Shape, Step, Take, Unit
from why502.logs.routes import split_request
from why502.observations.frozen import frozen

LONGEST = 1 << 16
"""Bytes of a line that are looked at; a longer line is unparsed."""

LONGEST_WORD = 120
FURTHEST_SEEK = 255
MOST_ATTEMPTS = 32
DEEPEST = 16
"""How deep JSON may be nested."""

_EMPTY = (b"", b"-")
_BETWEEN = re.compile(rb", | : ")


@frozen
class Attempt:
    """One try at a server: its name, the status it gave (as logged), microseconds."""

    upstream: bytes
    status: bytes
    seconds: int | None


@frozen
class Line:
    """A line as read. `at`: seconds since 1970, in UTC if not `naive`. `seconds`: microseconds of the whole request."""

    plan: Plan
    at: int
    naive: bool
    status: int
    method: bytes
    target: bytes
    client: bytes
    attempts: tuple[Attempt, ...]
    seconds: int | None
    words: tuple[bytes, bytes, bytes, bytes]
    key: bytes


Values = dict[Role, bytes]


def read(plan: Plan, line: bytes) -> Line | None:
    """Read a line (without its line end); `None` if it is not of this plan.

    Zeros in front are read over: a log that was emptied under its writer begins with them.
    """
    line = content(line)
    if len(line) > LONGEST or not line:
        return None
    values: Values = {}
    fits = _fits(plan, line, values)
    return _line(plan, values) if fits is not None else None


def content(line: bytes) -> bytes:
    """Return a line without a carriage return behind it and zeros before it."""
    return line.removesuffix(b"\r").lstrip(b"\0")


def _fits(plan: Plan, line: bytes, values: Values) -> bool | None:
    match plan.shape:
        case Shape.ROW:
            return _row(plan.steps, line, values)
        case Shape.JSON:
            return _json(plan, line, values)
        case Shape.LOGFMT:
            return _logfmt(plan, line, values)


def _keep(values: Values, step: Take | Key, raw: bytes) -> None:
    if step.present:
        raw = b"" if raw in _EMPTY or raw.startswith(b"-") else b"+"
    if isinstance(step, Take) and step.port and b":" in raw:
        raw = raw[: raw.rindex(b":")]
    if step.role is not Role.NONE:
        values[step.role] = raw


def _row(steps: tuple[Step, ...], line: bytes, values: Values) -> bool | None:
    at = 0
    for step in steps:
        at = _stepped(step, line, at, values)
        if at < 0:
            return None
    return True if at == len(line) else None


def _stepped(step: Step, line: bytes, at: int, values: Values) -> int:
    """Take one step; return where the next begins, -1: the line does not fit."""
    match step:
        case Literal():
            return at + len(step.text) if line.startswith(step.text, at) else -1
        case Seek():
            found = line.find(step.text, at, at + FURTHEST_SEEK + len(step.text))
            return found + len(step.text) if found >= 0 else -1
        case Blanks():
            behind = len(line) - len(line[at:].lstrip(b" "))
            return behind if behind > at else -1
        case Take():
            return _taken(step, line, at, values)


def _taken(step: Take, line: bytes, at: int, values: Values) -> int:
    """Take a value; return where it ends, -1: it does not."""
    end = _end(step, line, at)
    if end < 0 or (step.bare and any(each in b' \t"' for each in line[at:end])):
        return -1
    _keep(values, step, line[at:end])
    return end


def _end(step: Take, line: bytes, at: int) -> int:
    """Find where a value ends; -1: nowhere."""
    if not step.stop:
        return len(line)
    if step.quote is Quote.NONE:
        return line.find(step.stop, at)
    if step.quote is Quote.LISTED:
        return _list_end(step.stop, line, at)
    while at < len(line):
        byte = line[at : at + 1]
        if byte == b"\\" and step.quote is Quote.BACKSLASH:
            at += 2
        elif byte == step.stop:
            if step.quote is not Quote.DOUBLED or line[at + 1 : at + 2] != step.stop:
                return at
            at += 2
        else:
            at += 1
    return -1


def _list_end(stop: bytes, line: bytes, at: int) -> int:
    start = at
    while (at := line.find(stop, at)) >= 0:
        if line[at + 1 : at + 3] == b":" + stop:
            at += 3
        elif at > start and line[at - 1 : at] == b",":
            at += 1
        else:
            return at
    return -1


def _started(plan: Plan, line: bytes) -> int:
    if not plan.start:
        return 0
    found = line.find(plan.start, 0, FURTHEST_SEEK + len(plan.start))
    return -1 if found < 0 else found + len(plan.start)


def _logfmt(plan: Plan, line: bytes, values: Values) -> bool | None:
    """Read `name=value name="value" …`; words without `=` are read over."""
    at = _started(plan, line)
    if at < 0:
        return None
    met: set[int] = set()
    while at < len(line):
        if line[at] in b" \t":
            at += 1
            continue
        name_end = at
        while name_end < len(line) and line[name_end] not in b" \t=":
            name_end += 1
        name = line[at:name_end]
        if line[name_end : name_end + 1] != b"=":
            at = name_end
            continue
        at = name_end + 1
        if line[at : at + 1] == b'"':
            end = _end(Take(role=Role.NONE, stop=b'"', quote=Quote.BACKSLASH), line, at + 1)
            if end < 0:
                return None
            raw, at = line[at + 1 : end], end + 1
        else:
            end = at
            while end < len(line) and line[end] not in b" \t":
                end += 1
            raw, at = line[at:end], end
        if not _keyed(plan, (name,), raw, values, met):
            return None
    return _all_met(plan, met)


def _keyed(plan: Plan, path: tuple[bytes, ...], raw: bytes, values: Values, met: set[int]) -> bool:
    """Keep a value under each role that its path has; false if the line is not of this plan."""
    for number, key in enumerate(plan.keys):
        if tuple(each.encode() for each in key.path) == path:
            if key.equals is not None and not raw.startswith(key.equals.encode()):
                return False
            met.add(number)
            _keep(values, key, raw)
    return True


def _all_met(plan: Plan, met: set[int]) -> bool | None:
    return True if all(number in met for number, key in enumerate(plan.keys) if key.equals is not None) else None


def _json(plan: Plan, line: bytes, values: Values) -> bool | None:
    """Walk one JSON object; strict in its structure, lenient in what a number or word is."""
    at = _started(plan, line)
    if at < 0:
        return None
    met: set[int] = set()
    walk = _Walk(line, at)
    if not walk.object(plan, (), values, met, 0) or line[walk.at :].strip(b" \t,"):
        return None
    return _all_met(plan, met)


class _Walk:
    def __init__(self, line: bytes, at: int) -> None:
        self.line = line
        self.at = at

    def next(self) -> int:
        while self.at < len(self.line) and self.line[self.at] in b" \t":
            self.at += 1
        return self.line[self.at] if self.at < len(self.line) else -1

    def take(self, byte: bytes) -> bool:
        if self.next() != byte[0]:
            return False
        self.at += 1
        return True

    def string(self) -> bytes | None:
        end = _end(Take(role=Role.NONE, stop=b'"', quote=Quote.BACKSLASH), self.line, self.at)
        if end < 0:
            return None
        raw, self.at = self.line[self.at : end], end + 1
        return raw

    def object(self, plan: Plan, path: tuple[bytes, ...], values: Values, met: set[int], deep: int) -> bool:
        """Walk an object whose brace comes next."""
        if deep >= DEEPEST or not self.take(b"{"):
            return False
        if self.take(b"}"):
            return True
        while True:
            name = self.string() if self.take(b'"') else None
            if name is None or not self.take(b":"):
                return False
            if not self.value(plan, (*path, name), values, met, deep):
                return False
            if self.take(b"}"):
                return True
            if not self.take(b","):
                return False

    def value(self, plan: Plan, path: tuple[bytes, ...], values: Values, met: set[int], deep: int) -> bool:
        match self.next():
            case 0x22:
                self.at += 1
                raw = self.string()
                return raw is not None and _keyed(plan, path, unescaped(raw), values, met)
            case 0x7B:
                return self.object(plan, path, values, met, deep + 1)
            case 0x5B:
                return self.array(plan, deep + 1)
            case -1:
                return False
            case _:
                start = self.at
                while self.at < len(self.line) and self.line[self.at] not in b',}] \t"{[:':
                    self.at += 1
                raw = self.line[start : self.at]
                return bool(raw) and _keyed(plan, path, b"" if raw == b"null" else raw, values, met)

    def array(self, plan: Plan, deep: int) -> bool:
        """Read over an array; nothing in it has a role."""
        self.at += 1
        if deep >= DEEPEST:
            return False
        if self.take(b"]"):
            return True
        nowhere = (b"",) * (DEEPEST + 1)
        while True:
            if not self.value(plan, nowhere, {}, set(), deep):
                return False
            if self.take(b"]"):
                return True
            if not self.take(b","):
                return False


_ESCAPES = {ord("n"): b"\n", ord("t"): b"\t", ord("r"): b"\r", ord("b"): b"\b", ord("f"): b"\f"}


def unescaped(raw: bytes) -> bytes:
    r"""Undo JSON's escapes; a `\u` that is no number, or half of a pair, stays as it is written."""
    if b"\\" not in raw:
        return raw
    made = bytearray()
    at = 0
    while at < len(raw):
        if raw[at] != 0x5C or at + 1 >= len(raw):  # noqa: PLR2004
            made.append(raw[at])
            at += 1
            continue
        byte = raw[at + 1]
        point = _hex(raw[at + 2 : at + 6]) if byte == ord("u") else None
        if byte != ord("u"):
            made += _ESCAPES.get(byte, bytes([byte]))
            at += 2
        elif point is None or 0xD800 <= point <= 0xDFFF:  # noqa: PLR2004
            made += raw[at : at + 2]
            at += 2
        else:
            made += chr(point).encode()
            at += 6
    return bytes(made)


def _hex(digits: bytes) -> int | None:
    if len(digits) != 4 or any(each not in b"0123456789abcdefABCDEF" for each in digits):  # noqa: PLR2004
        return None
    return int(digits, 16)


def _line(plan: Plan, values: Values) -> Line | None:
    if any(not values.get(role) for role in plan.needs):
        return None
    timed = times.parse(values.get(Role.TIME, b""), values.get(Role.DATE, b""))
    answered = status(values.get(Role.STATUS, b""))
    if (timed is None and plan.kind is not Kind.OTHER) or answered is None:
        return None
    at, naive = timed if timed is not None else (0, False)
    method, target = values.get(Role.METHOD, b""), values.get(Role.PATH, b"")
    if values.get(Role.REQUEST):
        method, target = split_request(values[Role.REQUEST])
    return Line(
        plan=plan,
        at=at,
        naive=naive and not plan.naive_utc,
        status=answered,
        method=method,
        target=target,
        client=_known(values.get(Role.CLIENT, b"")),
        attempts=_attempts(plan, values),
        seconds=microseconds(values.get(Role.SECONDS, b""), unit_of(plan, Role.SECONDS)),
        words=(
            values.get(Role.WORD_A, b"")[:LONGEST_WORD],
            values.get(Role.WORD_B, b"")[:LONGEST_WORD],
            values.get(Role.WORD_C, b"")[:LONGEST_WORD],
            values.get(Role.WORD_D, b"")[:LONGEST_WORD],
        ),
        key=_known(values.get(Role.KEY, b"")),
    )


def _known(raw: bytes) -> bytes:
    return b"" if raw in _EMPTY else raw


def unit_of(plan: Plan, role: Role) -> Unit:
    """Return the unit that a plan has for a duration: that of the last value with this role."""
    parts = plan.steps if plan.shape is Shape.ROW else plan.keys
    units = [each.unit for each in parts if isinstance(each, Take | Key) and each.role is role]
    return units[-1] if units else Unit.SECONDS


def _attempts(plan: Plan, values: Values) -> tuple[Attempt, ...]:
    """Put the upstream lists side by side. One attempt at least; its upstream is empty where none is named."""
    columns = [values.get(role, b"") for role in (Role.UPSTREAM, Role.UPSTREAM_STATUS, Role.UPSTREAM_SECONDS)]
    unit = unit_of(plan, Role.UPSTREAM_SECONDS)
    if not plan.attempts:
        span = microseconds(columns[2], unit)
        return (Attempt(upstream=_known(columns[0]), status=_known(columns[1]), seconds=span),)
    upstreams, statuses, seconds = (_split(each) for each in columns)
    made = [
        Attempt(
            upstream=_known(upstream),
            status=_known(statuses[number]) if number < len(statuses) else b"",
            seconds=microseconds(seconds[number], unit) if number < len(seconds) else None,
        )
        for number, upstream in enumerate(upstreams)
    ]
    return tuple(made if len(made) <= MOST_ATTEMPTS else [*made[: MOST_ATTEMPTS - 1], made[-1]])


def _split(raw: bytes) -> list[bytes]:
    """Split at `, ` (servers tried one after the other) and ` : ` (internal redirects)."""
    return _BETWEEN.split(raw)
