"""What nginx's access logs tell of a period: our own requests, failed ones, and how a path was answered before."""

import re
from datetime import datetime, timedelta

from why502.gateways.nginx.config import gateway_at
from why502.gateways.nginx.failures import TAIL, numbered
from why502.gateways.nginx.index import NginxIndex
from why502.gateways.nginx.logplaces import access_paths
from why502.gateways.nginx.route import OFF_MASTER
from why502.gateways.nginx.routing import all_routes
from why502.gateways.nginx.scopes import scope_of
from why502.logs.nginx_access import AccessLine, Escape, compile_format, reader
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewaySetup, LoggedRequest, LogPlace, PastAnswers
from why502.observations.place import Window
from why502.observations.subjects import Process, Route
from why502.observations.want import As, Gap, Want
from why502.vantage.base import Raw
from why502.vantage.looking import Around, looker, refused

LOGS = 8
REQUESTS = 5_000
SECOND = timedelta(seconds=1)
MARK = re.compile(r"why502/1 \(\+([0-9a-f]{12})\)")
PORT = re.compile(r":\d{1,5}\Z", re.ASCII)
BAD = 500
GOOD = range(200, 300)


@frozen
class Written:
    """A parsed line, where it stands, and the log it was written to."""

    source: str
    text: str
    line: AccessLine
    log: LogPlace


@frozen
class AccessLines(Fact):
    """The parsed lines of one nginx's access logs within the period (about: Process); for this room's own lookers."""

    fleeting = True

    lines: tuple[Written, ...]
    took_up: datetime
    logs: tuple[LogPlace, ...]


@frozen
class _Sharing:
    """What tells a route's lines from others: its name, if one server alone bears it; logs that no other writes."""

    named: bool
    alone: frozenset[str]


