"""The failures of a log as series over minutes, and which of their bursts are one incident.

Each failure of each upstream is a series of its own, measured against its own past (`bursts`): failed requests and
attempts in proportion to the requests of the minute, messages of an error log by the minute. What no series of its own
shows is looked for again in the sum over all upstreams, then over all failures. Bursts that begin and end together and
have a failure or an upstream in common are one incident; otherwise they stay apart, even if they overlap in time.

More than `CAP` of an upstream's requests is no background however long it lasts.
"""

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from operator import itemgetter
from typing import NamedTuple

from why502.logs import bursts
from why502.logs.bursts import LEAST, Burst, Clock, clock, threshold
from why502.logs.tally import REQUESTS, Cell, Outcome, Tally
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

CAP = 0.01
"""The greatest share of requests that counts as background."""

MESSAGES_CAP = 10.0
"""The most messages a minute that count as background, for one upstream and failure; a tenth of it in a short log."""

SHORT_LOG = 60
"""Minutes."""

TOGETHER = 2
"""Minutes by which bursts of one incident may begin and end apart, at least."""

ALIKE = 0.75
"""Of the time of two bursts of one failure, the part they have in common if they are one incident (a ramp is seen later
where it is weaker)."""

FAINT = 12.0
"""Log-likelihood that two more edges must bring: twice the logarithm of the minutes of some hours."""

DAY = 1440


class Key(NamedTuple):
    """A series: one failure of one upstream, as requests and attempts or as messages."""

    failure: FailureId
    upstream: str
    message: bool


Row = tuple[int, int, Cell]
"""A cell of a series, with its minute and its count before it."""


@frozen
class Hit:
    """A burst: of one series, or of the sum of several."""

    burst: Burst
    keys: frozenset[Key]


@frozen
class Span:
    """An incident as minutes (inclusive) and the series that have a part in it."""

    first: int
    last: int
    keys: frozenset[Key]


Points = Mapping[int, int]

VAGUE = frozenset({FailureId.UNKNOWN, FailureId.NO_LIVE_UPSTREAM})
"""What another failure may look like in another log, or for the requests that come after it."""


class Measured:
    """The series of a tally and what they are measured against. `rows`: of each series, in order of time."""

    def __init__(self, tally: Tally) -> None:
        self.rows = rows_of(tally.troubles)
        self.points = {key: _per_minute(rows) for key, rows in self.rows.items()}
        self.requests = _requests(tally) if self.rows else {}
        self.total = sum(self.requests.values())
        self.order = sorted(self.requests)
        self.sums = [0]
        for minute in self.order:
            self.sums.append(self.sums[-1] + self.requests[minute])
        self.attempts: dict[str, int] = {}
        for (upstream, what), count in tally.by_upstream.items():
            if what.outcome is not Outcome.MESSAGE:
                self.attempts[upstream] = self.attempts.get(upstream, 0) + count
        self.clocks = {False: self._request_clock(), True: self._message_clock()}
        ends = [minute for time in self.clocks.values() for minute in (*time.minutes[:1], *time.minutes[-1:])]
        self.first, self.last = min(ends, default=0), max(ends, default=0)

    def _request_clock(self) -> Clock:
        weights = {minute: float(count) for minute, count in self.requests.items()}
        for key, points in self.points.items():
            if not key.message:
                weights.update((minute, 1.0) for minute in points if minute not in weights)
        return clock(weights.items())

    def _message_clock(self) -> Clock:
        minutes = {minute for key, points in self.points.items() if key.message for minute in points}
        if minutes and self.order:
            minutes |= {self.order[0], self.order[-1]}
        return clock(((minute, 0.5) for minute in minutes), time_share=1.0, hole=DAY)

    def between(self, first: int, last: int) -> int:
        """Count the requests of some minutes (inclusive)."""
        return self.sums[bisect_left(self.order, last + 1)] - self.sums[bisect_left(self.order, first)]

    def cap(self, keys: Sequence[Key]) -> float:
        """Return the highest rate that is background for the sum of some series."""
        if keys[0].message:
            minutes = self.clocks[True].minutes
            return MESSAGES_CAP / (10 if minutes[-1] - minutes[0] < SHORT_LOG else 1)
        if len(keys) > 1 or not self.total:
            return CAP
        return CAP * min(self.attempts.get(keys[0].upstream, self.total) / self.total, 1.0)

    def spans(self) -> list[Span]:
        """Find the incidents, in no particular order."""
        return merged(self.hits())

    def hits(self) -> list[Hit]:
        """Find the bursts of each series, and of the sums of what is left."""
        rest: dict[Key, Points] = dict(self.points)
        places = max(sum(1 for points in rest.values() if sum(points.values()) >= LEAST), 1)
        found = []
        for keys in [*([key] for key in self.points), *_sums(self.points)]:
            for burst in self._bursts(keys, rest, places):
                inside = [key for key in keys if any(burst.first <= minute <= burst.last for minute in rest[key])]
                found.append(Hit(burst=burst, keys=frozenset(inside)))
                for key in inside:
                    rest[key] = _without(rest[key], burst.first, burst.last)
        return found

    def _bursts(self, keys: Sequence[Key], rest: Mapping[Key, Points], places: int) -> Iterable[Burst]:
        points = rest[keys[0]] if len(keys) == 1 else dict(sorted(_added(rest[key] for key in keys).items()))
        if sum(points.values()) < LEAST:
            return ()
        time = self.clocks[keys[0].message]
        least = threshold(len(time.minutes), places)
        return bursts.find(list(points.items()), time, self.cap(keys), least).bursts


