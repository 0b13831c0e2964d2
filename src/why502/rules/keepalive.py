"""Two idle limits against each other: how long the gateway keeps a connection, and how long the upstream does."""

from datetime import datetime, timedelta

from why502.observations.fact import Fact
from why502.observations.frozen import frozen
from why502.observations.gateway import LoggedRequest, RouteTaken
from why502.observations.probes import IdleClose, Reply, ResponseAttempt
from why502.observations.processes import ProcessTable
from why502.observations.subjects import Endpoint, SocketPath
from why502.observations.verdict import Case
from why502.observations.want import As, Evidence, Protocols, Want
from why502.rules.asking import every, one, route_of
from why502.rules.knowing import known
from why502.rules.probing import asked
from why502.rules.serving import Serving, serving

SLACK = 1.5
"""Seconds by which a pause may differ from the idle limit: access logs tell whole seconds."""

LISTEN = 7.0
BAD = 500
SHOWN = 3


@frozen
class Kept:
    """What both sides do with idle connections. `gateway`: seconds the gateway keeps them, None if it does not.

    `idle`: seconds after which the upstream was seen to close; `younger`: the process table, if it shows
    processes that started after the first failure; `after_pause`: failures that came when a pause of that
    length ended, `pauses` some of them, of `failed` that are logged, after `spells` quiet spells; `good_alike`: a
    request of the same method and path went well, too. `listened`: seconds for which an idle connection was watched,
    `closes`: the upstream hangs up after each answer.
    `fresh_then`: the fresh connection was asked while it failed, so that it speaks for that time. `soon`: good requests
    of that time that came soon after a good one, long before the idle limit; `soon_failed` counts failures among them.
    """

    route: RouteTaken
    gateway: float | None
    idle: float | None
    fresh: ResponseAttempt
    fresh_works: bool
    younger: ProcessTable | None
    after_pause: int
    pauses: tuple[LoggedRequest, ...]
    because: tuple[Fact, ...]
    failed: int = 0
    spells: int = 0
    good_alike: bool = False
    listened: float = 0.0
    closes: bool = False
    fresh_then: bool = True
    soon: tuple[LoggedRequest, ...] = ()
    soon_failed: int = 0


def idle_want(case: Case, route: RouteTaken) -> Want[IdleClose]:
    """Watch an idle connection to the upstream."""
    how = As(protocol=Protocols.HTTP, host=route.settings.host or None, path="/", limit=LISTEN)
    return Want(kind=IdleClose, about=case.failure.about, how=how)


def requests_want(case: Case) -> Want[LoggedRequest]:
    """Return the want of the gateway's own record of its requests."""
    return Want(kind=LoggedRequest, about=case.failure.hop.gateway)


def kept_wants(case: Case, evidence: Evidence) -> tuple[Want[Fact], ...]:
    """Return what would decide it."""
    route = route_of(case, evidence)
    want = asked(case, evidence)
    if route is None or want is None:
        return (requests_want(case),)
    return (idle_want(case, route), requests_want(case), want)


def keeps(route: RouteTaken) -> float | None:
    """Return how long the gateway keeps idle connections on a route, in seconds."""
    group = route.group
    if group is None or not group.keepalive or route.settings.http_version == "1.0":
        return None
    closes = any(key.lower() == "connection" and value.lower() == "close" for key, value in route.settings.headers)
    return None if closes else group.keepalive_timeout


def how_kept(case: Case, evidence: Evidence) -> Kept | None:
    """Put both sides together, where they were seen."""
    route = route_of(case, evidence)
    want = asked(case, evidence)
    if route is None or want is None:
        return None
    fresh = known(evidence, want)
    if fresh is None:
        return None
    works = fresh.reply is Reply.ANSWERED
    then = one(evidence, want) is not None
    gateway = keeps(route)
    if gateway is None or not works:
        return _kept(route, fresh, gateway, then=then)
    idle = one(evidence, idle_want(case, route))
    about = case.failure.about
    held = serving(about, evidence) if isinstance(about, Endpoint | SocketPath) else None
    requests = every(evidence, requests_want(case))
    if idle is None or held is None or requests is None:
        return None
    ours = _ours(case, requests)
    after = _after_pause(case, ours, idle.seconds)
    soon = _soon(case, ours, idle.seconds)
    return Kept(
        route=route,
        gateway=gateway,
        idle=idle.seconds if idle.kept else None,
        fresh=fresh,
        fresh_works=works,
        younger=_younger(case, held),
        after_pause=len(after),
        spells=len({spell for _, spell in after}),
        pauses=tuple(each for each, _ in after)[:SHOWN],
        because=(idle,) if held.server is None else (idle, held.server),
        failed=sum(_failed(each, case) for each in ours),
        good_alike=bool(after) and all(_went_well(each, ours) for each, _ in after),
        listened=idle.how.limit,
        closes=not idle.kept,
        fresh_then=then,
        soon=tuple(each for each in soon if 0 < each.status < BAD),
        soon_failed=sum(each.status >= BAD for each in soon),
    )


