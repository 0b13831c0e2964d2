"""What an interval of failures looks like, which causes look so, and what changed when it began.

A pattern is read off counts alone: how long, which upstreams and routes, at which times again. It names no cause as
proven; `hints` gives the identifiers of those that make such a pattern, the likeliest first.
"""

from collections.abc import Mapping, Sequence
from enum import Enum

from why502.logs.numbers import middle
from why502.logs.tally import Spread
from why502.observations.failure import CauseId, FailureId
from why502.observations.frozen import frozen


class Pattern(Enum):
    """The closed list of shapes; where several fit, the first in this order is told.

    `PERIODIC`: short bursts that come again at a fixed period. `RESTART`: at most `SHORT` minutes of closes, resets or
    refusals, then clean. `TIMEOUT_WALL`: time-outs whose seconds pile up at one limit. `KEEPALIVE_RACE`: closes or
    resets, single, in proportion to the requests, on all routes (of the background only). `PLAIN`: none of these.
    """

    PERIODIC = "periodic"
    RESTART = "restart"
    TIMEOUT_WALL = "timeout-wall"
    KEEPALIVE_RACE = "keepalive-race"
    ONE_ROUTE = "one-route"
    ONE_UPSTREAM = "one-upstream"
    ALL_UPSTREAMS = "all-upstreams"
    PLAIN = "plain"


SHORT = 2
"""Minutes that a restart takes at most."""

BROKEN = frozenset(
    {
        FailureId.CLOSED_BEFORE_RESPONSE,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.CONNECT_REFUSED,
        FailureId.CONNECT_NO_SOCKET,
        FailureId.TRUNCATED_RESPONSE,
        FailureId.NO_LIVE_UPSTREAM,
    }
)
"""What requests meet whose server stops or is replaced."""

RACING = frozenset({FailureId.CLOSED_BEFORE_RESPONSE, FailureId.RESET_BEFORE_RESPONSE})
"""What a request meets on a connection that the server has just closed as idle."""

ALMOST_ALL = 0.95
DAY = 1440
PERIODS = (5, 10, 15, 20, 30, 60, 120, 180, 240, 360, 720, DAY)
"""Minutes at which jobs and reloads are commonly set to come again; each divides the day."""

LEAST_TIMES = 4
"""So often must something come at a period."""

LIMITS = (1, 2, 3, 5, 10, 15, 20, 25, 29, 30, 40, 45, 50, 55, 60, 75, 90, 100, 120, 180, 240, 300, 600, 900, 1800, 3600)
"""Time-outs that people set, in seconds."""


@frozen
class Shape:
    """What a pattern is read off. `minutes`: how long. `upstreams`, `of_upstreams`: how many fail, and have requests.

    `route_share`: of the failures, those on the worst route. `route_requests`: of all requests, those on it.
    `limit`: the wall of the time-outs, in seconds. `period`: minutes after which it comes again.
    """

    failure: FailureId
    minutes: int
    ongoing: bool
    upstreams: int
    of_upstreams: int
    route_share: float
    route_requests: float
    limit: float | None
    period: int | None


def pattern(shape: Shape) -> Pattern:
    """Name the pattern of an interval."""
    if shape.period is not None:
        return Pattern.PERIODIC
    if shape.minutes <= SHORT and not shape.ongoing and shape.failure in BROKEN:
        return Pattern.RESTART
    if shape.limit is not None:
        return Pattern.TIMEOUT_WALL
    if shape.route_share >= ALMOST_ALL and shape.route_requests < 1 / 2:
        return Pattern.ONE_ROUTE
    if shape.of_upstreams > 1 and shape.upstreams == 1:
        return Pattern.ONE_UPSTREAM
    if shape.of_upstreams > 1 and shape.upstreams >= shape.of_upstreams:
        return Pattern.ALL_UPSTREAMS
    return Pattern.PLAIN


def wall(spread: Spread, failed: int) -> float | None:
    """Find the time, in seconds, at which at least half of the failed requests end; `None`: there is no pile.

    Two buckets beside each other (an eighth of the time) must hold three times what the two below them do, and more
    than twice what lies above.
    """
    above = 0
    for number in sorted(spread, reverse=True):
        seconds = middle(number)
        if seconds < 1 / 2:
            return None
        here = spread[number] + spread.get(number - 1, 0)
        below = spread.get(number - 2, 0) + spread.get(number - 3, 0)
        if here >= max(LEAST_TIMES, failed / 2) and here >= 3 * below and here > 2 * above:
            if spread[number] < spread.get(number - 1, 0):
                seconds = middle(number - 1)
            nearest = min(LIMITS, key=lambda limit: abs(limit - seconds))
            return float(nearest) if abs(nearest - seconds) <= seconds / 16 else round(seconds, 1)
        above += spread[number]
    return None