def rows_of(troubles: Mapping[Cell, int]) -> dict[Key, list[Row]]:
    """Sort the cells into series. A failure that is not named is `UNKNOWN`."""
    found: dict[tuple[str, FailureId | None, bool], list[Row]] = {}
    for cell, count in troubles.items():
        minute, upstream, _, _, failure, outcome = cell
        name = (upstream, failure, outcome is Outcome.MESSAGE)
        rows = found.get(name)
        if rows is None:
            rows = found[name] = []
        rows.append((minute, count, cell))
    made: dict[Key, list[Row]] = {}
    for (upstream, failure, message), rows in found.items():
        made.setdefault(Key(failure or FailureId.UNKNOWN, upstream, message), []).extend(rows)
    for rows in made.values():
        rows.sort(key=itemgetter(0))
    return dict(sorted(made.items(), key=lambda each: (each[0].failure.value, each[0].upstream, each[0].message)))


def _requests(tally: Tally) -> dict[int, int]:
    made: dict[int, int] = {}
    for (minute, what), count in tally.by_minute.items():
        if what[2] in REQUESTS:
            made[minute] = made.get(minute, 0) + count
    return made


def _per_minute(rows: Iterable[Row]) -> dict[int, int]:
    """Count by minute, in the order of time."""
    made: dict[int, int] = {}
    for minute, count, _ in rows:
        made[minute] = made.get(minute, 0) + count
    return made


def _added(several: Iterable[Points]) -> dict[int, int]:
    made: dict[int, int] = {}
    for points in several:
        for minute, count in points.items():
            made[minute] = made.get(minute, 0) + count
    return made


def _without(points: Points, first: int, last: int) -> Points:
    return {minute: count for minute, count in points.items() if not first <= minute <= last}


def _sums(series: Iterable[Key]) -> list[list[Key]]:
    """Name the sums to look at: of one failure over all upstreams, then of all failures."""
    by_failure: dict[tuple[bool, str], list[Key]] = {}
    by_kind: dict[bool, list[Key]] = {}
    for key in series:
        by_failure.setdefault((key.message, key.failure.value), []).append(key)
        by_kind.setdefault(key.message, []).append(key)
    sums = [keys for keys in by_failure.values() if len(keys) > 1]
    return sums + [keys for keys in by_kind.values() if len({key.failure for key in keys}) > 1]


