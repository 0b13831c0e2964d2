"""Make the report of logs from what came out of scanning them. Pure."""

from collections.abc import Iterable, Mapping

from why502 import __version__
from why502.diagnosis.scanning import LogsOutcome
from why502.logs.incidents import Episode
from why502.logs.numbers import WHOLE, middle
from why502.logs.tally import REQUESTS, FileTally, Outcome, Sample, Spread, Tally, What, percentile
from why502.observations.fact import EvidenceKind
from why502.observations.failure import FailureId
from why502.observations.want import Why
from why502.report.logs import words
from why502.report.logs.causes import title_of
from why502.report.logs.model import LogsReport
from why502.report.logs.parts import (
    ClientsShown,
    EpisodeShown,
    FileShown,
    LogsIncident,
    LogsShown,
    RouteShown,
    SecondsShown,
    TimelineShown,
    UnparsedShown,
    UpstreamShown,
)
from why502.report.parts import (
    Alternative,
    Cause,
    Certainty,
    Check,
    CheckState,
    EvidenceShown,
    FailureShown,
    HopShown,
    LinkKind,
    LinkShown,
    Role,
    State,
    Step,
    Target,
    TargetKind,
    Tool,
    Unexamined,
    VantageKind,
    VantageUsed,
    Verdict,
)
from why502.report.words import TITLES, many

MOST_INCIDENTS = 100
MOST_HOPS = 8
MOST_POINTS = 20160
"""Places of the timeline: two weeks by the minute."""

STEPS = (60, 300, 900, 3600, 21600, 86400)
UNPARSED = 10
UNEXAMINED = 50
MOST_NAMES = 3


def assemble(outcome: LogsOutcome) -> LogsReport:
    """Return the report. Secrets in the lines are masked already (`diagnosis.scanning`)."""
    evidence = _Evidence(outcome)
    hops = _hops(outcome)
    incidents = tuple(_incident(each, outcome, evidence, hops) for each in outcome.incidents.episodes[:MOST_INCIDENTS])
    return LogsReport(
        tool=Tool(version=__version__),
        target=Target(kind=TargetKind.LOGS, value=target_of(outcome.names)),
        vantages=(VantageUsed(kind=VantageKind.LOCAL, name="local", privileged=outcome.privileged),),
        started=outcome.started,
        seconds=round(outcome.seconds, 3),
        verdict=verdict_of(outcome),
        summary=words.summary_of(outcome),
        answer=None,
        hops=hops,
        incidents=incidents,
        evidence=tuple(evidence.shown),
        unexamined=tuple(_unexamined(outcome))[:UNEXAMINED],
        checks=_checks(outcome),
        logs=logs_of(outcome),
    )


def target_of(names: Iterable[str]) -> str:
    """Name what was read as it was given; of a URL neither user nor query, which may hold secrets."""
    shown = [_bare(each) if "://" in each else each for each in names]
    more = f" and {len(shown) - MOST_NAMES} more" if len(shown) > MOST_NAMES else ""
    return ", ".join("standard input" if each == "-" else each for each in shown[:MOST_NAMES]) + more


def _bare(url: str) -> str:
    scheme, _, rest = url.partition("://")
    place, slash, path = rest.partition("/")
    return f"{scheme}://{place.rpartition('@')[2]}{slash}{path.partition('?')[0]}"


def verdict_of(outcome: LogsOutcome) -> Verdict:
    """Judge by what goes on at the log's end."""
    if not outcome.requests and not outcome.messages:
        return Verdict.INCONCLUSIVE
    episodes = outcome.incidents.episodes
    if not episodes:
        return Verdict.INCONCLUSIVE if words.mostly_unread(outcome) else Verdict.HEALTHY
    now = [each for each in episodes if each.ongoing]
    if not now:
        return Verdict.RECOVERED
    return Verdict.BAD_GATEWAY if any(2 * each.failed >= each.requests for each in now) else Verdict.INTERMITTENT


# What is counted


