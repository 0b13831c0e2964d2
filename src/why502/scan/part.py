"""A part of a tally: what one thread, worker or engine has counted, and how parts become one whole.

Parts are mutable while they count and merge in any order; `settled` applies every bound of `logs.tally` once more, so
that the same lines end in the same part however they were divided.
"""

import struct
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar

from why502.logs import routes as naming
from why502.logs.format import Judged, Signs
from why502.logs.numbers import WHOLE, bucket, hash64, mixed
from why502.logs.plan import Kind
from why502.logs.reading import LONGEST_WORD, Attempt, Line, content
from why502.logs.tally import (
    FAILURES,
    LONGEST_SAMPLE,
    MOST_CELLS,
    MOST_CLIENTS,
    MOST_SAMPLES,
    MOST_UPSTREAMS,
    MOST_WAITING,
    OTHERS,
    Outcome,
)

UNPARSED = 255
OTHER_NAMES = OTHERS.encode()
LONGEST_UPSTREAM = 255
SERVER_ERROR = 500
MOST_PLANS = 64
NO_FIRST, NO_LAST = (1 << 63) - 1, -(1 << 63)

What = tuple[int, int, int]
"""Status, code of the failure (0: none, else its place in `FAILURES` + 1), outcome."""
Place = tuple[int, bytes | None, bytes | None, int, int, int]
"""Minute, upstream, route (`None`: lost to the level), status, failure, outcome."""


@dataclass
class FilePart:
    """The lines of one file; `plans`: how many each plan read."""

    plans: list[int] = field(default_factory=lambda: [0] * MOST_PLANS)
    lines: int = 0
    unparsed: int = 0
    other: int = 0
    outside: int = 0
    first: int = NO_FIRST
    last: int = NO_LAST

    def add(self, other: "FilePart") -> None:
        """Take over what another part of the same file counted."""
        self.lines += other.lines
        self.unparsed += other.unparsed
        self.other += other.other
        self.outside += other.outside
        self.first = min(self.first, other.first)
        self.last = max(self.last, other.last)
        self.plans = [one + more for one, more in zip(self.plans, other.plans, strict=True)]


@dataclass
class Distinct:
    """Distinct (minute, hash) pairs by adaptive sampling."""

    pairs: set[tuple[int, int]] = field(default_factory=set)
    below: int = WHOLE

    def add(self, minute: int, hashed: int) -> None:
        """Count a client."""
        hashed += not hashed
        if hashed <= self.below:
            self.pairs.add((minute, hashed))
            while len(self.pairs) > MOST_CLIENTS:
                self.limit(self.below >> 1)

    def limit(self, below: int) -> None:
        """Keep those whose hash is not above."""
        self.below = below
        self.pairs = {pair for pair in self.pairs if pair[1] <= below}

    def merge(self, other: "Distinct") -> None:
        """Take over what another part counted."""
        self.pairs |= other.pairs
        self.limit(min(self.below, other.below))
        while len(self.pairs) > MOST_CLIENTS:
            self.limit(self.below >> 1)


Kept = tuple[int, int, int, int, int, bytes]
"""A sample: hash of its place, file, offset, minute, failure, text."""


@dataclass
class Samples:
    """Of each minute and failure the line whose place has the smallest hash."""

    level: int = 0
    kept: dict[tuple[int, int], Kept] = field(default_factory=dict)

    def add(self, given: Kept) -> None:
        """Keep a line if it comes before the one that is kept."""
        group = self._group(given[3], given[4])
        if group not in self.kept or given < self.kept[group]:
            self.kept[group] = given
        while len(self.kept) > MOST_SAMPLES:
            self.coarsen(self.level + 1)

    def _group(self, minute: int, failure: int) -> tuple[int, int]:
        if failure == UNPARSED:
            return minute, failure
        return (0 if self.level >= 8 else minute >> 4 * self.level << 4 * self.level), failure  # noqa: PLR2004

    def coarsen(self, level: int) -> None:
        """Widen the minutes of a group to the sixteenfold."""
        kept, self.kept, self.level = self.kept.values(), {}, level
        for each in kept:
            self.add(each)

    def merge(self, other: "Samples") -> None:
        """Take over what another part kept."""
        if other.level > self.level:
            self.coarsen(other.level)
        for each in other.kept.values():
            self.add(each)


