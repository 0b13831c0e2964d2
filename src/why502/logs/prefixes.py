"""What stands before a gateway's own line: syslog's headers, journals, container run-times.

Which there are is seen from a file's first lines; a plan is then made for each. All of it stands before the line's own
first byte, so that no client can write it. `prefixes` asks for one format, by the look of its lines; `found` for any.
Sources: RFC 3164, RFC 5424, rsyslog's file formats, HAProxy's `log … format`, `journalctl -o export`,
the log format of Kubernetes' run-time interface, `docker compose logs`.
"""

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import replace
from functools import cache

from why502.logs.plan import Blanks, Literal, Plan, Role, Shape, Step, Take
from why502.observations.frozen import frozen

MOST_LOOKED_AT = 1000
LONGEST_MARKED = 1 << 16
LONGEST = 250
"""Bytes in which a prefix must end: further away no object is sought."""

MOST_FOUND = 4
LEAST_SHARE = 1 / 20
"""Of the lines: a prefix that few have is taken for a chance."""


@frozen
class Prefix:
    """One kind of prefix: `steps` read over it; `dated` too, and take its full date; `start` ends it (`Plan.start`)."""

    steps: tuple[Step, ...] = ()
    dated: tuple[Step, ...] = ()
    start: bytes = b""

    @property
    def unbroken(self) -> bool:
        """Tell whether it has no blank between it and the line."""
        return len(self.steps) == 1

    def around(self, plan: Plan) -> Plan:
        """Make a plan for lines with this prefix."""
        match plan.shape:
            case Shape.ROW:
                return replace(plan, steps=(*self.steps, *plan.steps))
            case Shape.JSON | Shape.LOGFMT:
                return replace(plan, start=self.start)


@frozen
class _Kind:
    """How a kind of prefix looks. `telling`: it is one whatever stands behind. `known`: also of use before any line."""

    looks: bytes
    prefix: Prefix
    telling: bool = True
    known: bool = True


def _over(stop: bytes, text: bytes | None = None) -> tuple[Step, ...]:
    """Read over a value without blanks, and what ends it."""
    return (Take(role=Role.NONE, stop=stop, bare=True), Literal(text=text or stop))


_PRI = (Literal(text=b"<"), *_over(b">"))
_OVER = _over(b" ")
_STAMP = (Take(role=Role.TIME, stop=b" ", bare=True), Literal(text=b" "))
_ONE = Literal(text=b"1 ")
_MARK = b"\xef\xbb\xbf"
_CLOCK = (*_over(b":"), *_over(b":"), *_OVER)
_DAY = (Take(role=Role.NONE, stop=b" ", bare=True), Blanks(), *_OVER, *_CLOCK)
_TAGGED = (*_over(b"["), *_over(b"]", b"]: "))
_NAMED = _over(b":", b": ")
_DATE = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? "
_ISO = rb"\d{4}-\d\d-\d\dT[0-9:.,]{8,18}(?:Z|[+-]\d\d:?\d\d) "
_HOST = rb"\S{1,255} "
_TAG = rb"[^\s\[\]\"]{1,64}\[\d{1,10}\]: "
_NAME = rb"[A-Za-z][\w./-]{0,47}: "
_RFC5424 = rb"<\d{1,3}>1 " + _ISO + rb"\S{1,255} \S{1,48} (?:\d{1,10}|-) (\S{1,32}) - "
_NOBODYS = rb"<\d{1,3}>1 " + _ISO + rb"\S{1,255} \S{1,48} - - - "


def _rfc5424(mark: bytes, ends: bytes = b" - - ") -> Prefix:
    rest = (*_OVER, *_OVER, *_OVER, *_OVER, Literal(text=b"- " + mark))
    return Prefix(
        steps=(*_PRI, _ONE, *_OVER, *rest),
        dated=(*_PRI, _ONE, *_STAMP, *rest),
        start=ends + mark,
    )


def _iso(before: tuple[Step, ...], behind: tuple[Step, ...], start: bytes) -> Prefix:
    steps = (*before, *_over(b"T"), *_CLOCK, *behind)
    return Prefix(steps=steps, dated=(*before, *_STAMP, *behind), start=start)