@looker(AccessLines)
async def nginx_access_lines(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read the end of every access log once, for all who ask."""
    if not isinstance(want.about, Process):
        return ()
    gateway = await gateway_at(want.about, around)
    if gateway is None or isinstance(gateway, Gap):
        return gateway if isinstance(gateway, Gap) else ()
    setups = await around.get(Want(kind=GatewaySetup, about=want.about))
    if isinstance(setups, Gap):
        return setups
    found: list[Written] = []
    logs: list[LogPlace] = []
    gap: Gap | None = None
    at = gateway.seen.at
    for place in dict.fromkeys(place for setup in setups for place in setup.access_logs[:LOGS]):
        raw = await around.vantage.read(gateway.place, place.path, TAIL, tail=True)
        if isinstance(raw, Raw):
            found += _parsed(place, raw, around.horizon)
            logs.append(place)
            at = raw.at
        elif place.path.startswith("/"):
            gap = gap or refused(want, place.path, raw, around.vantage)
    if gap is not None and not found:
        return gap
    found.sort(key=lambda each: each.line.at or at.start)
    seen = Seen(at=at, by="gateways.nginx.access", kind=EvidenceKind.LOG_LINE, source="access logs", raw="")
    lines = tuple(found[-REQUESTS:])
    return (AccessLines(about=want.about, seen=seen, lines=lines, took_up=gateway.took_up, logs=tuple(logs)),)


def _parsed(place: LogPlace, raw: Raw, horizon: Window) -> list[Written]:
    escape = next((each for each in Escape if each.value == place.escape), Escape.DEFAULT)
    plan = compile_format(place.format or "", escape)
    if plan.problem is not None:
        return []
    read = reader(plan)
    found: list[Written] = []
    for source, line in reversed(numbered(place.path, raw)):
        parsed = read(line)
        if parsed is None or parsed.at is None:
            continue
        if parsed.at + timedelta(seconds=1) < horizon.start or len(found) >= REQUESTS:
            break
        text = line[:2000].decode("utf-8", "replace")
        found.append(Written(source=source, text=text, line=parsed, log=place))
    return found[::-1]


async def _lines(want: Want[Fact], around: Around) -> tuple[AccessLines, ...] | Gap:
    process = want.about.gateway if isinstance(want.about, Route) else want.about
    if not isinstance(process, Process):
        return ()
    return await around.get(Want(kind=AccessLines, about=process))


@looker(LoggedRequest)
async def nginx_requests(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return the requests of the period, one fact a line."""
    found = await _lines(want, around)
    if isinstance(found, Gap):
        return found
    return tuple(_logged(want, line) for each in found for line in each.lines)


def _logged(want: Want[Fact], written: Written) -> LoggedRequest:
    source, text, line = written.source, written.text, written.line
    at = line.at or datetime.min
    mark = MARK.match(line.user_agent or "")
    return LoggedRequest(
        about=want.about,
        seen=Seen(
            at=Window.instant(at), by="gateways.nginx.access", kind=EvidenceKind.LOG_LINE, source=source, raw=text
        ),
        method=line.method or "",
        path=line.uri or "",
        host=line.host,
        status=line.status or 0,
        seconds=line.request_time,
        attempts=tuple((each.addr or "", str(each.status or "-"), each.response_time) for each in line.attempts),
        ours=mark is not None,
        token=mark[1] if mark is not None else None,
    )


@looker(PastAnswers)
async def nginx_past(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Count how requests of one path (`want.how.path`, without query) were answered before the first failure.

    About a route, those of its own server, Host and method alone; nothing where none of its logs could be read. With a
    window, which is asked about a process, only the newest good answer in it of each upstream is looked for, under
    whichever configuration it was given.
    """
    how = want.how
    if how is None:
        return ()
    if want.window is not None:
        return await _newest_good(want, around, how.path.partition("?")[0], want.window)
    found = await _lines(want, around)
    if isinstance(found, Gap) or not found:
        return found
    lines, path = found[0], how.path.partition("?")[0]
    mine = [
        each
        for each in lines.lines
        if _is_of(each, path) and each.line.at is not None and each.line.at + SECOND >= lines.took_up
    ]
    if not isinstance(want.about, Route):
        return (_past(want, lines, path, [each for each in mine if _below_bad(each)], 0),)
    sharing = await _sharing(want.about, lines, around)
    if isinstance(sharing, Gap) or not lines.logs:
        return sharing if isinstance(sharing, Gap) else ()
    told = [(each, _of_route(each, want.about, how, sharing)) for each in mine if _by_upstream(each)]
    good = [each for each, ours in told if ours]
    return (_past(want, lines, path, good, sum(ours is None for _, ours in told)),)


async def _newest_good(want: Want[Fact], around: Around, path: str, window: Window) -> tuple[Fact, ...] | Gap:
    """Read back through each access log, and the one that was put aside before it, as far as the window goes."""
    if not isinstance(want.about, Process):
        return ()
    gateway = await gateway_at(want.about, around)
    if gateway is None or isinstance(gateway, Gap):
        return gateway if isinstance(gateway, Gap) else ()
    setups = await around.get(Want(kind=GatewaySetup, about=want.about))
    if isinstance(setups, Gap):
        return setups
    found: dict[str | None, Written] = {}
    for place in dict.fromkeys(place for setup in setups for place in setup.access_logs[:LOGS]):
        for name in (place.path, f"{place.path}.1"):
            raw = await around.vantage.read(gateway.place, name, TAIL, tail=True)
            written = _parsed(place, raw, window) if isinstance(raw, Raw) else []
            for each in written:
                at = each.line.at
                if at is None or at > window.end or not _is_of(each, path) or not _below_bad(each):
                    continue
                by = next((attempt.addr for attempt in each.line.attempts[-1:]), None)
                before = found.get(by)
                if before is None or before.line.at is None or before.line.at <= at:
                    found[by] = each
    lines = AccessLines(about=want.about, seen=gateway.seen, lines=(), took_up=window.start, logs=())
    return (_past(want, lines, path, sorted(found.values(), key=lambda each: each.line.at or window.start), 0),)


def _is_of(written: Written, path: str) -> bool:
    return (written.line.uri or "").partition("?")[0] == path


def _below_bad(written: Written) -> bool:
    return written.line.status is not None and written.line.status < BAD


def _by_upstream(written: Written) -> bool:
    """Tell whether an upstream gave this good answer, not the gateway itself (a redirect, a refusal, a file)."""
    if _tells_upstreams(written.log):
        return _below_bad(written) and bool(written.line.attempts)
    return written.line.status in GOOD


def _tells_upstreams(log: LogPlace) -> bool:
    return "$upstream_addr" in (log.format or "") or "${upstream_addr}" in (log.format or "")


def _of_route(written: Written, route: Route, how: As, sharing: _Sharing) -> bool | None:
    """Tell whether a line is of this route's server, Host and method; None where it does not say."""
    line = written.line
    if line.method not in {None, how.method} or line.server not in {None, route.server}:
        return False
    if line.host is not None and _bare(line.host) != _bare(how.host or ""):
        return False
    named = sharing.named and (line.host is not None or line.server is not None)
    return True if (named or written.log.path in sharing.alone) and line.method is not None else None


def _bare(host: str) -> str:
    return PORT.sub("", host.lower()).removesuffix(".")


async def _sharing(route: Route, lines: AccessLines, around: Around) -> _Sharing | Gap:
    """See which servers can have written an upstream's good answer to each log."""
    found = await around.get(Want(kind=NginxIndex, about=route.gateway))
    if isinstance(found, Gap) or not found:
        return found if isinstance(found, Gap) else _Sharing(named=False, alone=frozenset())
    index, defaults = found[0].index, found[0].defaults
    passing = {each.server_site for each in all_routes(index)}
    writers: dict[str, list[str]] = {}
    proxies: dict[str, list[str]] = {}
    for server in index.servers:
        name = server.name or OFF_MASTER
        chain = (index.main, index.http(server), scope_of(index.config, server.block))
        for path in access_paths(index.config, chain, server.block, defaults):
            writers.setdefault(path, []).append(name)
            if server.block.site in passing:
                proxies.setdefault(path, []).append(name)
    alone = (
        log for log in lines.logs if (proxies if _tells_upstreams(log) else writers).get(log.path) == [route.server]
    )
    namesakes = [each for each in index.servers if each.name == route.server and each.block.site in passing]
    return _Sharing(named=len(namesakes) == 1, alone=frozenset(log.path for log in alone))


def _past(want: Want[Fact], lines: AccessLines, path: str, good: list[Written], unsure: int) -> PastAnswers:
    times = [each.line.request_time for each in good if each.line.request_time is not None]
    upstreams = [attempt.addr for each in good for attempt in each.line.attempts[-1:] if attempt.addr]
    return PastAnswers(
        about=want.about,
        seen=Seen(
            at=lines.seen.at,
            by="gateways.nginx.access",
            kind=EvidenceKind.LOG_LINE,
            source=f"access log, answers below 500 for {path}",
            raw="\n".join([_counted(len(good)), *(each.text for each in good[-3:])])[:2000],
        ),
        since=good[0].line.at if good else None,
        path=path,
        good=len(good),
        last_good=good[-1].line.at if good else None,
        slowest=max(times, default=None),
        upstreams=tuple(dict.fromkeys(upstreams)),
        unsure=unsure,
    )


def _counted(good: int) -> str:
    return f"{good} of them, the newest:" if good else "none since the workers started"
