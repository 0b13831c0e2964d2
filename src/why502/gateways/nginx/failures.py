"""The failures that nginx's error logs tell of a period."""

from datetime import timedelta, tzinfo

from why502.gateways.nginx.config import gateway_at
from why502.logs.nginx_error import NginxErrorLine, parse
from why502.logs.nginx_messages import Spoken, failure_of, peer_of
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.failure import Failure, Hop, Request
from why502.observations.gateway import GatewayProcess, GatewaySetup, LogPlace
from why502.observations.place import Place, Window
from why502.observations.subjects import Endpoint, Name, Process, SocketPath, Subject, Unit
from why502.observations.units import UnitJournal
from why502.observations.want import Gap, Want, Why
from why502.vantage.base import Raw, Refusal
from why502.vantage.looking import Around, looker, refused
from why502.vantage.zones import zone_of

TAIL = 8 << 20
LINES = 20_000
FAILURES = 2_000
SECOND = timedelta(milliseconds=999)
MARKS = (b" upstream", b"resolve", b"worker_connections", b"limiting ", b"lua")
"""One of these stands in every line that tells a failure (`logs.nginx_messages`); most lines of a log have none."""

PORTS = {"http": 80, "grpc": 80, "https": 443, "grpcs": 443}
LOGS = 16
OWN_STREAMS = {"stderr": 2, "/dev/stderr": 2, "/proc/self/fd/2": 2, "/dev/stdout": 1, "/proc/self/fd/1": 1}


@looker(Failure)
async def nginx_failures(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Read the end of every error log, newest lines first, back to the start of the period."""
    if not isinstance(want.about, Process):
        return ()
    gateway = await gateway_at(want.about, around)
    if gateway is None or isinstance(gateway, Gap):
        return gateway if isinstance(gateway, Gap) else ()
    setups = await around.get(Want(kind=GatewaySetup, about=want.about))
    if isinstance(setups, Gap):
        return setups
    zone = await zone_of(around.vantage, gateway.place)
    found: list[Failure] = []
    gap: Gap | None = None
    for place in dict.fromkeys(place for setup in setups for place in setup.error_logs[:LOGS]):
        lines = await _lines(want, around, gateway, place)
        if isinstance(lines, Gap):
            gap = gap or lines
        else:
            found += _failures(gateway, lines, zone, around.horizon)
    found.sort(key=lambda each: each.seen.at.start)
    return gap if gap is not None and not found else tuple(found[-FAILURES:])


Lines = list[tuple[str, bytes]]


async def _lines(want: Want[Fact], around: Around, gateway: GatewayProcess, place: LogPlace) -> Lines | Gap:
    """Return the lines of one log with where each stands."""
    path = place.path
    number = OWN_STREAMS.get(path)
    if path.startswith(("syslog:", "memory:")):
        return await _journal(want, around, gateway, path)
    if number is not None:
        target = await around.vantage.readlink(gateway.process.place, f"/proc/{gateway.process.pid}/fd/{number}")
        if not isinstance(target, str) or not target.startswith("/") or target.startswith("/dev/"):
            return await _journal(want, around, gateway, path)
        path = target
    raw = await around.vantage.read(gateway.place, path, TAIL, tail=True)
    if isinstance(raw, Refusal):
        return refused(want, path, raw, around.vantage)
    return numbered(path, raw)


def numbered(path: str, raw: Raw) -> Lines:
    """Split into lines, the newest last, each with its place: a line number, or an offset in a large file."""
    lines = raw.data.split(b"\n")
    first = 1 if raw.start else 0
    kept = lines[first:][-LINES:]
    skipped = len(lines) - first - len(kept)
    if raw.start == 0:
        return [(f"{path}:{skipped + at}", line) for at, line in enumerate(kept, 1) if line]
    return [(f"{path} (near its end)", line) for line in kept if line]


async def _journal(want: Want[Fact], around: Around, gateway: GatewayProcess, path: str) -> Lines | Gap:
    if gateway.unit is None:
        return Gap(want=want, why=Why.UNREADABLE, says=f"the log goes to {path}, which keeps nothing here", unlock="")
    unit = Unit(place=gateway.process.place.machine(), name=gateway.unit)
    found = await around.get(Want(kind=UnitJournal, about=unit))
    if isinstance(found, Gap):
        return found
    return [(f"journal of {unit.name}", line.text.encode()) for each in found for line in each.lines]


def _failures(gateway: GatewayProcess, lines: Lines, zone: tzinfo, horizon: Window) -> list[Failure]:
    found: list[Failure] = []
    for source, data in reversed(lines):
        if not any(mark in data for mark in MARKS):
            continue
        line = parse(data, zone)
        if line is None or line.at is None:
            continue
        if line.at + SECOND < horizon.start or len(found) >= FAILURES:
            break
        spoken = failure_of(line)
        if spoken is not None:
            found.append(failure(gateway, line, spoken, source, data))
    return found[::-1]


def failure(gateway: GatewayProcess, line: NginxErrorLine, spoken: Spoken, source: str, data: bytes) -> Failure:
    """Turn one line into a failure of the upstream that it names."""
    at = Window(start=line.at, end=line.at + SECOND) if line.at is not None else gateway.seen.at
    return Failure(
        about=subject_of(gateway.place, line),
        seen=Seen(
            at=at,
            by="gateways.nginx.failures",
            kind=EvidenceKind.LOG_LINE,
            source=source,
            raw=data[:2000].decode("utf-8", "replace"),
        ),
        id=spoken.id,
        hop=Hop(gateway=gateway.process, product="nginx", version=gateway.version),
        request=request_of(line),
        detail=(*spoken.detail, *((("named", ",".join(spoken.named)),) if spoken.named else ())),
    )


def subject_of(place: Place, line: NginxErrorLine) -> Subject:
    """Return the upstream of a line, as seen from the gateway."""
    peer = peer_of(line.upstream) if line.upstream is not None else None
    if peer is None:
        return Name(place=place.network(), name="(upstream not told)")
    if peer.path is not None:
        return SocketPath(place=place, path=peer.path)
    if peer.host is not None:
        return Endpoint(place=place.network(), address=peer.host, port=peer.port or PORTS.get(peer.scheme, 80))
    return Name(place=place.network(), name=peer.group or "(upstream not told)")


def request_of(line: NginxErrorLine) -> Request | None:
    """Return the request of a line, if it tells one."""
    words = (line.request or "").split(" ")
    if len(words) < 2:  # noqa: PLR2004
        return None
    path = words[1]
    host = line.host or ""
    return Request(method=words[0], url=f"http://{host}{path}", host=host, path=path)
