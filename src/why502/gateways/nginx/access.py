"""What nginx's access logs tell of a period: our own requests, failed ones, and how a path was answered before."""

import re
from datetime import datetime, timedelta

from why502.gateways.nginx.config import gateway_at
from why502.gateways.nginx.failures import TAIL, numbered
from why502.logs.nginx_access import AccessLine, Escape, compile_format, reader
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.frozen import frozen
from why502.observations.gateway import GatewaySetup, LoggedRequest, LogPlace, PastAnswers
from why502.observations.place import Window
from why502.observations.subjects import Process
from why502.observations.want import Gap, Want
from why502.vantage.base import Raw
from why502.vantage.looking import Around, looker, refused

LOGS = 8
REQUESTS = 5_000
SECOND = timedelta(seconds=1)
MARK = re.compile(r"why502/1 \(\+([0-9a-f]{12})\)")
BAD = 500


@frozen
class AccessLines(Fact):
    """The parsed lines of one nginx's access logs within the period (about: Process); for this room's own lookers."""

    fleeting = True

    lines: tuple[tuple[str, str, AccessLine], ...]
    took_up: datetime


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
    found: list[tuple[str, str, AccessLine]] = []
    gap: Gap | None = None
    at = gateway.seen.at
    for place in dict.fromkeys(place for setup in setups for place in setup.access_logs[:LOGS]):
        raw = await around.vantage.read(gateway.place, place.path, TAIL, tail=True)
        if isinstance(raw, Raw):
            found += _parsed(place, raw, around.horizon)
            at = raw.at
        elif place.path.startswith("/"):
            gap = gap or refused(want, place.path, raw, around.vantage)
    if gap is not None and not found:
        return gap
    found.sort(key=lambda each: each[2].at or at.start)
    seen = Seen(at=at, by="gateways.nginx.access", kind=EvidenceKind.LOG_LINE, source="access logs", raw="")
    lines = tuple(found[-REQUESTS:])
    return (AccessLines(about=want.about, seen=seen, lines=lines, took_up=gateway.took_up),)


def _parsed(place: LogPlace, raw: Raw, horizon: Window) -> list[tuple[str, str, AccessLine]]:
    escape = next((each for each in Escape if each.value == place.escape), Escape.DEFAULT)
    plan = compile_format(place.format or "", escape)
    if plan.problem is not None:
        return []
    read = reader(plan)
    found: list[tuple[str, str, AccessLine]] = []
    for source, line in reversed(numbered(place.path, raw)):
        parsed = read(line)
        if parsed is None or parsed.at is None:
            continue
        if parsed.at + timedelta(seconds=1) < horizon.start or len(found) >= REQUESTS:
            break
        found.append((source, line[:2000].decode("utf-8", "replace"), parsed))
    return found[::-1]


async def _lines(want: Want[Fact], around: Around) -> tuple[AccessLines, ...] | Gap:
    if not isinstance(want.about, Process):
        return ()
    return await around.get(Want(kind=AccessLines, about=want.about))


@looker(LoggedRequest)
async def nginx_requests(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Return the requests of the period, one fact a line."""
    found = await _lines(want, around)
    if isinstance(found, Gap):
        return found
    return tuple(_logged(want, source, text, line) for each in found for source, text, line in each.lines)


def _logged(want: Want[Fact], source: str, text: str, line: AccessLine) -> LoggedRequest:
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

    With a window only the newest good answer in it is looked for, under whichever configuration it was given.
    """
    if want.how is None:
        return ()
    if want.window is not None:
        return await _newest_good(want, around, want.how.path.partition("?")[0], want.window)
    found = await _lines(want, around)
    if isinstance(found, Gap) or not found:
        return found
    path = want.how.path.partition("?")[0]
    lines = found[0]
    mine = [
        (text, line)
        for _, text, line in lines.lines
        if (line.uri or "").partition("?")[0] == path and line.at is not None and line.at + SECOND >= lines.took_up
    ]
    good = [(text, line) for text, line in mine if line.status is not None and line.status < BAD]
    return (_past(want, lines, path, good),)


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
    found: list[tuple[str, AccessLine]] = []
    for place in dict.fromkeys(place for setup in setups for place in setup.access_logs[:LOGS]):
        for name in (place.path, f"{place.path}.1"):
            raw = await around.vantage.read(gateway.place, name, TAIL, tail=True)
            lines = _parsed(place, raw, window) if isinstance(raw, Raw) else []
            good = (
                (text, line)
                for _, text, line in reversed(lines)
                if _is_good(line, path) and line.at is not None and line.at <= window.end
            )
            found += [newest] if (newest := next(good, None)) is not None else []
    lines_ = AccessLines(about=want.about, seen=gateway.seen, lines=(), took_up=window.start)
    newest_first = sorted(found, key=lambda each: each[1].at or window.start)[-1:]
    return (_past(want, lines_, path, newest_first),)


def _is_good(line: AccessLine, path: str) -> bool:
    return (line.uri or "").partition("?")[0] == path and line.status is not None and line.status < BAD


def _past(want: Want[Fact], lines: AccessLines, path: str, good: list[tuple[str, AccessLine]]) -> PastAnswers:
    times = [line.request_time for _, line in good if line.request_time is not None]
    upstreams = [each.addr for _, line in good for each in line.attempts[-1:] if each.addr]
    return PastAnswers(
        about=want.about,
        seen=Seen(
            at=lines.seen.at,
            by="gateways.nginx.access",
            kind=EvidenceKind.LOG_LINE,
            source=f"access log, answers below 500 for {path}",
            raw="\n".join([_counted(len(good)), *(text for text, _ in good[-3:])])[:2000],
        ),
        since=good[0][1].at if good else None,
        path=path,
        good=len(good),
        last_good=good[-1][1].at if good else None,
        slowest=max(times, default=None),
        upstreams=tuple(dict.fromkeys(upstreams)),
    )


def _counted(good: int) -> str:
    return f"{good} of them, the newest:" if good else "none since the workers started"
