"""What stands before a gateway's own line: syslog's headers, journals, container run-times.

Which there are is seen from a file's first lines; a plan is then made for each. Sources: RFC 3164, RFC 5424, rsyslog's
file formats, HAProxy's `log … format`, `journalctl -o export`,
the log format of Kubernetes' run-time interface, `docker compose logs`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from why502.logs.plan import Blanks, Literal, Plan, Role, Seek, Step, Take
from why502.observations.frozen import frozen

MOST_LOOKED_AT = 1000
LONGEST_MARKED = 1 << 16


@frozen
class Prefix:
    """One kind of prefix: `steps` read over it; `dated` too, and take its full date; `start` ends it (`Plan.start`)."""

    steps: tuple[Step, ...] = ()
    dated: tuple[Step, ...] = ()
    start: bytes = b""


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
_DATE = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? "
_ISO = rb"\d{4}-\d\d-\d\dT[0-9:.,]{8,18}(?:Z|[+-]\d\d:?\d\d) "
_HOST = rb"\S{1,255} "
_TAG = rb"[^\s\[\]\"]{1,64}\[\d{1,10}\]: "
_RFC5424 = rb"<\d{1,3}>1 " + _ISO + rb"\S{1,255} \S{1,48} \S{1,128} \S{1,32} - "


def _sought(text: bytes, *before: Step) -> Prefix:
    return Prefix(steps=(*before, Seek(text=text)), start=text)


def _rfc5424(mark: bytes) -> Prefix:
    ends = (*_OVER, *_OVER, *_OVER, *_OVER, Literal(text=b"- " + mark))
    return Prefix(
        steps=(*_PRI, _ONE, *_OVER, *ends),
        dated=(*_PRI, _ONE, *_STAMP, *ends),
        start=b" - - " + mark,
    )


def _iso(before: tuple[Step, ...], behind: tuple[Step, ...], start: bytes) -> Prefix:
    steps = (*before, *_over(b"T"), *_CLOCK, *behind)
    return Prefix(steps=steps, dated=(*before, *_STAMP, *behind), start=start)


# What begins with certain bytes goes first; what is sought, behind what is not, because the words of a client who is
# known to a file without prefixes must not become one.
_KINDS: tuple[tuple[bytes, Prefix], ...] = (
    (rb"MESSAGE=", Prefix(steps=(Literal(text=b"MESSAGE="),), start=b"MESSAGE=")),
    (rb"<\d{1,3}>", Prefix(steps=_PRI, start=b">")),
    (rb"", Prefix()),
    (_RFC5424 + _MARK, _rfc5424(_MARK)),
    (_RFC5424, _rfc5424(b"")),
    (rb"<\d{1,3}>" + _ISO + _HOST + _TAG, _iso(_PRI, (*_OVER, *_TAGGED), b"]: ")),
    (rb"<\d{1,3}>" + _ISO, _iso(_PRI, (), b" ")),
    (rb"<\d{1,3}>" + _DATE + _HOST + _TAG, Prefix(steps=(*_PRI, *_DAY, *_OVER, *_TAGGED), start=b"]: ")),
    (rb"<\d{1,3}>" + _DATE + _TAG, Prefix(steps=(*_PRI, *_DAY, *_TAGGED), start=b"]: ")),
    (_ISO + _HOST + _TAG, _iso((), (*_OVER, *_TAGGED), b"]: ")),
    (_ISO + rb"std(?:out|err) [FP] ", _iso((), (*_OVER, *_OVER), b" F ")),
    (_ISO, _iso((), (), b" ")),
    (_DATE + _HOST + _TAG, Prefix(steps=(*_DAY, *_OVER, *_TAGGED), start=b"]: ")),
    (_DATE + _TAG, Prefix(steps=(*_DAY, *_TAGGED), start=b"]: ")),
    (_ISO + _HOST + rb"\S{1,64}: ", _sought(b": ")),
    (rb"(?:<\d{1,3}>)?" + _DATE + rb"(?:\S{1,255} )?\S{1,64}: ", _sought(b": ")),
    (rb"[\w.:/+@-]{1,120} {1,40}\| ", _sought(b"| ")),
)


def anywhere(plans: Sequence[Plan]) -> tuple[Plan, ...]:
    """Make plans for every prefix that needs no seeking: for a format that is known before any line is."""
    return tuple(
        replace(plan, steps=(*prefix.steps, *plan.steps))
        for _, prefix in _KINDS
        if not any(isinstance(step, Seek) for step in prefix.steps)
        for plan in plans
    )


def prefixes(first: Sequence[bytes], looks: bytes) -> tuple[Prefix, ...]:
    """Find what stands before lines of a certain look (an expression) among a file's first ones, each kind once."""
    kinds = _compiled(looks)
    found: set[int] = set()
    for line in first[:MOST_LOOKED_AT]:
        found.add(next((number for number, kind in enumerate(kinds) if kind.match(line[:1024])), -1))
    return tuple(prefix for number, (_, prefix) in enumerate(_KINDS) if number in found)


@cache
def _compiled(looks: bytes) -> tuple[re.Pattern[bytes], ...]:
    return tuple(re.compile(pattern + looks, re.DOTALL) for pattern, _ in _KINDS)


def json_plans(first: Sequence[bytes], plans: Sequence[Plan], mark: bytes) -> tuple[Plan, ...]:
    """Make plans of JSON lines for what stands before their object; empty if no first line holds the mark."""
    marked = [line for line in first[:MOST_LOOKED_AT] if mark in line[:LONGEST_MARKED]]
    return tuple(replace(plan, start=prefix.start) for prefix in prefixes(marked, rb"\{") for plan in plans)