Wait = tuple[int, int, int, int, Place]
"""Key, side (1: a message, 2: the key is the client), seconds since 1970, hash of the line's place, what."""


@dataclass
class Waiting:
    """Lines that wait for their partner in another log."""

    lines: list[Wait] = field(default_factory=list)
    below: int = WHOLE
    total: int = 0

    def add(self, wait: Wait) -> None:
        """Let a line wait, if its key is among those that are kept."""
        if wait[0] <= self.below:
            self.lines.append(wait)
            self._bound()

    def _bound(self) -> None:
        while len(self.lines) > MOST_WAITING:
            self.below >>= 1
            self.lines = [each for each in self.lines if each[0] <= self.below]

    def merge(self, other: "Waiting") -> None:
        """Take over those of another part."""
        self.total += other.total
        self.below = min(self.below, other.below)
        self.lines = [each for each in (*self.lines, *other.lines) if each[0] <= self.below]
        self._bound()


Counts = dict[tuple[int, What], int]
Named = dict[tuple[bytes, What], int]
Spreads = dict[bytes, dict[int, int]]


@dataclass
class Part:
    """Everything that was counted, by the names themselves. Of `cells`, what was merely served may be left out."""

    cells: dict[Place, int] = field(default_factory=dict)
    by_minute: Counts = field(default_factory=dict)
    by_upstream: Named = field(default_factory=dict)
    by_route: Named = field(default_factory=dict)
    upstream_times: Spreads = field(default_factory=dict)
    route_times: Spreads = field(default_factory=dict)
    upstream_slowest: dict[bytes, int] = field(default_factory=dict)
    route_slowest: dict[bytes, int] = field(default_factory=dict)
    seen: Distinct = field(default_factory=Distinct)
    hit: Distinct = field(default_factory=Distinct)
    samples: Samples = field(default_factory=Samples)
    waiting: Waiting = field(default_factory=Waiting)
    files: dict[int, FilePart] = field(default_factory=dict)
    level: int = 0
    upstreams_below: int = WHOLE
    collapsed: frozenset[bytes] = field(default=frozenset(), compare=False)
    """Prefixes of routes whose children were counted as one: the names no longer tell that they were too many."""

    def merge(self, other: "Part") -> None:
        """Take over what another part counted."""
        _add_all(self.by_minute, other.by_minute)
        _add_all(self.by_upstream, other.by_upstream)
        _add_all(self.by_route, other.by_route)
        _add_all(self.cells, other.cells)
        for times, more_times in ((self.upstream_times, other.upstream_times), (self.route_times, other.route_times)):
            for name, spread in more_times.items():
                _add_all(times.setdefault(name, {}), spread)
        for slowest, others in (
            (self.upstream_slowest, other.upstream_slowest),
            (self.route_slowest, other.route_slowest),
        ):
            for name, value in others.items():
                slowest[name] = max(slowest.get(name, 0), value)
        self.seen.merge(other.seen)
        self.hit.merge(other.hit)
        self.samples.merge(other.samples)
        self.waiting.merge(other.waiting)
        for number, counts in other.files.items():
            self.files.setdefault(number, FilePart()).add(counts)
        self.level = max(self.level, other.level)
        self.upstreams_below = min(self.upstreams_below, other.upstreams_below)
        self.collapsed |= other.collapsed

    def settled(self) -> "Part":
        """Apply every bound to the whole."""
        places = {place[2] for place in self.cells} | {wait[4][2] for wait in self.waiting.lines}
        names = {name for name in places if name is not None}
        names |= {name for name, _ in self.by_route} | set(self.route_times)
        self.collapsed = collapsing(names, self.collapsed)
        # Mostly every name stays; then nothing is made anew.
        if any(naming.again(name, self.collapsed) != name for name in names):
            self._rename(lambda name: naming.again(name, self.collapsed), route=True)
        self._limit_upstreams()
        if self.upstreams_below < WHOLE:
            self._rename(self._upstream_name, route=False)
        self._lower(self.level)
        while len(self.cells) > MOST_CELLS and self.level < MOST_LEVEL:
            self._lower(self.level + 1)
        return self

    def _limit_upstreams(self) -> None:
        self.upstreams_below = upstreams_bound({name for name, _ in self.by_upstream}, self.upstreams_below)

    def _upstream_name(self, name: bytes) -> bytes:
        return limited(name, self.upstreams_below)

    def _rename(self, to: Callable[[bytes], bytes | None], *, route: bool) -> None:
        new = _remembered(to)
        if route:
            self.by_route = _summed(((new(name), what), count) for (name, what), count in self.by_route.items())
            self.route_times, self.route_slowest = _respread(self.route_times, self.route_slowest, new)
            self.cells = _summed(((*at[:2], _maybe(new, at[2]), *at[3:]), count) for at, count in self.cells.items())
            waits = [(*wait[:4], (*wait[4][:2], _maybe(new, wait[4][2]), *wait[4][3:])) for wait in self.waiting.lines]
        else:
            self.by_upstream = _summed(((new(name), what), count) for (name, what), count in self.by_upstream.items())
            self.upstream_times, self.upstream_slowest = _respread(self.upstream_times, self.upstream_slowest, new)
            self.cells = _summed(((at[0], _maybe(new, at[1]), *at[2:]), count) for at, count in self.cells.items())
            waits = [(*wait[:4], (wait[4][0], _maybe(new, wait[4][1]), *wait[4][2:])) for wait in self.waiting.lines]
        self.waiting.lines = waits

    def _lower(self, level: int) -> None:
        self.level = level
        if level and self.cells:
            self.cells = _summed((lowered(place, level), count) for place, count in self.cells.items())


