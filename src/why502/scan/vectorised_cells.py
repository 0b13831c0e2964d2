"""Counts of the vectorised engine: columns of numbers while it counts, names only for what is different.

A cell is a minute and a *sort*: upstream, route, status, failure, outcome. Sorts have numbers; a cell is one integer of
both. Bounds (`logs.tally`) rename and lower sorts, so that they cost by sorts and not by cells.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from why502.logs import routes as naming
from why502.logs.tally import MOST_CELLS, MOST_UPSTREAMS, Outcome
from why502.scan.part import MOST_LEVEL, Named, Part, Place, Spreads, collapsing, limited, lowered
from why502.scan.vectorised_values import Numbers

Sort = tuple[bytes | None, bytes | None, int, int, int]
"""Upstream, route, status, failure, outcome: a `Place` without its minute."""

MOST_PENDING = 1 << 19
MOST_SORTS = 1 << 17
_DENSE = 1 << 16
_SHIFT = 32
_MINUTES = (1 << _SHIFT) - 1
_EARLIEST = 1 << 30
"""Added to each minute, so that none is below zero."""


class Counts:
    """How often each number came; those added wait until they are many."""

    def __init__(self) -> None:
        self._keys: list[Numbers] = []
        self._counts: list[Numbers] = []
        self._pending = 0
        self._dense = np.zeros(_DENSE, dtype=np.int64)
        """The counts of small numbers, each in its place."""

    def add(self, keys: Numbers) -> None:
        """Count each number of a column once."""
        if len(keys) and int(keys.max()) < _DENSE:
            found = np.bincount(keys)
            self._dense[: len(found)] += found
            return
        different, counts = np.unique(keys, return_counts=True)
        self.put(different, counts)

    def put(self, keys: Numbers, counts: Numbers) -> None:
        """Count numbers as often as is said."""
        self._keys.append(keys)
        self._counts.append(counts)
        self._pending += len(keys)
        if self._pending > MOST_PENDING + 2 * len(self._keys[0]):
            self.whole()

    def whole(self) -> tuple[Numbers, Numbers]:
        """Return the different numbers, and how often each came."""
        small = np.flatnonzero(self._dense)
        if len(small):
            self._keys.append(small)
            self._counts.append(self._dense[small])
            self._dense[:] = 0
        if not self._keys:
            return np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64)
        if len(self._keys) > 1:
            keys, counts = summed(np.concatenate(self._keys), np.concatenate(self._counts))
            self._keys, self._counts, self._pending = [keys], [counts], len(keys)
        return self._keys[0], self._counts[0]

    def clear(self) -> None:
        """Forget all."""
        self._keys, self._counts, self._pending = [], [], 0
        self._dense[:] = 0

    def __len__(self) -> int:
        return self._pending


def summed(keys: Numbers, counts: Numbers) -> tuple[Numbers, Numbers]:
    """Add up the counts of equal numbers."""
    if not len(keys):
        return keys, counts
    order = np.argsort(keys)
    keys, counts = keys[order], counts[order]
    begins = np.flatnonzero(np.concatenate(([True], keys[1:] != keys[:-1])))
    return keys[begins], np.add.reduceat(counts, begins)


class Names:
    """Numbers for names, in the order they came."""

    def __init__(self) -> None:
        self.numbers: dict[bytes, int] = {}
        self.names: list[bytes] = []

    def of(self, name: bytes) -> int:
        """Return the number of a name."""
        number = self.numbers.get(name)
        if number is None:
            number = self.numbers[name] = len(self.names)
            self.names.append(name)
        return number


@dataclass
class Times:
    """Durations by name: how many of each bucket, and the longest."""

    counts: Counts = field(default_factory=Counts)
    slowest: NDArray[np.int64] = field(default_factory=lambda: np.zeros(64, dtype=np.int64))

    def add(self, names: Numbers, buckets: Numbers, spans: Numbers) -> None:
        """Count a duration of each row."""
        if not len(names):
            return
        most = int(names.max()) + 1
        if most > len(self.slowest):
            self.slowest = np.concatenate([self.slowest, np.zeros(2 * most, dtype=np.int64)])
        np.maximum.at(self.slowest, names, spans)
        self.counts.add(names << 10 | buckets)

    def move(self, names: list[bytes], spreads: Spreads, slowest: dict[bytes, int]) -> None:
        """Hand over all that was counted, and forget it."""
        keys, counts = self.counts.whole()
        for key, count in zip(keys.tolist(), counts.tolist(), strict=True):
            name = names[key >> 10]
            spread = spreads.setdefault(name, {})
            spread[key & 1023] = spread.get(key & 1023, 0) + count
            slowest[name] = max(slowest.get(name, 0), int(self.slowest[key >> 10]))
        self.counts.clear()
        self.slowest[:] = 0


class Cells:
    """The cells of requests, and what their sorts and names add up to."""

    def __init__(self) -> None:
        self.upstreams = Names()
        self.routes = Names()
        self.upstream_times = Times()
        self.route_times = Times()
        self.level = 0
        self._collapsed: frozenset[bytes] = frozenset()
        self._numbers: dict[Sort, int] = {}
        self._sorts: list[Sort] = []
        self._cells = Counts()
        self._totals = Counts()

    def sort(self, sort: Sort) -> int:
        """Return the number of a sort."""
        number = self._numbers.get(sort)
        if number is None:
            number = self._numbers[sort] = len(self._sorts)
            self._sorts.append(sort)
        return number

    def sort_of(self, number: int) -> Sort:
        """Return the sort of a number."""
        return self._sorts[number]

    def add(self, sorts: Numbers, minutes: Numbers) -> None:
        """Count a request of each row."""
        first = int(minutes.min())
        span = int(minutes.max()) - first + 1
        if span * len(self._sorts) < _DENSE:
            keys, counts = _counted(sorts * span + (minutes - first))
            self._cells.put(keys // span << _SHIFT | (keys % span + (first + _EARLIEST)), counts)
        else:
            self._cells.add(sorts << _SHIFT | (minutes + _EARLIEST))
        self._totals.add(sorts)

    @property
    def full(self) -> bool:
        """Tell whether bounds must be kept now."""
        return (
            len(self._sorts) > MOST_SORTS
            or len(self.routes.names) > naming.MOST_ROUTES
            or len(self.upstreams.names) > 2 * MOST_UPSTREAMS
            or len(self._cells) > 2 * MOST_CELLS + MOST_PENDING
        )

    def _move(self, part: Part) -> None:
        """Hand over the sums to a part, and take over its cells."""
        keys, counts = self._totals.whole()
        for number, count in zip(keys.tolist(), counts.tolist(), strict=True):
            upstream, route, *what = self._sorts[number]
            told = (what[0], what[1], what[2])
            _more(part.by_upstream, upstream or b"", told, count)
            if what[2] in (Outcome.SERVED, Outcome.FAILED):
                _more(part.by_route, route or b"", told, count)
        self._totals.clear()
        self.upstream_times.move(self.upstreams.names, part.upstream_times, part.upstream_slowest)
        self.route_times.move(self.routes.names, part.route_times, part.route_slowest)
        self.take(part.cells)
        part.cells = {}

    def take(self, cells: dict[Place, int]) -> None:
        """Take over cells that were counted apart."""
        if cells:
            keys = [self.sort(at[1:]) << _SHIFT | (at[0] + _EARLIEST) for at in cells]
            self._cells.put(np.array(keys, dtype=np.int64), np.array(list(cells.values()), dtype=np.int64))

    def settle(self, part: Part) -> None:
        """Keep all bounds; `part` holds what was counted beside the cells, and gets their sums."""
        self._move(part)
        self.level = max(self.level, part.level)
        names = {name for name, _ in part.by_route} | {sort[1] for sort in self._sorts} | set(part.route_times)
        names |= {wait[4][2] for wait in part.waiting.lines}
        renamed = self._renamed({name for name in names if name is not None})
        part.collapsed |= self._collapsed
        part._rename(renamed.get, route=True)
        part._limit_upstreams()
        part._rename(part._upstream_name, route=False)
        below = part.upstreams_below
        bounded = {name: limited(name, below) for name in {sort[0] for sort in self._sorts} if name is not None}
        self._change(
            lambda sort: (
                None if sort[0] is None else bounded[sort[0]],
                None if sort[1] is None else renamed[sort[1]],
                *sort[2:],
            )
        )
        self._lower(self.level)
        while len(self._cells.whole()[0]) > MOST_CELLS and self.level < MOST_LEVEL:
            self._lower(self.level + 1)
        part.level = self.level
        self.upstreams, self.routes = Names(), Names()

    def _renamed(self, names: set[bytes]) -> dict[bytes, bytes]:
        """Name routes anew. What once collapsed stays so: few of its children may have come since."""
        self._collapsed = collapsing(names, self._collapsed)
        return {name: naming.again(name, self._collapsed) for name in names}

    def _lower(self, level: int) -> None:
        self.level = level
        if level:
            self._change(lambda sort: lowered((0, *sort), level)[1:])

    def _change(self, to: Callable[[Sort], Sort]) -> None:
        """Make other sorts of all; those that no cell has are forgotten."""
        keys, counts = self._cells.whole()
        old, self._sorts, self._numbers = self._sorts, [], {}
        numbers = np.zeros(len(old), dtype=np.int64)
        for number in np.unique(keys >> _SHIFT).tolist():
            numbers[number] = self.sort(to(old[number]))
        self._cells.clear()
        self._cells.put(*summed(numbers[keys >> _SHIFT] << _SHIFT | (keys & _MINUTES), counts))

    def merge(self, other: "Cells") -> None:
        """Take over the cells of another, which has handed over its sums."""
        keys, counts = other._cells.whole()
        numbers = np.array([self.sort(each) for each in other._sorts], dtype=np.int64)
        if len(keys):
            self._cells.put(*summed(numbers[keys >> _SHIFT] << _SHIFT | (keys & _MINUTES), counts))
        self.level = max(self.level, other.level)
        self._collapsed |= other._collapsed

    def hand_out(self, part: Part, *, served: bool) -> None:
        """Put the settled cells into a part, and what each minute saw."""
        part.by_minute = {}
        keys, counts = self._cells.whole()
        whats: dict[tuple[int, int, int], int] = {}
        kinds = np.array([whats.setdefault(each[2:], len(whats)) for each in self._sorts], dtype=np.int64)
        if not len(keys):
            return
        told = list(whats)
        by_minute = summed(kinds[keys >> _SHIFT] << _SHIFT | (keys & _MINUTES), counts)
        for key, count in _pairs(by_minute):
            part.by_minute[(key & _MINUTES) - _EARLIEST, told[key >> _SHIFT]] = count
        if not served:
            shown = np.array([each[4] != Outcome.SERVED for each in self._sorts], dtype=np.bool_)[keys >> _SHIFT]
            keys, counts = keys[shown], counts[shown]
        sorts = self._sorts
        part.cells = {
            ((key & _MINUTES) - _EARLIEST, *sorts[key >> _SHIFT]): count for key, count in _pairs((keys, counts))
        }


def _pairs(columns: tuple[Numbers, Numbers]) -> Iterable[tuple[int, int]]:
    return zip(columns[0].tolist(), columns[1].tolist(), strict=True)


def _counted(numbers: Numbers) -> tuple[Numbers, Numbers]:
    counts = np.bincount(numbers)
    found = np.flatnonzero(counts)
    return found, counts[found]


def _more(counts: Named, name: bytes, what: tuple[int, int, int], count: int) -> None:
    key = (name, what)
    counts[key] = counts.get(key, 0) + count
