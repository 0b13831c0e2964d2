"""Intervals in which something comes more often than it usually does: bursts in counts of minutes.

Batched arrivals, as in Kleinberg's burst automaton ("Bursty and hierarchical structure in streams", KDD 2002): in the
base state the count of a minute is Poisson with the usual rate times the minute's exposure (its requests), in a state
of burst with `STEP`, `STEP`², … times that rate; entering a burst costs `threshold`. For one state of burst and one
threshold the best path of such an automaton is the set of its maximal scoring segments, found in one pass. The
segments of all states compete by their likelihood ratio at the rate of their own (Kulldorff's scan statistic,
Communications in Statistics 26, 1997) less `threshold` for each; the best disjoint set of them wins, so that an
incident of many heights stays one and two with quiet between them stay two.

The usual rate is that of the middle one of blocks of equal exposure, then of all that lies outside the bursts found,
repeated until nothing changes. Clients try again: the surprise of a burst is that of events that repeat (Pólya-Aeppli)
as often as they do outside of bursts. What varies more even so (a rhythm of its own) raises the threshold by its
dispersion (quasi-likelihood). The time taken grows with the minutes that have a count; minutes
without one cost nothing.
"""

import math
from bisect import bisect_left
from collections.abc import Iterable, Sequence
from itertools import accumulate, chain, pairwise

from why502.observations.frozen import frozen

STEP = 4
"""How many times more each state of burst has than the one below."""

LEAST = 5
"""Fewer than this are never a burst."""

RATIO = 3.0
"""Of a burst's rate to the usual one, at least."""

EDGE = 5.0
"""Log-likelihood ratio from which the minute beside a burst belongs to it: odds of 150 to 1; farther ones need more."""

FEWEST_BLOCKS = 8
MOST_BLOCKS = 2048
MOST_ROUNDS = 5
MOST_STATES = 16
COUNTS_OF_BLOCK = 8
FURTHEST_EDGE = 60
"""Points (minutes with a count) looked at beside a burst."""

FURTHEST_MINUTE = 30
"""From the burst to the next point that may belong to it."""

NEAR = 2
"""Minutes from the end of a burst to the start of the next that are one burst nevertheless."""

SPARSE = 0.3
"""Of minutes in which so few are expected, a second event in one tells that events repeat."""

UNSURE = 3
"""So many must be missing before a pause is one for certain (Poisson: 1 in 20)."""

LONGEST_HOLE = 60
"""Minutes without any line that count as time, at most, for each hole."""

TIME_SHARE = 0.05
"""A minute's exposure beside its requests, as a share of the mean: two requests at night are no great surprise."""


@frozen
class Clock:
    """The exposure passed before and after each minute that has a line. It grows with requests, a little with time."""

    place: dict[int, int]
    before: Sequence[float]
    after: Sequence[float]
    minutes: Sequence[int]
    widths: Sequence[float]
    squares: Sequence[float]
    """The exposures of the minutes in ascending order, and the sums of their squares up to each."""

    def squares_below(self, width: float) -> float:
        """Sum up the squares of the exposures that are below a bound."""
        return self.squares[bisect_left(self.widths, width)]

    @property
    def total(self) -> float:
        """Return the whole exposure."""
        return self.after[-1] if self.after else 0.0

    def between(self, first: int, last: int) -> float:
        """Return the exposure of the minutes from `first` to `last` (inclusive)."""
        start, end = bisect_left(self.minutes, first), bisect_left(self.minutes, last + 1) - 1
        return self.after[end] - self.before[start] if start <= end else 0.0


@frozen
class Burst:
    """An interval. `first`, `last`: minutes (inclusive). `expected`: the count that the usual rate would have made."""

    first: int
    last: int
    count: int
    expected: float

    @property
    def surprise(self) -> float:
        """Return the log-likelihood ratio of its own rate to the usual one."""
        return ratio(self.count, self.expected)


@frozen
class Found:
    """The bursts of a series in the order of time, and its usual rate for each unit of exposure."""

    bursts: tuple[Burst, ...]
    rate: float


