"""Incidents of a log: intervals of raised failure, each with what failed in it; the rest is background, told as a rate.

The method is that of `bursts` (Kleinberg's automaton, scan statistic); which series it looks at and what it takes as
one incident is in `series`. A log too small for it (`SMALL` of the requests failed, and no burst stands out) is one
incident from its first to its last failure.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter

from why502.logs import bursts
from why502.logs.patterns import RACING, SHORT, Pattern, Shape, folded, hints, pattern, period, sentence, wall
from why502.logs.series import CAP, TOGETHER, Key, Measured, Row, Span
from why502.logs.tally import ANY, REQUESTS, Outcome, Sample, Tally
from why502.observations.failure import CauseId, FailureId
from why502.observations.frozen import frozen

SMALL = 0.05
SMALL_MINUTES = 10
"""A log of errors only that is no longer than this has no history: it is one incident."""

MOST_SAMPLES = 5
MOST_NAMES = 50
"""Upstreams and routes that are named, the worst first."""

MOST_ROUTES_OF_A_RACE = 0.9
LEAST_OF_A_RACE = 10
HOUR = 60


@frozen
class Episode:
    """An interval of raised failure.

    `start`, `end`: seconds since 1970, of its first and last minute's edges, within the log. `ongoing`: the log ends
    before it is over. `requests`: all requests in its minutes, failed or not. `failed`: requests that this incident
    failed. `rescued`: those of which only an attempt failed. `messages`: lines of error logs. `by_failure`: of the
    failed requests, or of the messages if there are no requests. `clients`: an estimate (`tally.Clients`). `samples`:
    at most `MOST_SAMPLES`. `failure`: the most frequent one that is known. `hints`: causes that make such a pattern,
    the likeliest first. `limit`: seconds at which its time-outs pile up. `period`: seconds after which it comes again.
    """

    start: int
    end: int
    ongoing: bool
    requests: int
    failed: int
    rescued: int
    messages: int
    by_failure: Mapping[FailureId, int]
    by_status: Mapping[int, int]
    upstreams: tuple[str, ...]
    routes: tuple[str, ...]
    clients: int
    samples: tuple[Sample, ...]
    failure: FailureId
    pattern: Pattern
    changed: str
    hints: tuple[CauseId, ...]
    limit: float | None = None
    period: int | None = None


@frozen
class Background:
    """The failures outside of all incidents.

    `failed`: requests, or messages if there are no requests. `per_minute`: of the minutes that have lines. `share`: of
    the requests (0 without requests). `period`, `phase`: seconds, if they come at a fixed time again and again.
    """

    failed: int
    per_minute: float
    share: float
    by_failure: Mapping[FailureId, int]
    upstreams: tuple[str, ...] = ()
    pattern: Pattern = Pattern.PLAIN
    hints: tuple[CauseId, ...] = ()
    period: int | None = None
    phase: int | None = None


@frozen
class Incidents:
    """The episodes, worst first, and what is left."""

    episodes: tuple[Episode, ...]
    background: Background


def incidents(tally: Tally) -> Incidents:
    """Find the incidents of a log."""
    if not tally.troubles:
        return Incidents(episodes=(), background=Background(failed=0, per_minute=0.0, share=0.0, by_failure={}))
    measured = Measured(tally)
    drafts = [draft for span in measured.spans() if (draft := _Draft(span, measured)).counts]
    if not drafts and (span := _whole(measured)) is not None:
        drafts = [_Draft(span, measured)]
    again = _repeated(drafts)
    told = _Telling(tally, measured)
    episodes = [told.episode(draft, again.get(number)) for number, draft in enumerate(drafts)]
    episodes.sort(key=lambda each: (-each.failed, -each.messages, each.start, each.failure.value, each.upstreams))
    return Incidents(episodes=tuple(episodes), background=_background(measured, drafts))


class _Draft:
    """The counts of one incident."""

    def __init__(self, span: Span, measured: Measured) -> None:
        self.span = span
        self.requests = measured.between(span.first, span.last)
        self.by_outcome: Counter[Outcome] = Counter()
        self.by_failure: Counter[FailureId] = Counter()
        self.by_attempt: Counter[FailureId] = Counter()
        self.by_message: Counter[FailureId] = Counter()
        self.by_status: Counter[int] = Counter()
        self.upstreams: Counter[str] = Counter()
        self.routes: Counter[str] = Counter()
        for key in sorted(span.keys, key=lambda each: (each.failure.value, each.upstream, each.message)):
            for row in _inside(measured.rows[key], span):
                self._add(key, row)
        self.failed = self.by_outcome[Outcome.FAILED]
        self.messages = self.by_outcome[Outcome.MESSAGE]

    def _add(self, key: Key, row: Row) -> None:
        _, count, cell = row
        self.by_outcome[cell.outcome] += count
        self.upstreams[key.upstream] += count
        match cell.outcome:
            case Outcome.SERVED:
                pass
            case Outcome.FAILED:
                self.by_failure[key.failure] += count
                self.by_status[cell.status] += count
                self.routes[cell.route] += count
            case Outcome.RESCUED | Outcome.TRIED:
                self.by_attempt[key.failure] += count
            case Outcome.MESSAGE:
                self.by_message[key.failure] += count

    @property
    def counts(self) -> bool:
        """Tell whether any request failed; where none was logged, whether there are messages."""
        return bool(self.failed) or (not self.requests and bool(self.messages))

    @property
    def attempts(self) -> int:
        return self.failed + self.by_outcome[Outcome.RESCUED] + self.by_outcome[Outcome.TRIED]

    def failure(self) -> FailureId:
        """Name the most frequent failure that is known: of requests, else of attempts, else of messages."""
        for counts in (self.by_failure, self.by_attempt, self.by_message):
            known = [each for each in _worst(counts) if each is not FailureId.UNKNOWN]
            if known:
                return known[0]
        return FailureId.UNKNOWN


def _inside(rows: Sequence[Row], span: Span) -> Sequence[Row]:
    start = bisect_left(rows, span.first, key=itemgetter(0))
    return rows[start : bisect_left(rows, span.last + 1, lo=start, key=itemgetter(0))]


def _of(rows: Iterable[Row], outcome: Outcome) -> int:
    return sum([count for _, count, cell in rows if cell[5] is outcome])


def _worst(counts: Counter[FailureId]) -> dict[FailureId, int]:
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0].value)))


def _names(counts: Counter[str], unnamed: Sequence[str]) -> tuple[str, ...]:
    """Name what has a hundredth of the worst one's count at least."""
    known = sorted((each for each in counts.items() if each[0] not in unnamed), key=lambda each: (-each[1], each[0]))
    return tuple(name for name, count in known if count * 100 >= known[0][1])[:MOST_NAMES]


