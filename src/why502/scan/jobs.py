"""What is scanned: one job for each file, with the plans that its lines are read by."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, datetime, tzinfo

from why502.logs.format import Judged, LogFormat, Signs
from why502.logs.plan import Plan
from why502.observations.frozen import frozen
from why502.scan.part import MOST_PLANS
from why502.vantage.blocks.contract import Source

FOREVER = 1 << 60

Zone = tuple[int, int]
"""Local seconds since 1970 from which on, and how far the zone is ahead of UTC then (seconds)."""


@frozen
class Reading:
    """How lines are read: formats in the order they are tried. `zones`: of times that lack one, in their order.

    `partners`: whether requests wait for lines of another log at all; needless where no log holds messages.
    """

    formats: tuple[tuple[LogFormat, tuple[Plan, ...]], ...]
    zones: tuple[Zone, ...] = ()
    partners: bool = True
    since: int = -FOREVER
    until: int = FOREVER

    @property
    def plans(self) -> tuple[Plan, ...]:
        """Return all plans in the order they are tried on a line."""
        return tuple(plan for _, plans in self.formats for plan in plans)[:MOST_PLANS]

    def judge(self, number: int, signs: Signs) -> Judged:
        """Judge signs that a plan read."""
        for form, plans in self.formats:
            if number < len(plans):
                judged = form.judge(signs)
                return judged if self.partners or not judged.partner else replace(judged, partner=False)
            number -= len(plans)
        raise IndexError(number)

    def name(self, number: int) -> str:
        """Name the format of a plan."""
        return self.plans[number].name


@frozen
class Job:
    """A source, its number (by which everything names it) and how it is read."""

    number: int
    source: Source
    reading: Reading


def zones_of(zone: tzinfo, first: int = 1990, last: int = 2040) -> tuple[Zone, ...]:
    """List when a zone is how far ahead of UTC, by local time; an hour that comes twice is taken as its first pass."""
    step = 7 * 86400
    at, end = int(datetime(first, 1, 1, tzinfo=UTC).timestamp()), int(datetime(last, 1, 1, tzinfo=UTC).timestamp())
    ahead = _ahead(zone, at)
    made = [(-FOREVER, ahead)]
    while at < end:
        new = _ahead(zone, at + step)
        if new != ahead:
            turned = _turn(zone, at, at + step)
            new = _ahead(zone, turned)
            made.append((turned + max(ahead, new), new))
            at, ahead = turned, new
            continue
        at += step
    return tuple(made)


def _ahead(zone: tzinfo, at: int) -> int:
    away = datetime.fromtimestamp(at, UTC).astimezone(zone).utcoffset()
    return 0 if away is None else int(away.total_seconds())


def _turn(zone: tzinfo, low: int, high: int) -> int:
    """Find the first second of the next offset between two times."""
    before = _ahead(zone, low)
    while high - low > 1:
        middle = (low + high) // 2
        if _ahead(zone, middle) == before:
            low = middle
        else:
            high = middle
    return high


def in_utc(at: int, zones: Sequence[Zone]) -> int:
    """Turn local seconds into UTC."""
    ahead = 0
    for start, each in zones:
        if start > at:
            break
        ahead = each
    return at - ahead


Progress = Callable[[int, int], None]
"""Called with the bytes read so far and in all (0: not known)."""