def logs_of(outcome: LogsOutcome) -> LogsShown:
    """Return the counts."""
    tally = outcome.tally
    requests = outcome.requests
    by_status: dict[int, int] = {}
    by_failure: dict[str, int] = {}
    rescued = 0
    for (_, what), count in tally.by_minute.items():
        if what.outcome in REQUESTS:
            by_status[what.status] = by_status.get(what.status, 0) + count
        rescued += count if what.outcome is Outcome.RESCUED else 0
        if what.outcome is (Outcome.FAILED if requests else Outcome.MESSAGE):
            name = (what.failure or FailureId.UNKNOWN).value
            by_failure[name] = by_failure.get(name, 0) + count
    return LogsShown(
        files=tuple(_file(each) for each in tally.files),
        requests=requests,
        failed=outcome.failed,
        rescued=rescued,
        unparsed=UnparsedShown(
            lines=sum(each.unparsed for each in tally.files),
            samples=tuple(text_of(each.text) for each in tally.unparsed[:UNPARSED]),
        ),
        by_status=_statuses(by_status),
        by_failure=most_first(by_failure),
        upstreams=tuple(_upstreams(tally, requests)),
        routes=tuple(_routes(tally)),
        clients=ClientsShown(seen=tally.seen.count(), hit=tally.hit.count()),
        timeline=timeline_of(tally, messages=not requests),
    )


def text_of(raw: bytes) -> str:
    """Decode a line; undecodable bytes become their escapes."""
    return raw.decode("utf-8", "backslashreplace")


def _statuses(counts: Mapping[int, int]) -> dict[str, int]:
    return {str(status): counts[status] for status in sorted(counts)}


def most_first(counts: Mapping[str, int]) -> dict[str, int]:
    """Sort counts, the greatest first."""
    return dict(sorted(counts.items(), key=lambda each: (-each[1], each[0])))


def _file(file: FileTally) -> FileShown:
    return FileShown(
        name=file.name,
        format=", ".join(file.formats) or None,
        lines=file.lines,
        unparsed=file.unparsed,
        first=None if file.first is None else words.at(file.first),
        last=None if file.last is None else words.at(file.last),
    )


class _Counted:
    """What is counted of one name."""

    __slots__ = ("by_failure", "by_status", "failed", "requests", "rescued")

    def __init__(self) -> None:
        self.requests = self.failed = self.rescued = 0
        self.by_status: dict[int, int] = {}
        self.by_failure: dict[str, int] = {}

    def add(self, what: What, count: int, *, messages: bool) -> None:
        if what.outcome is not Outcome.MESSAGE:
            self.requests += count
        if what.outcome in REQUESTS:
            self.by_status[what.status] = self.by_status.get(what.status, 0) + count
        self.failed += count if what.outcome is Outcome.FAILED else 0
        self.rescued += count if what.outcome is Outcome.RESCUED else 0
        if what.outcome is not Outcome.SERVED and (what.outcome is Outcome.MESSAGE) is messages:
            name = (what.failure or FailureId.UNKNOWN).value
            self.by_failure[name] = self.by_failure.get(name, 0) + count


def _counted(counts: Mapping[tuple[str, What], int], *, messages: bool) -> dict[str, _Counted]:
    made: dict[str, _Counted] = {}
    for (name, what), count in counts.items():
        if name:
            if name not in made:
                made[name] = _Counted()
            made[name].add(what, count, messages=messages)
    return {name: each for name, each in made.items() if each.requests or each.by_failure}


def _upstreams(tally: Tally, requests: int) -> Iterable[UpstreamShown]:
    found = _counted(tally.by_upstream, messages=not requests)
    for name, each in sorted(
        found.items(), key=lambda pair: (-pair[1].failed, -pair[1].rescued, -pair[1].requests, pair[0])
    ):
        yield UpstreamShown(
            upstream=name,
            requests=each.requests,
            failed=each.failed,
            rescued=each.rescued,
            by_status=_statuses(each.by_status),
            by_failure=most_first(each.by_failure),
            seconds=seconds_of(tally.upstream_seconds.get(name), tally.upstream_slowest.get(name)),
        )


def _routes(tally: Tally) -> Iterable[RouteShown]:
    found = _counted(tally.by_route, messages=False)
    for name, each in sorted(found.items(), key=lambda pair: (-pair[1].failed, -pair[1].requests, pair[0])):
        yield RouteShown(
            route=name,
            requests=each.requests,
            failed=each.failed,
            seconds=seconds_of(tally.route_seconds.get(name), tally.route_slowest.get(name)),
        )


def seconds_of(spread: Spread | None, slowest: int | None) -> SecondsShown | None:
    """Tell percentiles by the middle of their bucket, never above the greatest."""
    if not spread:
        return None
    longest = (slowest or 0) / 1e6

    def told(part: float) -> float:
        number = percentile(spread, part)
        return min(middle(number or 0), longest)

    return SecondsShown(p50=told(0.5), p95=told(0.95), p99=told(0.99), max=longest)