# -- which bursts are one incident


def merged(hits: Iterable[Hit]) -> list[Span]:
    """Unite bursts that belong together. An incident's edges are those of its members of some weight."""
    groups = [[hit] for hit in sorted(hits, key=lambda hit: (hit.burst.first, hit.burst.last))]
    while True:
        united = _pass(groups)
        if len(united) == len(groups):
            return [_span(group) for group in groups]
        groups = united


def _pass(groups: Sequence[list[Hit]]) -> list[list[Hit]]:
    """Unite neighbours in time once; groups are in the order of their first minute."""
    made: list[list[Hit]] = []
    open_: list[tuple[Span, list[Hit]]] = []
    for group in groups:
        span = _span(group)
        open_ = [(former, mine) for former, mine in open_ if former.last >= span.first - TOGETHER]
        for former, mine in open_:
            if _one(former, span, mine, group):
                mine.extend(group)
                break
        else:
            fresh = list(group)
            made.append(fresh)
            open_.append((span, fresh))
    return sorted(made, key=lambda group: _span(group).first)


def _span(group: Sequence[Hit]) -> Span:
    most = max(hit.burst.count for hit in group)
    weighty = [hit.burst for hit in group if hit.burst.count * 5 >= most]
    return Span(
        first=min(burst.first for burst in weighty),
        last=max(burst.last for burst in weighty),
        keys=frozenset(key for hit in group for key in hit.keys),
    )


@lru_cache(maxsize=256)
def _pairs(keys: frozenset[Key]) -> frozenset[tuple[FailureId, str]]:
    """Return failures with their upstreams; a group is compared with many."""
    return frozenset((key.failure, key.upstream) for key in keys)


def _one(former: Span, latter: Span, some: Sequence[Hit], others: Sequence[Hit]) -> bool:
    """Tell whether two groups of bursts are one incident."""
    overlap = min(former.last, latter.last) - max(former.first, latter.first) + 1
    mine, theirs = _pairs(former.keys), _pairs(latter.keys)
    if overlap > 0 and mine & theirs:
        return True
    failures, more = {failure for failure, _ in mine}, {failure for failure, _ in theirs}
    union = max(former.last, latter.last) - min(former.first, latter.first) + 1
    if failures & more and overlap > 0 and (overlap >= ALIKE * union or _faint(former, latter, some, others)):
        return True
    vague = bool((failures | more) & VAGUE)
    shorter = min(former.last - former.first, latter.last - latter.first) + 1
    if vague and 2 * overlap >= shorter and _near(former, latter, some, others, slack=3):
        return True
    upstreams, names = {upstream for _, upstream in mine}, {upstream for _, upstream in theirs}
    alike = bool(failures & more) or bool(upstreams & names) or vague
    return alike and _near(former, latter, some, others, slack=1)


def _faint(former: Span, latter: Span, some: Sequence[Hit], others: Sequence[Hit]) -> bool:
    """Tell whether edges of their own explain two overlapping groups no better than edges in common (BIC)."""
    union = max(former.last, latter.last) - min(former.first, latter.first) + 1
    better = 0.0
    for span, group in ((former, some), (latter, others)):
        count, expected = sum(hit.burst.count for hit in group), sum(hit.burst.expected for hit in group)
        stretched = expected * union / (span.last - span.first + 1)
        better += bursts.ratio(count, expected) - bursts.ratio(count, stretched)
    return better < FAINT


def _near(former: Span, latter: Span, some: Sequence[Hit], others: Sequence[Hit], slack: int) -> bool:
    """Tell whether two intervals have the same edges, as nearly as their counts can tell."""
    apart = max(abs(former.first - latter.first), abs(former.last - latter.last))
    rarest = 0.0
    for span, group in ((former, some), (latter, others)):
        minutes = span.last - span.first + 1
        count = max(hit.burst.count for hit in group)
        rarest = max(rarest, TOGETHER, minutes / 10, TOGETHER * minutes / count)
    return apart <= slack * rarest