MOST_LEVEL = 4


def collapsing(routes: Iterable[bytes], known: frozenset[bytes] = frozenset()) -> frozenset[bytes]:
    """Find every prefix whose children are one, given those of which that is known though the names no longer show it.

    A known prefix stays so under the name that it has once those above it are collapsed: it then has its children and
    those of its siblings.
    """
    names, found = set(routes), known
    while True:
        if found:
            names = {naming.again(name, found) for name in names}
        more = found | naming.prefixes_to_collapse(names)
        more |= {naming.again(prefix, more) for prefix in more}
        if more == found:
            return found
        found = more


def upstreams_bound(names: Iterable[bytes], below: int) -> int:
    """Lower the bound until few enough upstreams have a hash that is not above it."""
    hashes = [hash64(name) for name in names if name not in (b"", OTHER_NAMES)]
    while sum(hashed <= below for hashed in hashes) > MOST_UPSTREAMS:
        below >>= 1
    return below


def limited(name: bytes, below: int) -> bytes:
    """Name an upstream under the bound of upstreams."""
    return OTHER_NAMES if name and hash64(name) > below else name


def lowered(place: Place, level: int) -> Place:
    """Return what a cell is at a level (`logs.tally`)."""
    served = place[5] == Outcome.SERVED
    route = None if level >= (1 if served else 3) else place[2]
    upstream = None if level >= (2 if served else 4) else place[1]
    return (place[0], upstream, route, *place[3:])


def _maybe(new: Callable[[bytes], bytes], name: bytes | None) -> bytes | None:
    return None if name is None else new(name)


def _remembered(to: Callable[[bytes], bytes | None]) -> Callable[[bytes], bytes]:
    known: dict[bytes, bytes] = {}

    def new(name: bytes) -> bytes:
        if name not in known:
            found = to(name)
            known[name] = name if found is None else found
        return known[name]

    return new


Name = TypeVar("Name")


def _summed(pairs: Iterable[tuple[Name, int]]) -> dict[Name, int]:
    made: dict[Name, int] = {}
    for key, count in pairs:
        made[key] = made.get(key, 0) + count
    return made


def _add_all(into: dict[Name, int], more: dict[Name, int]) -> None:
    for key, count in more.items():
        into[key] = into.get(key, 0) + count


def _respread(
    times: Spreads, slowest: dict[bytes, int], new: Callable[[bytes], bytes]
) -> tuple[Spreads, dict[bytes, int]]:
    made: Spreads = {}
    longest: dict[bytes, int] = {}
    for name, spread in times.items():
        _add_all(made.setdefault(new(name), {}), spread)
    for name, value in slowest.items():
        longest[new(name)] = max(longest.get(new(name), 0), value)
    return made, longest


# ---- counting, line by line: the plain engine, and what the compiled one is held to ----

Judge = Callable[[int, Signs], Judged]


def code(judged: Judged) -> int:
    """Return the code of a judgement's failure."""
    return 0 if judged.failure is None else FAILURES.index(judged.failure) + 1