def _ours(case: Case, requests: tuple[LoggedRequest, ...]) -> tuple[LoggedRequest, ...]:
    """Return the requests that went to this upstream; all, where the log does not tell upstreams."""
    told = [each for each in requests if each.attempts]
    address = str(case.failure.about)
    return tuple(each for each in told if any(to == address for to, _, _ in each.attempts)) if told else requests


def _went_well(failed: LoggedRequest, requests: tuple[LoggedRequest, ...]) -> bool:
    """Tell whether another request of this method and path was answered."""
    return any(0 < each.status < BAD for each in requests if _kind(each) == _kind(failed))


def _kept(route: RouteTaken, fresh: ResponseAttempt, gateway: float | None, *, then: bool) -> Kept:
    return Kept(
        route=route,
        gateway=gateway,
        idle=None,
        fresh=fresh,
        fresh_works=fresh.reply is Reply.ANSWERED,
        younger=None,
        after_pause=0,
        pauses=(),
        because=(),
        fresh_then=then,
    )


def _younger(case: Case, held: Serving) -> ProcessTable | None:
    """Return the table if a process of the server started after the first failure."""
    ours = set(held.listener.pids)
    family = [info for info in held.processes.processes if info.pid in ours or info.parent in ours]
    return held.processes if any(info.started > case.window.start for info in family) else None


def _after_pause(
    case: Case, requests: tuple[LoggedRequest, ...], idle: float | None
) -> list[tuple[LoggedRequest, datetime]]:
    """Return the failed requests that followed a good one on this upstream by just the idle limit, and its time."""
    if idle is None:
        return []
    found: list[tuple[LoggedRequest, datetime]] = []
    ordered = sorted(requests, key=lambda each: each.seen.at.end)
    for position, request in enumerate(ordered):
        if not _failed(request, case):
            continue
        began = request.seen.at.end - timedelta(seconds=request.seconds or 0.0)
        good = (each for each in ordered[:position] if 0 < each.status < BAD)
        before = [each.seen.at.end for each in good if each.seen.at.end <= began]
        pause = (began - before[-1]).total_seconds() if before else -SLACK
        if abs(pause - idle) <= SLACK:
            found.append((request, before[-1]))
    return found


def _soon(case: Case, requests: tuple[LoggedRequest, ...], idle: float | None) -> list[LoggedRequest]:
    """Return the requests of that time that came within half the idle limit after a good one.

    Of the kinds that failed alone: another path or method may be sound whatever happens. Our own are of now.
    """
    if idle is None:
        return []
    kinds = {_kind(each) for each in requests if _failed(each, case)}
    since = case.window.start - timedelta(seconds=idle + SLACK)
    found: list[LoggedRequest] = []
    good: datetime | None = None
    for request in sorted(requests, key=lambda each: each.seen.at.end):
        end = request.seen.at.end
        began = end - timedelta(seconds=request.seconds or 0.0)
        soon = good is not None and (began - good).total_seconds() < idle / 2
        if soon and since <= end and _kind(request) in kinds and not request.ours:
            found.append(request)
        good = end if 0 < request.status < BAD else good
    return found


def _kind(request: LoggedRequest) -> tuple[str, str]:
    return request.method, request.path.partition("?")[0]


def _failed(request: LoggedRequest, case: Case) -> bool:
    """Tell whether a logged request is one of the failures at hand."""
    near = case.window.start - timedelta(seconds=2) <= request.seen.at.end <= case.window.end + timedelta(seconds=2)
    return near and (request.status in {502, 504} or any(status == "502" for _, status, _ in request.attempts))
