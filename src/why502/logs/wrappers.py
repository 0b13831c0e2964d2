"""What syslog, the journal and container runtimes put before a line, as steps before a plan's own.

`Nov 20 14:02:11 HOST TAG[PID]: `, the same with an RFC 3339 time, RFC 5424 (`… HOST TAG PID - - `), and CRI's
`TIME stdout F `. All of it stands before the line's own first byte, so that no client can write it.
"""

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from why502.logs.plan import Literal, Plan, Role, Seek, Shape, Step, Take
from why502.observations.frozen import frozen

MOST_WRAPPERS = 4
LEAST_SHARE = 1 / 20
LONGEST = 250
"""Bytes in which a header must end."""

_CRI = re.compile(rb"\d{4}-\d\d-\d\dT[0-9:.+Z-]{8,30}( (?:stdout|stderr) F )")
_SYSLOG = re.compile(
    rb"(?:<\d{1,3}>)?(?:[A-Z][a-z]{2} [ \d]\d \d\d:\d\d:\d\d|\d{4}-\d\d-\d\dT[0-9:.+Z-]{8,30})"
    rb"( (?:[\w.:-]{1,100} )??[A-Za-z][\w./-]{0,47})(\[\d{1,10}\])?(: )"
)
_RFC5424 = re.compile(
    rb"<\d{1,3}>1 \d{4}-\d\d-\d\dT[0-9:.+Z-]{8,30} [\w.:-]{1,100}( [A-Za-z][\w./-]{0,47} )(?:\d{1,10}|-)( \S{1,32} - )"
)


@frozen
class Wrapper:
    """A header. `steps` go over it; `start` ends it, for an object behind it."""

    steps: tuple[Step, ...]
    start: bytes

    def around(self, plan: Plan) -> Plan:
        """Make a plan for lines with this header."""
        match plan.shape:
            case Shape.ROW:
                return replace(plan, steps=(*self.steps, *plan.steps))
            case Shape.JSON | Shape.LOGFMT:
                return replace(plan, start=self.start)


def unwrapped(line: bytes) -> tuple[Wrapper, bytes] | None:
    """Take the header off a line; `None`: it has none."""
    head = line[:LONGEST]
    if (cri := _CRI.match(head)) is not None:
        return Wrapper(steps=(Seek(text=cri[1]),), start=cri[1]), line[cri.end() :]
    if (new := _RFC5424.match(head)) is not None:
        steps = (Seek(text=new[1]), Take(role=Role.NONE, stop=b" "), Literal(text=new[2]))
        return Wrapper(steps=steps, start=new[2]), line[new.end() :]
    if (old := _SYSLOG.match(head)) is not None:
        tag = b" " + old[1].rpartition(b" ")[2]
        if old[2]:
            numbered = (Seek(text=tag + b"["), Take(role=Role.NONE, stop=b"]"), Literal(text=b"]: "))
            return Wrapper(steps=numbered, start=b"]: "), line[old.end() :]
        return Wrapper(steps=(Seek(text=tag + b": "),), start=tag + b": "), line[old.end() :]
    return None


def found(lines: Sequence[bytes]) -> list[tuple[Wrapper, tuple[bytes, ...]]]:
    """Find the headers that lines have, the most frequent first, each with its lines without it."""
    taken = [each for line in lines if (each := unwrapped(line)) is not None]
    counts = Counter(wrapper for wrapper, _ in taken)
    return [
        (wrapper, tuple(inner for each, inner in taken if each == wrapper))
        for wrapper, count in counts.most_common(MOST_WRAPPERS)
        if count >= len(lines) * LEAST_SHARE
    ]