def place_of(file: int, offset: int) -> int:
    """Hash the place of a line."""
    return mixed((offset ^ file << 48) & WHOLE) >> 1


@dataclass
class Counter:
    """Counts lines into a part. `judge` is asked with the plan's number; `since` and `until`: seconds, inclusive."""

    judge: Judge
    part: Part = field(default_factory=Part)
    since: int = -(1 << 60)
    until: int = 1 << 60

    def file(self, number: int) -> FilePart:
        """Return the counts of a file."""
        return self.part.files.setdefault(number, FilePart())

    def unread(self, file: int, offset: int, text: bytes) -> None:
        """Count a line that no plan reads; an empty one is merely another."""
        counts = self.file(file)
        counts.lines += 1
        if not content(text):
            counts.other += 1
            return
        counts.unparsed += 1
        place = place_of(file, offset)
        self.part.samples.add((place, file, offset, place & 7, UNPARSED, content(text)[:LONGEST_SAMPLE]))

    def line(self, number: int, read: Line, at: int, file: int, offset: int, text: bytes) -> None:
        """Count a line that a plan read; `at`: its time in UTC."""
        counts = self.file(file)
        counts.lines += 1
        counts.plans[number] += 1
        if read.plan.kind is Kind.OTHER:
            counts.other += 1
        elif not self.since <= at <= self.until:
            counts.outside += 1
        else:
            counts.first, counts.last = min(counts.first, at), max(counts.last, at)
            one = _One(self, number, read, at, file, offset, content(text))
            if read.plan.kind is Kind.REQUEST:
                one.request()
            elif not one.message():
                counts.other += 1


