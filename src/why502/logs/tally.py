"""What a scan counts: integers only, and every part merges with every other, in any order, to the same whole.

The kernel, the vectorised engine and the plain one all end in a `Tally`. Bounds keep it small; what a bound costs is
written beside it. Each bound is a level that depends only on the set of all things counted, so that parts which reach
it apart and parts which reach it together end alike:

- routes: children of crowded parents collapse (`routes`);
- upstreams: at most `MOST_UPSTREAMS`; beyond, those whose hash lies above `upstreams_below` are counted as `OTHERS`;
- cells: at most `MOST_CELLS`; beyond, `level` rises and cells lose, one after the other: the route of what was served,
  its upstream, the route of what failed, its upstream. `by_minute`, `by_upstream`, `by_route` stay exact;
- clients: exact up to `MOST_CLIENTS` different ones; beyond, those whose hash lies below a bound, and the rest by
  proportion (adaptive sampling, Flajolet 1990; relative error about 1.2 / sqrt(`MOST_CLIENTS`), about 1 %);
- samples: one line for each minute and failure, the one whose place has the smallest hash.
"""

from collections.abc import Iterable, Mapping
from enum import IntEnum
from typing import NamedTuple

from why502.logs.numbers import WHOLE
from why502.observations.failure import FailureId
from why502.observations.frozen import frozen

MOST_UPSTREAMS = 16384
MOST_CELLS = 1 << 17
MOST_CLIENTS = 1 << 14
MOST_SAMPLES = 1 << 13
MOST_WAITING = 1 << 17
LONGEST_SAMPLE = 400

OTHERS = "(others)"
ANY = "*"
"""Stands for a route or upstream that a cell has lost."""

FAILURES = tuple(FailureId)


class Outcome(IntEnum):
    """What became of a request, an attempt or a message.

    `SERVED`, `FAILED`: a request. `RESCUED`: an attempt that another server made good. `TRIED`: an attempt before the
    last one of a failed request. `MESSAGE`: a line of an error log; it is never added to requests.
    """

    SERVED = 0
    FAILED = 1
    RESCUED = 2
    TRIED = 3
    MESSAGE = 4


class What(NamedTuple):
    """What happened. `status` 0: the line does not say."""

    status: int
    failure: FailureId | None
    outcome: Outcome


class Cell(NamedTuple):
    """Where and what. `minute`: minutes since 1970 (UTC). `upstream` empty: none was named."""

    minute: int
    upstream: str
    route: str
    status: int
    failure: FailureId | None
    outcome: Outcome


@frozen
class FileTally:
    """One file. `other`: lines known to be neither requests nor messages. `outside`: not in the asked time.

    `first` and `last`: seconds since 1970. `formats`: the names of those that lines were of, the most frequent first.
    `troubles`: what was wrong with the file itself, in words (`cut off in the middle of a gz stream`).
    """

    name: str
    formats: tuple[str, ...]
    lines: int = 0
    unparsed: int = 0
    other: int = 0
    outside: int = 0
    first: int | None = None
    last: int | None = None
    troubles: tuple[str, ...] = ()


@frozen
class Sample:
    """A line that shows something; `failure` is `None` for an unparsed one. `offset`: of the file's text, in bytes."""

    minute: int
    failure: FailureId | None
    file: int
    offset: int
    text: bytes


@frozen
class Clients:
    """Distinct clients: (minute, hash) pairs of those whose hash lies below `below`; minute 0 where none is kept."""

    pairs: frozenset[tuple[int, int]]
    below: int = WHOLE

    def count(self, first: int = 0, last: int = 1 << 40) -> int:
        """Estimate how many there were between two minutes (inclusive); exact while `below` is the whole range."""
        seen = len({each for minute, each in self.pairs if first <= minute <= last})
        return seen if self.below == WHOLE else round(seen * (WHOLE / self.below))


Spread = Mapping[int, int]
"""Bucket (`numbers.bucket`) to count."""


@frozen
class Tally:
    """All that was counted. Messages stand in `by_minute`, `by_upstream`, `troubles` under their outcome.

    `troubles`: every cell that was not merely served. `served`: the other cells, loaded on demand by who wants them.
    `joined`: requests whose failure a message of another log told. `waiting_lost`: lines that found no room to wait
    for their partner.
    """

    files: tuple[FileTally, ...]
    by_minute: Mapping[tuple[int, What], int]
    by_upstream: Mapping[tuple[str, What], int]
    by_route: Mapping[tuple[str, What], int]
    troubles: Mapping[Cell, int]
    upstream_seconds: Mapping[str, Spread]
    upstream_slowest: Mapping[str, int]
    route_seconds: Mapping[str, Spread]
    route_slowest: Mapping[str, int]
    seen: Clients
    hit: Clients
    samples: tuple[Sample, ...]
    unparsed: tuple[Sample, ...]
    level: int = 0
    joined: int = 0
    waiting_lost: int = 0

    @property
    def requests(self) -> int:
        """Count the requests."""
        return sum(count for (_, what), count in self.by_minute.items() if what.outcome in REQUESTS)

    @property
    def failed(self) -> int:
        """Count the failed requests."""
        return sum(count for (_, what), count in self.by_minute.items() if what.outcome is Outcome.FAILED)


REQUESTS = (Outcome.SERVED, Outcome.FAILED)


def percentile(spread: Spread, share: float) -> int | None:
    """Return the bucket in which the given share (0 to 1) of the times is reached; `None`: there are none."""
    total = sum(spread.values())
    reached = 0
    for number in sorted(spread):
        reached += spread[number]
        if reached >= share * total:
            return number
    return None


def summed(pairs: Iterable[tuple[object, int]]) -> dict[object, int]:
    """Add up what has the same key."""
    made: dict[object, int] = {}
    for key, count in pairs:
        made[key] = made.get(key, 0) + count
    return made