def period(starts: Sequence[int]) -> int | None:
    """Find the period of sorted minutes (starts of bursts): each a minute off at most, at least half of them there."""
    if len(starts) < LEAST_TIMES:
        return None
    for each in reversed(PERIODS):
        turns = {round((start - starts[0]) / each) for start in starts}
        near = all(abs((start - starts[0] + each // 2) % each - each // 2) <= 1 for start in starts)
        if near and len(turns) == len(starts) and 2 * len(turns) > max(turns):
            return each
    return None


def folded(counts: Mapping[int, int]) -> tuple[int, int] | None:
    """Find (period, minute within it) at which far more of the single failures come than chance puts there.

    `counts`: minute to count. The phase must hold a third of all, four times its share, in half of the periods.
    """
    total = sum(counts.values())
    day: dict[int, int] = {}
    for minute, count in counts.items():
        day[minute % DAY] = day.get(minute % DAY, 0) + count
    best, most = None, 0
    for each in PERIODS:
        phases: dict[int, int] = {}
        for minute, count in day.items():
            phases[minute % each] = phases.get(minute % each, 0) + count
        phase = max(phases, key=lambda at: (phases[at], -at), default=0)
        if phases and 3 * phases[phase] >= total and phases[phase] >= max(2 * LEAST_TIMES, 4 * total / each):
            turns = {minute // each for minute in counts if minute % each == phase}
            often = len(turns) >= LEAST_TIMES and 2 * len(turns) > max(turns) - min(turns)
            if often and phases[phase] >= most:
                best, most = (each, phase), phases[phase]
    return best


_BY_PATTERN: Mapping[tuple[Pattern, FailureId], tuple[CauseId, ...]] = {
    (Pattern.RESTART, FailureId.CONNECT_REFUSED): ("application.restarted", "application.starting"),
    (Pattern.RESTART, FailureId.CLOSED_BEFORE_RESPONSE): ("application.restarted", "application.worker-killed"),
    (Pattern.RESTART, FailureId.RESET_BEFORE_RESPONSE): ("application.restarted", "application.worker-killed"),
    (Pattern.RESTART, FailureId.TRUNCATED_RESPONSE): ("application.restarted",),
    (Pattern.RESTART, FailureId.NO_LIVE_UPSTREAM): ("gateway.all-servers-ejected", "application.starting"),
    (Pattern.PERIODIC, FailureId.CONNECT_REFUSED): ("application.restarted", "application.crash-loop"),
    (Pattern.PERIODIC, FailureId.CLOSED_BEFORE_RESPONSE): ("application.restarted", "application.worker-killed"),
    (Pattern.PERIODIC, FailureId.RESET_BEFORE_RESPONSE): ("application.restarted", "application.worker-killed"),
    (Pattern.PERIODIC, FailureId.RESPONSE_TIMEOUT): ("overload.workers-busy", "overload.cpu-saturated"),
    (Pattern.KEEPALIVE_RACE, FailureId.CLOSED_BEFORE_RESPONSE): ("gateway.keepalive-mismatch",),
    (Pattern.KEEPALIVE_RACE, FailureId.RESET_BEFORE_RESPONSE): ("gateway.keepalive-mismatch",),
    (Pattern.ONE_ROUTE, FailureId.CLOSED_BEFORE_RESPONSE): (
        "application.crashes-on-request",
        "application.worker-killed",
        "application.oversized-header",
        "gateway.buffer-too-small",
    ),
    (Pattern.ONE_ROUTE, FailureId.RESET_BEFORE_RESPONSE): (
        "application.crashes-on-request",
        "application.worker-killed",
    ),
    (Pattern.ONE_ROUTE, FailureId.RESPONSE_TIMEOUT): ("application.too-slow", "gateway.timeout-too-short"),
    (Pattern.TIMEOUT_WALL, FailureId.RESPONSE_TIMEOUT): (
        "application.too-slow",
        "overload.workers-busy",
        "application.hangs",
        "gateway.timeout-too-short",
    ),
    (Pattern.ALL_UPSTREAMS, FailureId.RESPONSE_TIMEOUT): (
        "overload.workers-busy",
        "application.too-slow",
        "application.hangs",
    ),
    (Pattern.ALL_UPSTREAMS, FailureId.CONNECT_REFUSED): (
        "application.not-running",
        "application.crash-loop",
        "gateway.configuration-not-loaded",
    ),
    (Pattern.ALL_UPSTREAMS, FailureId.CONNECT_TIMEOUT): ("firewall.dropped", "firewall.source-blocked"),
    (Pattern.ONE_UPSTREAM, FailureId.CONNECT_TIMEOUT): ("network.host-down", "gateway.stale-endpoints"),
    (Pattern.ONE_UPSTREAM, FailureId.CONNECT_UNREACHABLE): ("network.host-down", "gateway.stale-endpoints"),
    (Pattern.ONE_UPSTREAM, FailureId.CONNECT_REFUSED): (
        "application.not-running",
        "gateway.stale-endpoints",
        "application.crash-loop",
    ),
}

_BY_FAILURE: Mapping[FailureId, tuple[CauseId, ...]] = {
    FailureId.RESOLVE_FAILED: ("dns.name-not-found", "dns.resolver-unreachable", "dns.server-failure"),
    FailureId.CONNECT_REFUSED: ("application.not-running", "network.nothing-listening", "application.crash-loop"),
    FailureId.CONNECT_TIMEOUT: ("firewall.dropped", "network.host-down", "overload.accept-queue-full"),
    FailureId.CONNECT_UNREACHABLE: ("network.host-down", "firewall.rejected", "network.no-route"),
    FailureId.CONNECT_DENIED: ("gateway.socket-permission", "firewall.mandatory-access-control"),
    FailureId.CONNECT_NO_SOCKET: ("application.not-running", "gateway.socket-missing"),
    FailureId.CONNECT_EXHAUSTED: (
        "overload.accept-queue-full",
        "overload.gateway-connections",
        "overload.file-descriptors",
        "overload.ephemeral-ports",
    ),
    FailureId.TLS_FAILED: ("tls.certificate-expired", "tls.untrusted-issuer", "tls.tls-to-plain-port"),
    FailureId.CLOSED_BEFORE_RESPONSE: (
        "application.crashes-on-request",
        "application.worker-killed",
        "application.crash-loop",
        "overload.out-of-memory",
    ),
    FailureId.RESET_BEFORE_RESPONSE: (
        "application.crashes-on-request",
        "application.worker-killed",
        "application.crash-loop",
        "overload.accept-queue-full",
    ),
    FailureId.RESPONSE_TIMEOUT: ("application.too-slow", "overload.workers-busy", "application.hangs"),
    FailureId.INVALID_RESPONSE: ("gateway.wrong-protocol", "application.malformed-response"),
    FailureId.HEADER_TOO_BIG: ("gateway.buffer-too-small", "application.oversized-header"),
    FailureId.TRUNCATED_RESPONSE: ("application.worker-killed", "application.too-slow", "gateway.cannot-spool"),
    FailureId.NO_LIVE_UPSTREAM: ("gateway.all-servers-ejected", "application.not-running"),
    FailureId.GATEWAY_LIMIT: ("overload.workers-busy", "overload.gateway-connections"),
    FailureId.SPAWN_FAILED: ("application.crash-loop", "application.starting"),
    FailureId.UPSTREAM_ANSWERED_ERROR: ("application.answers-502",),
    FailureId.UNKNOWN: (),
}


def hints(shown: Pattern, failure: FailureId) -> tuple[CauseId, ...]:
    """Name the causes (`docs/causes.md`) that make this failure look so, the likeliest first."""
    return _BY_PATTERN.get((shown, failure)) or _BY_FAILURE[failure]


_DID: Mapping[FailureId, str] = {
    FailureId.RESOLVE_FAILED: "could no longer be resolved",
    FailureId.CONNECT_REFUSED: "began to refuse connections",
    FailureId.CONNECT_TIMEOUT: "no longer answered to connections",
    FailureId.CONNECT_UNREACHABLE: "could no longer be reached",
    FailureId.CONNECT_DENIED: "could no longer be connected to for want of permission",
    FailureId.CONNECT_NO_SOCKET: "lost its unix socket",
    FailureId.CONNECT_EXHAUSTED: "could no longer be connected to: the gateway ran out of something",
    FailureId.TLS_FAILED: "failed in the TLS handshake",
    FailureId.CLOSED_BEFORE_RESPONSE: "began to close connections without a response",
    FailureId.RESET_BEFORE_RESPONSE: "began to reset connections without a response",
    FailureId.RESPONSE_TIMEOUT: "no longer answered in time",
    FailureId.INVALID_RESPONSE: "began to send what is no valid response",
    FailureId.HEADER_TOO_BIG: "began to send response heads over the gateway's buffer",
    FailureId.TRUNCATED_RESPONSE: "began to break off responses",
    FailureId.NO_LIVE_UPSTREAM: "had no server left that the gateway would try",
    FailureId.GATEWAY_LIMIT: "met a limit of the gateway",
    FailureId.SPAWN_FAILED: "could not be started by the gateway",
    FailureId.UPSTREAM_ANSWERED_ERROR: "began to answer with errors",
    FailureId.UNKNOWN: "began to fail",
}


def sentence(failure: FailureId, upstreams: Sequence[str], of_upstreams: int, route: str | None, surge: float) -> str:
    """Say what changed at the start. `route`: the only one. `surge`: requests against the hour before (1: as many)."""
    others = ""
    if len(upstreams) == 1 and of_upstreams != 1:
        who = upstreams[0]
        others = "; others served on" if of_upstreams > 1 else ""
    elif of_upstreams > 1 and len(upstreams) >= of_upstreams:
        who = f"all {of_upstreams} upstreams"
    elif len(upstreams) > 1:
        who = f"{len(upstreams)} of {of_upstreams} upstreams" if of_upstreams > 1 else f"{len(upstreams)} upstreams"
    else:
        who = upstreams[0] if upstreams else "requests"
    at_route = f" on {route}" if route else ""
    more = f"; {surge:.1f} times the requests of the hour before" if surge >= 2 else ""  # noqa: PLR2004
    return f"{who} {_DID[failure]}{at_route}{others}{more}"