def clock(weights: Iterable[tuple[int, float]], time_share: float = TIME_SHARE, hole: int = LONGEST_HOLE) -> Clock:
    """Build the clock from each minute's exposure (in any order; none below zero)."""
    known = sorted(weights)
    mean = sum(weight for _, weight in known) / len(known) if known else 0.0
    pause = (mean or 1.0) * time_share
    passed = 0.0
    former = known[0][0] - 1 if known else 0
    before, after = [], []
    for minute, weight in known:
        missing = minute - former - 1
        if missing:
            passed += pause * min(missing, hole)
        before.append(passed)
        passed += weight + pause
        after.append(passed)
        former = minute
    minutes = [minute for minute, _ in known]
    widths = sorted(weight + pause for _, weight in known)
    return Clock(
        place=dict(zip(minutes, range(len(minutes)), strict=True)),
        before=before,
        after=after,
        minutes=minutes,
        widths=widths,
        squares=list(accumulate((width * width for width in widths), initial=0.0)),
    )


def ratio(count: float, expected: float) -> float:
    """Return the log-likelihood ratio of a Poisson count at its own rate to the expected one; 0 if it is not above."""
    return count * math.log(count / expected) - (count - expected) if count > expected else 0.0


def surprise(count: float, expected: float, again: float) -> float:
    """Return the log-likelihood ratio where each event brings another with the chance `again` (0: it is `ratio`).

    The rate function (Cramér) of the Pólya-Aeppli law: Poisson events whose number of repetitions is geometric.
    """
    if count <= expected or not again:
        return ratio(count, expected)
    events = expected * (1 - again)
    half = (2 * count * again + events * (1 - again)) / 2
    tilt = count / (half + math.sqrt(half * half - (count * again) ** 2))
    return count * math.log(tilt) - events * (tilt - 1) / (1 - again * tilt)


def threshold(minutes: int, series: int) -> float:
    """Return what a burst's log-likelihood ratio must exceed, so that no place of all shows one by chance."""
    return math.log(max(minutes, 1)) + math.log(max(series, 1)) + 7.0


def find(points: Sequence[tuple[int, int]], time: Clock, cap: float, least: float) -> Found:
    """Find the bursts of one series.

    `points`: (minute, count) in order of time, each minute once and known to the clock, no count of 0. `cap`: the
    highest rate that counts as usual. `least`: the threshold.
    """
    series = _Series(points, time)
    rate = max(min(series.middle_rate(), cap), series.floor)
    bursts: list[tuple[int, int]] = []
    for _ in range(MOST_ROUNDS):
        now = series.bursts(rate, least)
        if now == bursts:
            break
        bursts = now
        rate = series.rate_outside(bursts, rate, cap)
    return Found(bursts=tuple(series.burst(*each, rate) for each in bursts), rate=rate)