@dataclass
class _One:
    counter: Counter
    number: int
    read: Line
    at: int
    file: int
    offset: int
    text: bytes

    def request(self) -> None:
        """Count a request: its attempts in their order, its time, its client."""
        part, attempts = self.counter.part, self.read.attempts
        route = naming.route(self.read.method, self.read.target)
        ended = self._judged(attempts[-1], last=True)
        for attempt in attempts[:-1]:
            judged = self._judged(attempt, last=False)
            if judged.failed:
                self._attempt(attempt, judged, route, Outcome.TRIED if ended.failed else Outcome.RESCUED)
        span = attempts[-1].seconds
        if span is None and len(attempts) == 1:
            span = self.read.seconds
        final = Attempt(upstream=attempts[-1].upstream, status=attempts[-1].status, seconds=span)
        self._attempt(final, ended, route, Outcome.FAILED if ended.failed else Outcome.SERVED)
        _time(part.route_times, part.route_slowest, route, span if self.read.seconds is None else self.read.seconds)
        if self.read.client:
            hashed = hash64(self.read.client)
            part.seen.add(0, hashed)
            if ended.failed:
                part.hit.add(self.at // 60, hashed)

    def message(self) -> bool:
        """Count a message that tells a failure; false if it tells none."""
        attempt = self.read.attempts[-1]
        judged = self._judged(attempt, last=True)
        if judged.failure is None:
            return False
        route = naming.route(self.read.method, self.read.target)
        place = self._count(attempt.upstream, route, judged, Outcome.MESSAGE)
        self._wait(place, 1)
        self._sample(code(judged))
        return True

    def _judged(self, attempt: Attempt, *, last: bool) -> Judged:
        signs = Signs(
            status=self.read.status,
            upstream_status=attempt.status[:LONGEST_WORD],
            words=self.read.words,
            upstream=bool(attempt.upstream),
            group=bool(attempt.upstream) and self.read.status >= SERVER_ERROR and b":" not in attempt.upstream,
            last=last,
        )
        return self.counter.judge(self.number, signs)

    def _attempt(self, attempt: Attempt, judged: Judged, route: bytes, outcome: Outcome) -> None:
        part = self.counter.part
        place = self._count(attempt.upstream, route, judged, outcome)
        if attempt.upstream:
            _time(part.upstream_times, part.upstream_slowest, place[1] or b"", attempt.seconds)
        if judged.partner:
            self._wait(place, 0)
        if outcome is not Outcome.SERVED:
            self._sample(code(judged))

    def _count(self, upstream: bytes, route: bytes, judged: Judged, outcome: Outcome) -> Place:
        part = self.counter.part
        name = limited(upstream[:LONGEST_UPSTREAM], part.upstreams_below)
        what = (self.read.status, code(judged), int(outcome))
        place = (self.at // 60, name, route, *what)
        _one_more(part.by_minute, (place[0], what))
        _one_more(part.by_upstream, (name, what))
        if outcome in (Outcome.SERVED, Outcome.FAILED):
            _one_more(part.by_route, (route, what))
        _one_more(part.cells, lowered(place, part.level))
        return place

    def _sample(self, failure: int) -> None:
        given = (
            place_of(self.file, self.offset),
            self.file,
            self.offset,
            self.at // 60,
            failure,
            self.text[:LONGEST_SAMPLE],
        )
        self.counter.part.samples.add(given)

    def _wait(self, place: Place, message: int) -> None:
        waiting = self.counter.part.waiting
        waiting.total += 1
        where = place_of(self.file, self.offset)
        if self.read.key:
            waiting.add((hash64(self.read.key) & ~1, message, self.at, where, place))
        if self.read.client and (message or not self.read.key):
            waiting.add((hash64(self.read.client) | 1, message | 2, self.at, where, place))


def _one_more(counts: dict[Name, int], key: Name) -> None:
    counts[key] = counts.get(key, 0) + 1


def _time(times: Spreads, slowest: dict[bytes, int], name: bytes, span: int | None) -> None:
    if span is not None:
        _one_more(times.setdefault(name, {}), bucket(span))
        slowest[name] = max(slowest.get(name, 0), span)


# ---- from what the kernel hands out ----

_ROW = struct.Struct("=QQQ")
_PAIR = struct.Struct("=QQ")
_WAIT = struct.Struct("=QQqQQI4x")
_LOST = 0xFFFFFFFF


def from_export(export: dict[str, Any]) -> Part:
    """Take what `_kernel.Scan.export` gave."""
    upstreams: list[bytes] = export["upstreams"]
    routes: list[bytes] = export["routes"]

    def place(a: int, b: int) -> Place:
        upstream, route = a >> 32, b & _LOST
        return (
            a & _LOST,
            None if upstream == _LOST else upstreams[upstream],
            None if route == _LOST else routes[route],
            *_what(b),
        )

    cells = export["troubles"] + export.get("served", b"")
    part = Part(
        cells={place(a, b): count for a, b, count in _ROW.iter_unpack(cells)},
        by_minute={(a & _LOST, _what(b)): count for a, b, count in _ROW.iter_unpack(export["by_minute"])},
        by_upstream={(upstreams[a >> 32], _what(b)): count for a, b, count in _ROW.iter_unpack(export["by_upstream"])},
        by_route={(routes[b & _LOST], _what(b)): count for _, b, count in _ROW.iter_unpack(export["by_route"])},
        upstream_times=_spreads(export["upstream_times"], upstreams),
        route_times=_spreads(export["route_times"], routes),
        level=export["level"],
        upstreams_below=export["upstreams_below"],
        collapsed=frozenset(export["collapsed"]),
    )
    part.upstream_slowest = {
        name: export["upstream_slowest"][number] for number, name in enumerate(upstreams) if name in part.upstream_times
    }
    part.route_slowest = {
        name: export["route_slowest"][number] for number, name in enumerate(routes) if name in part.route_times
    }
    for distinct, (below, rows) in ((part.seen, export["seen"]), (part.hit, export["hit"])):
        distinct.below = below
        distinct.pairs = set(_PAIR.iter_unpack(rows))
    part.samples.level = export["sample_level"]
    for minute, failure, where, file, offset, text in export["samples"]:
        part.samples.add((where, file, offset, minute, failure, text))
    part.waiting.below, part.waiting.total = export["wait_below"], export["wait_total"]
    part.waiting.lines = [
        (key, side, at, where, place(a, b)) for key, where, at, a, b, side in _WAIT.iter_unpack(export["waits"])
    ]
    for number, (lines, unparsed, other, outside, first, last, plans) in enumerate(export["files"]):
        part.files[number] = FilePart(plans, lines, unparsed, other, outside, first, last)
    return part


def _what(b: int) -> What:
    return b >> 32 & 0xFFFF, b >> 48 & 0xFF, b >> 56


def _spreads(rows: bytes, names: Sequence[bytes]) -> Spreads:
    made: Spreads = {}
    for a, _, count in _ROW.iter_unpack(rows):
        made.setdefault(names[a >> 32], {})[a & _LOST] = count
    return made
