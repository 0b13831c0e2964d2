"""What stands before a gateway's own line: syslog's headers, journals, container run-times.

Which there are is seen from a file's first lines; a plan is then made for each. Sources: RFC 3164, RFC 5424, rsyslog's
file formats, HAProxy's `log … format`, `journalctl -o export`,
the log format of Kubernetes' run-time interface, `docker compose logs`.
"""

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache

from why502.logs.plan import Literal, Plan, Role, Seek, Step, Take
from why502.observations.frozen import frozen

MOST_LOOKED_AT = 1000
LONGEST_MARKED = 1 << 16


@frozen
class Prefix:
    """One kind of prefix: `steps` read over it; `dated` too, and take its full date; `start` ends it (`Plan.start`)."""

    steps: tuple[Step, ...] = ()
    dated: tuple[Step, ...] = ()
    start: bytes = b""


_PRI = (Literal(text=b"<"), Take(role=Role.NONE, stop=b">", bare=True), Literal(text=b">"))
_OVER = (Take(role=Role.NONE, stop=b" ", bare=True), Literal(text=b" "))
_STAMP = (Take(role=Role.TIME, stop=b" ", bare=True), Literal(text=b" "))
_ONE = Literal(text=b"1 ")
_MARK = b"\xef\xbb\xbf"
_BSD = rb"[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d(?:\.\d{1,9})? (?:\S{1,255} )?\S{1,64}"
_ISO = rb"\d{4}-\d\d-\d\d[T ][0-9:.,]{8,18}(?:Z|[+-]\d\d:?\d\d)"
_TAG = rb"\[\d{1,10}\]: "
_RFC5424 = rb"<\d{1,3}>1 " + _ISO + rb" \S{1,255} \S{1,48} \S{1,128} \S{1,32} - "


def _sought(text: bytes, before: tuple[Step, ...] = (), stamp: bool = False) -> Prefix:
    seek = Seek(text=text)
    return Prefix(steps=(*before, seek), dated=(*before, *_STAMP, seek) if stamp else (), start=text)


def _rfc5424(mark: bytes) -> Prefix:
    ends = Literal(text=b"- " + mark)
    return Prefix(
        steps=(*_PRI, _ONE, *_OVER, *_OVER, *_OVER, *_OVER, *_OVER, ends),
        dated=(*_PRI, _ONE, *_STAMP, *_OVER, *_OVER, *_OVER, *_OVER, ends),
        start=b" - - " + mark,
    )


# What begins with certain bytes goes first; what is sought, behind what is not, because the words of a client who is
# known to a file without prefixes must not become one.
_KINDS: tuple[tuple[bytes, Prefix], ...] = (
    (rb"MESSAGE=", Prefix(steps=(Literal(text=b"MESSAGE="),), start=b"MESSAGE=")),
    (rb"<\d{1,3}>", Prefix(steps=_PRI, start=b">")),
    (rb"", Prefix()),
    (rb"<\d{1,3}>" + _ISO + rb" ", Prefix(steps=(*_PRI, *_OVER), dated=(*_PRI, *_STAMP), start=b" ")),
    (_RFC5424 + _MARK, _rfc5424(_MARK)),
    (_RFC5424, _rfc5424(b"")),
    (rb"<\d{1,3}>" + _ISO + rb" \S{1,255} \S{1,64}" + _TAG, _sought(b"]: ", _PRI, stamp=True)),
    (rb"<\d{1,3}>" + _BSD + _TAG, _sought(b"]: ", _PRI)),
    (rb"<\d{1,3}>" + _BSD + rb": ", _sought(b": ", _PRI)),
    (_ISO + rb" \S{1,255} \S{1,64}" + _TAG, _sought(b"]: ", stamp=True)),
    (_ISO + rb" \S{1,255} \S{1,64}: ", _sought(b": ", stamp=True)),
    (
        _ISO + rb" std(?:out|err) [FP] ",
        Prefix(steps=(*_OVER, *_OVER, *_OVER), dated=(*_STAMP, *_OVER, *_OVER), start=b" F "),
    ),
    (_ISO + rb" ", Prefix(steps=_OVER, dated=_STAMP, start=b" ")),
    (_BSD + _TAG, _sought(b"]: ")),
    (_BSD + rb": ", _sought(b": ")),
    (rb"[\w.:/+@-]{1,120} {1,40}\| ", _sought(b"| ")),
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