class _Series:
    """Counts as columns; an interval is a pair of positions in them (inclusive)."""

    def __init__(self, points: Sequence[tuple[int, int]], time: Clock) -> None:
        places = [time.place[minute] for minute, _ in points]
        self.time = time
        self.minutes = [minute for minute, _ in points]
        self.counts = [count for _, count in points]
        self.before = [time.before[place] for place in places]
        self.after = [time.after[place] for place in places]
        self.widths = [after - before for before, after in zip(self.before, self.after, strict=True)]
        self.gaps = [before - after for before, after in zip(self.before[1:], self.after[:-1], strict=True)]
        self.total = time.total
        self.sums = list(accumulate(self.counts, initial=0))
        self.floor = 0.5 / self.total
        self.highest = max(count / width for count, width in zip(self.counts, self.widths, strict=True))

    def count(self, first: int, last: int) -> int:
        return self.sums[last + 1] - self.sums[first]

    def exposure(self, first: int, last: int) -> float:
        return self.after[last] - self.before[first]

    def surprise(self, first: int, last: int, rate: float) -> float:
        return ratio(self.count(first, last), rate * self.exposure(first, last))

    def burst(self, first: int, last: int, rate: float) -> Burst:
        return Burst(
            first=self.minutes[first],
            last=self.minutes[last],
            count=self.count(first, last),
            expected=rate * self.exposure(first, last),
        )

    def blocks(self, leave: Sequence[tuple[int, int]] = ()) -> tuple[list[int], float]:
        """Count in blocks of equal exposure, without those that the given intervals touch."""
        number = FEWEST_BLOCKS
        while number < min(MOST_BLOCKS, self.sums[-1] // COUNTS_OF_BLOCK):
            number *= 2
        width = self.total / number
        counts = [0] * number
        for before, count in zip(self.before, self.counts, strict=True):
            counts[min(int(before / width), number - 1)] += count
        for first, last in leave:
            for touched in range(int(self.before[first] / width), min(int(self.after[last] / width) + 1, number)):
                counts[touched] = -1
        return [count for count in counts if count >= 0], width

    def middle_rate(self) -> float:
        """Return the rate of the middle block; of the lower quarter where half of the time is far above it.

        Blocks are widened until the middle one holds enough: after a great burst most small ones hold nothing.
        """
        counts, width = self.blocks()
        ordered = sorted(counts)
        while len(counts) > FEWEST_BLOCKS and ordered[len(ordered) // 2] < COUNTS_OF_BLOCK:
            counts = [sum(counts[at : at + 2]) for at in range(0, len(counts), 2)]
            width *= 2
            ordered = sorted(counts)
        middle, lower = ordered[len(ordered) // 2], ordered[len(ordered) // 4]
        return max((middle if middle <= 2 * STEP * (lower + 1) else lower) / width, self.floor)

    def rate_outside(self, bursts: Sequence[tuple[int, int]], rate: float, cap: float) -> float:
        inside = sum(self.exposure(*each) for each in bursts)
        count = self.sums[-1] - sum(self.count(*each) for each in bursts)
        outside = self.total - inside
        if outside < self.total / 20:
            return rate
        return min(max((count + 0.5) / outside, self.floor), max(cap, self.floor))

    def repeats(self, rate: float, leave: Sequence[tuple[int, int]]) -> float:
        """Estimate the chance that an event brings another in its minute, from minutes that rarely have one at all.

        A little is taken for granted, the more the fewer there are to tell from.
        """
        widest = SPARSE / rate
        skip = bytearray(len(self.counts))
        for first, last in leave:
            skip[first : last + 1] = b"\x01" * (last + 1 - first)
        near = [
            count
            for count, width, leap in zip(self.counts, self.widths, skip, strict=True)
            if width < widest and not leap
        ]
        chance = rate * rate * self.time.squares_below(widest) / 2
        more = max(sum(near) - len(near) - chance, 0.0)
        return min((more + 0.5) / (sum(near) + 10), 0.9)

    def dispersion(self, leave: Sequence[tuple[int, int]]) -> float:
        """Return how much more than Poisson's the counts outside of intervals vary, 1 to 8 (of the median square)."""
        counts, _ = self.blocks(leave)
        expected = sum(counts) / max(len(counts), 1)
        if len(counts) < COUNTS_OF_BLOCK or expected < 1:
            return 1.0
        squares = sorted((count - expected) ** 2 / expected for count in counts)
        return min(max(squares[len(squares) // 2] / 0.455, 1.0), 8.0)

    def bursts(self, rate: float, least: float) -> list[tuple[int, int]]:
        """Find the best set of disjoint intervals."""
        segments: set[tuple[int, int]] = set()
        times: float = STEP
        for _ in range(MOST_STATES):
            segments.update(self.segments(rate, times, least))
            if self.highest <= rate * times:
                break
            times *= STEP
        if not segments:
            return []
        again = self.repeats(rate, list(segments))
        least *= max(self.dispersion(list(segments)) * (1 - again) / (1 + again), 1.0)
        chosen = self.best({self.fitted(*each, rate) for each in segments} | segments, rate, least, again)
        ends = [-1, *(last for _, last in chosen)]
        starts = [*(first for first, _ in chosen), len(self.counts)][1:]
        limits = zip(ends, starts, strict=False)
        wide = [self.widened(*each, limit, rate) for each, limit in zip(chosen, limits, strict=True)]
        return self.joined(wide, rate)

    def segments(self, rate: float, times: float, least: float) -> list[tuple[int, int]]:
        """Find the maximal segments whose score exceeds `least`: the best path of the automaton of two states."""
        gain, cost = math.log(times), rate * (times - 1)
        scores = [gain * count - cost * width for count, width in zip(self.counts, self.widths, strict=True)]
        found: list[tuple[int, int]] = []
        start = end = at = 0
        score = peak = 0.0
        for pause, own in zip(chain((0.0,), self.gaps), scores, strict=True):
            score -= cost * pause
            if score <= 0 or peak - score > least:
                if peak > least:
                    found.append((start, end))
                start, score, peak = at, 0.0, 0.0
            score += own
            if score > peak:
                peak, end = score, at
            at += 1  # noqa: SIM113 (the fastest way in this one hot loop)
        if peak > least:
            found.append((start, end))
        return found

    def best(
        self, segments: Iterable[tuple[int, int]], rate: float, least: float, again: float
    ) -> list[tuple[int, int]]:
        """Choose disjoint intervals of the greatest sum of ratios (weighted interval scheduling)."""
        worth = []
        for first, last in segments:
            count, expected = self.count(first, last), rate * self.exposure(first, last)
            if count >= max(LEAST, RATIO * expected) and surprise(count, expected, again) > least:
                worth.append((last, first, ratio(count, expected) - least))
        worth.sort()
        ends = [last for last, _, _ in worth]
        sums = [0.0]
        for _, first, value in worth:
            sums.append(max(sums[-1], sums[bisect_left(ends, first)] + value))
        chosen = []
        at = len(worth)
        while at:
            last, first, value = worth[at - 1]
            before = bisect_left(ends, first)
            if sums[at] > sums[at - 1]:
                chosen.append((first, last))
                at = before
            else:
                at -= 1
        return chosen[::-1]

    def fitted(self, first: int, last: int, rate: float) -> tuple[int, int]:
        """Move the edges of an interval inwards to where it is most surprising."""
        for _ in range(2):
            first = max(range(first, last + 1), key=lambda at: self.surprise(at, last, rate))
            last = max(range(last, first - 1, -1), key=lambda at: self.surprise(first, at, rate))
        return first, last

    def widened(self, first: int, last: int, limit: tuple[int, int], rate: float) -> tuple[int, int]:
        """Add the minutes beside an interval that are raised themselves, the nearest first: ramps, half minutes.

        `limit`: the end of the burst before and the start of the next, which are not reached.
        """
        at = first - 1
        while at > max(limit[0], first - 1 - FURTHEST_EDGE):
            expected = rate * (self.before[first] - self.before[at])
            if self.raised(self.count(at, first - 1), expected, self.minutes[first] - self.minutes[at]):
                first = at
            at -= 1
        at = last + 1
        while at < min(limit[1], last + 1 + FURTHEST_EDGE):
            expected = rate * (self.after[at] - self.after[last])
            if self.raised(self.count(last + 1, at), expected, self.minutes[at] - self.minutes[last]):
                last = at
            at += 1
        return first, last

    @staticmethod
    def raised(count: int, expected: float, minutes: int) -> bool:
        """Tell whether so many in the minutes beside a burst are too many for chance, however many are looked at."""
        enough = count > RATIO * expected and minutes <= FURTHEST_MINUTE
        return enough and ratio(count, expected) > EDGE + math.log(minutes)

    def joined(self, chosen: Sequence[tuple[int, int]], rate: float) -> list[tuple[int, int]]:
        """Join neighbours if what lies between them is too little to have been quiet for certain."""
        if not chosen:
            return []
        made = [chosen[0]]
        for (_, _), (first, last) in pairwise(chosen):
            former = made[-1]
            if self.minutes[first] - self.minutes[former[1]] <= NEAR or self.unsure(former, (first, last), rate):
                made[-1] = (former[0], max(last, former[1]))
            else:
                made.append((first, last))
        return made

    def unsure(self, former: tuple[int, int], latter: tuple[int, int], rate: float) -> bool:
        """Tell whether the lower of two bursts may have gone on between them: with `UNSURE` more at most."""
        lower = min(self.count(*each) / self.exposure(*each) for each in (former, latter))
        between = self.before[latter[0]] - self.after[former[1]]
        return (lower - rate) * between < UNSURE + self.count(former[1] + 1, latter[0] - 1)