def _whole(measured: Measured) -> Span | None:
    """Take all of a small log as one incident."""
    failed = sum(_of(rows, Outcome.FAILED) for rows in measured.rows.values())
    minutes = [minute for points in measured.points.values() for minute in points]
    if not minutes:
        return None
    short = not measured.total and max(minutes) - min(minutes) < SMALL_MINUTES
    if not short and (not failed or failed < SMALL * measured.total):
        return None
    return Span(first=min(minutes), last=max(minutes), keys=frozenset(measured.rows))


def _repeated(drafts: Sequence[_Draft]) -> dict[int, int]:
    """Find the short incidents of one failure that come again: the number of each, and its period in minutes."""
    alike: dict[FailureId, list[int]] = {}
    for number, draft in enumerate(drafts):
        if draft.span.last - draft.span.first < 2 * SHORT + 1:
            alike.setdefault(draft.failure(), []).append(number)
    made: dict[int, int] = {}
    for numbers in alike.values():
        each = period(sorted(drafts[number].span.first for number in numbers))
        if each is not None:
            made.update(dict.fromkeys(numbers, each))
    return made


class _Telling:
    """What is told of an incident beside its own counts."""

    def __init__(self, tally: Tally, measured: Measured) -> None:
        self.tally = tally
        self.measured = measured
        named = [count for upstream, count in measured.attempts.items() if upstream not in _UNNAMED]
        total = sum(named)
        self.serving = sum(1 for count in named if count * len(named) * 100 >= total)
        self.by_route: Counter[str] = Counter()
        for (name, what), count in tally.by_route.items():
            if what.outcome in REQUESTS:
                self.by_route[name] += count
        self.begin = min((each.first for each in tally.files if each.first is not None), default=None)
        self.end = max((each.last for each in tally.files if each.last is not None), default=None)

    def episode(self, draft: _Draft, again: int | None) -> Episode:
        failure = draft.failure()
        upstreams, routes = _names(draft.upstreams, _UNNAMED), _names(draft.routes, _UNNAMED)
        start, end = self.seconds(draft.span)
        ongoing, limit = self.goes_on(draft), self.limit(draft, upstreams, failure)
        shown = pattern(self.shape(draft, ongoing=ongoing, limit=limit, again=again))
        only = routes[0] if shown is Pattern.ONE_ROUTE else None
        counted = draft.by_failure if draft.failed else draft.by_message
        return Episode(
            start=start,
            end=end,
            ongoing=ongoing,
            requests=draft.requests,
            failed=draft.failed,
            rescued=draft.by_outcome[Outcome.RESCUED],
            messages=draft.messages,
            by_failure=_worst(counted),
            by_status=dict(sorted(draft.by_status.items(), key=lambda each: (-each[1], each[0]))),
            upstreams=upstreams,
            routes=routes,
            # Others may have failed in the same minutes: there are no more clients than failed requests.
            clients=min(self.tally.hit.count(draft.span.first, draft.span.last), draft.failed),
            samples=self.samples(draft, upstreams),
            failure=failure,
            pattern=shown,
            changed=sentence(failure, upstreams, self.serving, only, self.surge(draft.span)),
            hints=hints(shown, failure),
            limit=limit,
            period=None if again is None else 60 * again,
        )

    def shape(self, draft: _Draft, *, ongoing: bool, limit: float | None, again: int | None) -> Shape:
        routes = _names(draft.routes, _UNNAMED)
        worst = routes[0] if routes else ""
        return Shape(
            failure=draft.failure(),
            minutes=draft.span.last - draft.span.first + 1,
            ongoing=ongoing,
            upstreams=len(_names(draft.upstreams, _UNNAMED)),
            of_upstreams=self.serving,
            route_share=draft.routes[worst] / max(sum(draft.routes.values()), 1),
            route_requests=self.by_route[worst] / max(sum(self.by_route.values()), 1),
            limit=limit,
            period=again,
        )

    def seconds(self, span: Span) -> tuple[int, int]:
        """Return the edges of its minutes, not beyond the log's first and last line."""
        start, end = span.first * 60, span.last * 60 + 59
        if self.begin is not None:
            start = max(start, min(self.begin, end))
        if self.end is not None:
            end = min(end, max(self.end, start))
        return start, end

    def goes_on(self, draft: _Draft) -> bool:
        """Tell whether the log ends too soon after it to say that it is over."""
        span, last = draft.span, self.measured.last
        time = self.measured.clocks[not draft.failed]
        inside, after = time.between(span.first, span.last), time.between(span.last + 1, last)
        count = draft.attempts if draft.failed else draft.messages
        return last - span.last <= TOGETHER and count * after < bursts.UNSURE * inside

    def limit(self, draft: _Draft, upstreams: Sequence[str], failure: FailureId) -> float | None:
        late = 2 * draft.by_status[504] > draft.failed if failure is FailureId.UNKNOWN else False
        if failure is not FailureId.RESPONSE_TIMEOUT and not late:
            return None
        tally = self.tally
        known = [tally.upstream_seconds[each] for each in upstreams if each in tally.upstream_seconds]
        known = known or [tally.route_seconds[each] for each in draft.routes if each in tally.route_seconds]
        spread: Counter[int] = Counter()
        for each in known:
            spread.update(each)
        return wall(spread, draft.attempts)

    def surge(self, span: Span) -> float:
        """Return the requests of its first minutes against those of the hour before; 0: there was no such hour."""
        measured = self.measured
        before = measured.between(span.first - HOUR, span.first - 1) / HOUR
        if not before or measured.order[0] > span.first - HOUR:
            return 0.0
        until = min(span.last, span.first + SMALL_MINUTES - 1)
        return measured.between(span.first, until) / (until - span.first + 1) / before

    def samples(self, draft: _Draft, upstreams: Sequence[str]) -> tuple[Sample, ...]:
        """Choose lines: of each failure one, then those that name an upstream of the incident, the earliest first."""
        names = [each.encode() for each in upstreams[:MOST_SAMPLES]]
        failures = {key.failure for key in draft.span.keys}
        known = [
            each
            for each in self.tally.samples
            if draft.span.first <= each.minute <= draft.span.last and (each.failure or FailureId.UNKNOWN) in failures
        ]
        known.sort(key=lambda each: (not any(name in each.text for name in names), *_place(each)))
        firsts = list({each.failure: each for each in reversed(known)}.values())
        firsts.sort(key=known.index)
        chosen = [*firsts, *(each for each in known if each not in firsts)][:MOST_SAMPLES]
        return tuple(sorted(chosen, key=_place))