# What begins with certain bytes goes first.
_KINDS: tuple[_Kind, ...] = (
    _Kind(looks=rb"MESSAGE=", prefix=Prefix(steps=(Literal(text=b"MESSAGE="),), start=b"MESSAGE=")),
    _Kind(looks=rb"<\d{1,3}>", prefix=Prefix(steps=_PRI, start=b">"), telling=False),
    _Kind(looks=rb"", prefix=Prefix(), telling=False),
    _Kind(looks=_RFC5424 + _MARK, prefix=_rfc5424(_MARK)),
    _Kind(looks=_NOBODYS, prefix=_rfc5424(b"", b" - - - "), known=False),
    _Kind(looks=_RFC5424, prefix=_rfc5424(b"")),
    _Kind(looks=rb"<\d{1,3}>" + _ISO + _HOST + _TAG, prefix=_iso(_PRI, (*_OVER, *_TAGGED), b"]: ")),
    _Kind(looks=rb"<\d{1,3}>" + _ISO, prefix=_iso(_PRI, (), b" "), telling=False),
    _Kind(
        looks=rb"<\d{1,3}>" + _DATE + _HOST + _TAG, prefix=Prefix(steps=(*_PRI, *_DAY, *_OVER, *_TAGGED), start=b"]: ")
    ),
    _Kind(looks=rb"<\d{1,3}>" + _DATE + _TAG, prefix=Prefix(steps=(*_PRI, *_DAY, *_TAGGED), start=b"]: ")),
    _Kind(looks=_ISO + _HOST + _TAG, prefix=_iso((), (*_OVER, *_TAGGED), b"]: ")),
    _Kind(looks=_ISO + rb"std(?:out|err) [FP] ", prefix=_iso((), (*_OVER, *_OVER), b" F ")),
    _Kind(looks=_ISO, prefix=_iso((), (), b" "), telling=False),
    _Kind(looks=_DATE + _HOST + _TAG, prefix=Prefix(steps=(*_DAY, *_OVER, *_TAGGED), start=b"]: ")),
    _Kind(looks=_DATE + _TAG, prefix=Prefix(steps=(*_DAY, *_TAGGED), start=b"]: ")),
    _Kind(looks=rb"<\d{1,3}>" + _ISO + _HOST + _NAME, prefix=_iso(_PRI, (*_OVER, *_NAMED), b": "), known=False),
    _Kind(looks=_ISO + _HOST + _NAME, prefix=_iso((), (*_OVER, *_NAMED), b": "), known=False),
    _Kind(
        looks=rb"<\d{1,3}>" + _DATE + _HOST + _NAME,
        prefix=Prefix(steps=(*_PRI, *_DAY, *_OVER, *_NAMED), start=b": "),
        known=False,
    ),
    _Kind(looks=rb"<\d{1,3}>" + _DATE + _NAME, prefix=Prefix(steps=(*_PRI, *_DAY, *_NAMED), start=b": "), known=False),
    _Kind(looks=_DATE + _HOST + _NAME, prefix=Prefix(steps=(*_DAY, *_OVER, *_NAMED), start=b": "), known=False),
    _Kind(looks=_DATE + _NAME, prefix=Prefix(steps=(*_DAY, *_NAMED), start=b": "), known=False),
    _Kind(
        looks=rb"[\w.:/+@-]{1,120} {1,40}\| ",
        prefix=Prefix(steps=(Take(role=Role.NONE, stop=b" ", bare=True), Blanks(), Literal(text=b"| ")), start=b"| "),
        known=False,
    ),
)


_BARE = next(number for number, kind in enumerate(_KINDS) if not kind.looks)


def anywhere(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Make plans for the usual prefixes: for a format that is known before any line is."""
    return tuple(kind.prefix.around(plan) for kind in _KINDS if kind.known for plan in plans)


def prefixes(first: Sequence[bytes], looks: bytes) -> tuple[Prefix, ...]:
    """Find what stands before lines of a certain look (an expression) among a file's first ones, each kind once."""
    kinds = _compiled(looks)
    bare = kinds[_BARE]
    met: set[int] = set()
    for line in first[:MOST_LOOKED_AT]:
        head = line[:1024]
        if bare.match(head):
            met.add(_BARE)
        elif _BEGINNING.match(head):
            met.add(next((number for number, kind in enumerate(kinds) if kind.match(head)), -1))
    return tuple(kind.prefix for number, kind in enumerate(_KINDS) if number in met)


@cache
def _compiled(looks: bytes) -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(kind.looks + looks, re.DOTALL) for kind in _KINDS)


def json_plans(first: Sequence[bytes], plans: Sequence[Plan], mark: bytes) -> tuple[Plan, ...]:
    """Make plans of JSON lines for what stands before their object; empty if no first line holds the mark."""
    marked = [line for line in first[:MOST_LOOKED_AT] if mark in line[:LONGEST_MARKED]]
    return tuple(prefix.around(plan) for prefix in prefixes(marked, rb"\{") for plan in plans)


def unwrapped(line: bytes) -> tuple[Prefix, bytes] | None:
    """Take the prefix off a line; `None`: it has none that tells itself from a line of a gateway."""
    if not _BEGINNING.match(line):
        return None
    for kind, looks in zip(_KINDS, _compiled(b""), strict=True):
        if kind.telling and (met := looks.match(line[:LONGEST])) is not None:
            prefix = kind.prefix
            if met.lastindex:
                # An object is sought behind RFC 5424's message identifier.
                prefix = replace(prefix, start=b" %s%s" % (met[1], prefix.start[2:]))
            return prefix, line[met.end() :]
    return None


_BEGINNING = re.compile(rb"MESSAGE=|<\d|\d{4}-|[A-Z][a-z]{2} [ \d]\d |[\w.:/+@-]{1,120} {1,40}\| ")
"""How a line with a prefix that tells itself begins: most lines have none, and are asked this alone."""


def found(lines: Iterable[bytes]) -> list[tuple[Prefix, tuple[bytes, ...]]]:
    """Find the prefixes that lines have, the most frequent first, each with its lines without it."""
    groups: dict[Prefix, list[bytes]] = {}
    total = 0
    for line in lines:
        total += 1
        if (taken := unwrapped(line)) is not None:
            groups.setdefault(taken[0], []).append(taken[1])
    often = Counter({prefix: len(inner) for prefix, inner in groups.items()}).most_common(MOST_FOUND)
    return [(prefix, tuple(groups[prefix])) for prefix, count in often if count >= total * LEAST_SHARE]