def timeline_of(tally: Tally, *, messages: bool) -> TimelineShown:
    """Count over time; in steps of a minute, wider where the log is long."""
    bad = Outcome.MESSAGE if messages else Outcome.FAILED
    minutes = [minute for minute, what in tally.by_minute if what.outcome in REQUESTS or what.outcome is bad]
    if not minutes:
        return TimelineShown(start=None, step=STEPS[0], requests=(), failed=())
    first, last = min(minutes), max(minutes)
    step = step_of(last - first + 1)
    start = first * 60 // step * step
    size = (last * 60 - start) // step + 1
    all_, failed = [0] * size, [0] * size
    for (minute, what), count in tally.by_minute.items():
        place = (minute * 60 - start) // step
        if what.outcome in REQUESTS:
            all_[place] += count
        if what.outcome is bad:
            failed[place] += count
    return TimelineShown(start=words.at(start), step=step, requests=tuple(all_), failed=tuple(failed))


def step_of(minutes: int) -> int:
    """Choose the seconds of a step."""
    for step in STEPS:
        if minutes * 60 <= step * MOST_POINTS:
            return step
    return STEPS[-1] * -(-minutes * 60 // (STEPS[-1] * MOST_POINTS))


# Incidents


class _Evidence:
    """The lines that show something, each once."""

    def __init__(self, outcome: LogsOutcome) -> None:
        self.shown: list[EvidenceShown] = []
        self._files = [each.name for each in outcome.tally.files]
        self._ids: dict[tuple[int, int], str] = {}

    def cite(self, samples: Iterable[Sample]) -> tuple[str, ...]:
        """Return the ids of these lines."""
        return tuple(dict.fromkeys(self._one(each) for each in samples))

    def _one(self, sample: Sample) -> str:
        place = (sample.file, sample.offset)
        if place not in self._ids:
            self._ids[place] = f"e{len(self.shown) + 1}"
            name = self._files[sample.file] if sample.file < len(self._files) else "log"
            self.shown.append(
                EvidenceShown(
                    id=self._ids[place],
                    kind=EvidenceKind.LOG_LINE,
                    source=f"{name}, byte {sample.offset}",
                    at=words.at(sample.minute * 60),
                    text=text_of(sample.text),
                )
            )
        return self._ids[place]


def _gateway(outcome: LogsOutcome) -> str | None:
    return outcome.gateways[0] if outcome.gateways else None


def _hops(outcome: LogsOutcome) -> tuple[HopShown, ...]:
    if verdict_of(outcome) is Verdict.INCONCLUSIVE:
        return ()
    failing = any(each.ongoing for each in outcome.incidents.episodes)
    names = dict.fromkeys(name for each in outcome.incidents.episodes for name in each.upstreams)
    bad = {name for each in outcome.incidents.episodes if each.ongoing for name in each.upstreams}
    return (
        _hop("h0", None, Role.CLIENT, State.OK),
        _hop("h1", "h0", Role.GATEWAY, State.FAILED if failing else State.OK, product=_gateway(outcome)),
        *(
            _hop(f"h{number}", "h1", Role.UPSTREAM, State.FAILED if name in bad else State.UNKNOWN, address=name)
            for number, name in enumerate(list(names)[:MOST_HOPS], 2)
        ),
    )


def _hop(
    id_: str, behind: str | None, role: Role, state: State, address: str | None = None, product: str | None = None
) -> HopShown:
    return HopShown(
        id=id_, behind=behind, role=role, product=product, version=None, address=address, vantage=None, state=state
    )


def _incident(episode: Episode, outcome: LogsOutcome, evidence: _Evidence, hops: tuple[HopShown, ...]) -> LogsIncident:
    lines = evidence.cite(episode.samples)
    upstream = episode.upstreams[0] if len(episode.upstreams) == 1 else None
    made_at = "h1" if len(hops) > 1 else None
    return LogsIncident(
        failure=FailureShown(
            id=episode.failure,
            gateway=_gateway(outcome),
            upstream=upstream,
            count=counted(episode),
            first=words.at(episode.start),
            last=words.at(episode.end),
            evidence=lines,
        ),
        made_at=made_at,
        caused_at=made_at,
        route=episode.routes[0] if len(episode.routes) == 1 else None,
        request=None,
        cause=_cause(episode),
        chain=tuple(_chain(episode, outcome, made_at, upstream, lines)),
        alternatives=tuple(
            Alternative(id=each, certainty=Certainty.SUSPECTED, says=title_of(each)) for each in episode.hints[1:]
        ),
        excluded=(),
        fixes=(),
        episode=_episode(episode),
    )


def counted(episode: Episode) -> int:
    """Count the requests that failed; where none is logged, the messages."""
    return episode.failed if episode.requests else episode.messages


def _cause(episode: Episode) -> Cause:
    """Name the likeliest cause; counts prove none, so it is suspected."""
    return Cause(id=episode.hints[0] if episode.hints else episode.failure.value, certainty=Certainty.SUSPECTED)


def _chain(
    episode: Episode, outcome: LogsOutcome, hop: str | None, upstream: str | None, lines: tuple[str, ...]
) -> Iterable[LinkShown]:
    known = episode.failure is not FailureId.UNKNOWN and bool(lines)
    look = words.looks(episode)
    seen = f" ({look})" if look else ""
    yield LinkShown(
        kind=LinkKind.FAILURE,
        id=episode.failure.value,
        hop=hop,
        subject=upstream,
        certainty=Certainty.PROVEN if known else Certainty.SUSPECTED,
        says=words.met(episode.failure, _gateway(outcome), episode.upstreams) + ("" if episode.hints else seen),
        evidence=lines,
    )
    if episode.hints:
        yield LinkShown(
            kind=LinkKind.CAUSE,
            id=episode.hints[0],
            hop=hop,
            subject=upstream,
            certainty=Certainty.SUSPECTED,
            says=title_of(episode.hints[0]) + seen,
            evidence=(),
        )


def _episode(episode: Episode) -> EpisodeShown:
    return EpisodeShown(
        start=words.at(episode.start),
        end=words.at(episode.end),
        ongoing=episode.ongoing,
        requests=episode.requests,
        failed=counted(episode),
        by_failure=most_first({failure.value: count for failure, count in episode.by_failure.items()}),
        by_status=_statuses(episode.by_status),
        upstreams=episode.upstreams,
        routes=episode.routes,
        clients=episode.clients,
        changed=episode.changed,
    )


# What could not be told


def _unexamined(outcome: LogsOutcome) -> Iterable[Unexamined]:
    tally = outcome.tally
    if outcome.stopped:
        yield _gap("what had not been read when it was interrupted", Why.OVER_BUDGET)
    for name in outcome.unknown:
        yield _gap(f"{name}: not a log that is known", Why.UNREADABLE, "why502 logs --log-format '...'")
    for file in tally.files:
        if file.unparsed and file.name not in outcome.unknown:
            yield _gap(f"{many(file.unparsed, 'line')} of {file.name} that no known format reads", Why.UNREADABLE)
        for trouble in file.troubles:
            yield _gap(trouble, Why.UNREADABLE)
    for skipped in outcome.skipped:
        yield _gap(f"{skipped.name}: {skipped.why}", Why.UNREADABLE)
    yield from _bounds(tally)


def _bounds(tally: Tally) -> Iterable[Unexamined]:
    lost = ("routes of what was served", "upstreams of what was served", "routes of what failed", "upstreams of it")
    if tally.level:
        what = ", ".join(lost[: tally.level])
        yield _gap(f"minute by minute: {what} (too many different ones; their totals are exact)", Why.OVER_BUDGET)
    if tally.waiting_lost:
        yield _gap(
            f"{many(tally.waiting_lost, 'line')} that waited for the line of another log: no room for more",
            Why.OVER_BUDGET,
        )
    for clients, which in ((tally.seen, "clients"), (tally.hit, "clients with failed requests")):
        if clients.below != WHOLE:
            yield _gap(f"{which} one by one: so many are counted by a sample, to about 1 %", Why.OVER_BUDGET)
    if any(name == "(others)" for name, _ in tally.by_upstream):
        yield _gap("upstreams beyond some 16,000 by their names: they are counted as (others)", Why.OVER_BUDGET)


def _gap(what: str, why: Why, unlock: str | None = None) -> Unexamined:
    return Unexamined(what=what, why=why, unlock=unlock, causes=())


def _checks(outcome: LogsOutcome) -> tuple[Check, ...]:
    says = {Step.LOGS: _logs_say(outcome)}
    skipped = (CheckState.SKIPPED, "only logs were read")
    return tuple(
        Check(step=step, title=TITLES[step], state=state, says=told, seconds=0.0)
        for step in Step
        for state, told in (says.get(step, skipped),)
    )


def _logs_say(outcome: LogsOutcome) -> tuple[CheckState, str]:
    if verdict_of(outcome) is Verdict.INCONCLUSIVE:
        return CheckState.WARNING, words.unread(outcome) or words.nothing(outcome)
    found = len(outcome.incidents.episodes)
    background = words.background(outcome.incidents.background)
    if found:
        return CheckState.FAILED, f"{many(found, 'incident')}; beside {'them' if found > 1 else 'it'}: {background}"
    return CheckState.OK, "no incident" if background == "nothing" else f"no incident; {background}"