_UNNAMED = ("", ANY)


def _place(sample: Sample) -> tuple[int, int, int]:
    return sample.minute, sample.file, sample.offset


# -- what is left


def _background(measured: Measured, drafts: Sequence[_Draft]) -> Background:
    claimed: dict[Key, list[Span]] = {}
    for draft in drafts:
        for key in draft.span.keys:
            claimed.setdefault(key, []).append(draft.span)
    outcome = Outcome.FAILED if measured.total else Outcome.MESSAGE
    by_failure: Counter[FailureId] = Counter()
    for key, rows in measured.rows.items():
        if key.message is (outcome is Outcome.MESSAGE):
            count = _of(rows, outcome) - sum(_of(_inside(rows, span), outcome) for span in claimed.get(key, ()))
            if count:
                by_failure[key.failure] += count
    failed = sum(by_failure.values())
    minutes = len(measured.clocks[not measured.total].minutes)
    plain = Background(
        failed=failed,
        per_minute=failed / max(minutes, 1),
        share=failed / measured.total if measured.total else 0.0,
        by_failure=_worst(by_failure),
    )
    return _steady(measured, claimed, plain, outcome) if failed else plain


def _steady(
    measured: Measured, claimed: Mapping[Key, Sequence[Span]], plain: Background, outcome: Outcome
) -> Background:
    """Tell what makes the background steady: a fixed time at which it comes again, or a race."""
    failure = next(iter(plain.by_failure))
    counts: Counter[int] = Counter()
    upstreams: Counter[str] = Counter()
    routes: Counter[str] = Counter()
    for key, rows in measured.rows.items():
        if key.failure is failure and key.message is (outcome is Outcome.MESSAGE):
            spans = claimed.get(key, ())
            for minute, count, cell in rows:
                if not any(span.first <= minute <= span.last for span in spans):
                    counts[minute] += count
                    upstreams[key.upstream] += count
                    routes[cell[2]] += count
    again = folded(counts)
    shown = Pattern.PLAIN
    if again is not None:
        shown = Pattern.PERIODIC
    elif failure in RACING and plain.share < CAP and _spread(routes):
        shown = Pattern.KEEPALIVE_RACE
    return Background(
        failed=plain.failed,
        per_minute=plain.per_minute,
        share=plain.share,
        by_failure=plain.by_failure,
        upstreams=_names(upstreams, _UNNAMED),
        pattern=shown,
        hints=hints(shown, failure),
        period=None if again is None else 60 * again[0],
        phase=None if again is None else 60 * again[1],
    )


def _spread(routes: Counter[str]) -> bool:
    total = sum(routes.values())
    return total >= LEAST_OF_A_RACE and max(routes.values()) < MOST_ROUTES_OF_A_RACE * total
