"""Which way nginx sends one request: server, location, upstream and the settings in force there."""

from datetime import datetime
from posixpath import dirname, join

from why502.gateways.nginx.config import NginxConfiguration
from why502.gateways.nginx.index import NginxIndex
from why502.gateways.nginx.routing import Decision, Entry, decide
from why502.gateways.nginx.upstream import GroupServer, Target, UnixTarget, is_address
from why502.gateways.nginx.variables import RequestFor
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.gateway import GatewayProcess, Group, RouteTaken, Server, Site
from why502.observations.place import Place
from why502.observations.subjects import Address, Endpoint, Process, Route, SocketPath
from why502.observations.want import As, Gap, Want
from why502.vantage.base import No, Refusal, Resolved, Vantage
from why502.vantage.looking import Around, looker

NAMES = 8
ROUNDS = 16
LINKS = 16
OFF_MASTER = "(no server_name)"


@looker(RouteTaken)
async def nginx_route(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """Decide for the request that `want.how` describes."""
    how = want.how
    if not isinstance(want.about, Process) or how is None or how.arrives is None:
        return ()
    found = await around.get(Want(kind=NginxIndex, about=want.about))
    if isinstance(found, Gap) or not found:
        return found
    index = found[0]
    disk = _Disk(around.vantage, index.gateway.place)
    decision = await _settled(index, _request(how), disk)
    if decision.server_site is None:
        return ()
    names = _Names(around, index.gateway.place)
    group = await _group(decision, names)
    site = decision.written_site or decision.location_site or decision.server_site
    loaded = not index.configuration.newer and not index.configuration.doubtful
    route = Route(gateway=want.about, server=decision.server or OFF_MASTER, location=decision.location or "(none)")
    return (
        RouteTaken(
            about=route,
            seen=Seen(
                at=index.seen.at,
                by="gateways.nginx.route",
                kind=EvidenceKind.CONFIG,
                source=str(site),
                raw=_shown(decision, index.configuration, index.gateway),
            ),
            since=_since(index.configuration.since, disk),
            site=site,
            protocol=decision.protocol,
            written=decision.written,
            group=group,
            settings=decision.settings,
            unresolved=decision.unresolved,
            returns=decision.returns,
            steps=decision.steps,
            loaded=loaded,
        ),
    )


async def _settled(index: NginxIndex, request: RequestFor, disk: "_Disk") -> Decision:
    """Decide, look at the files that it depends on (`try_files`, `-f`, `index`), and decide again."""
    decision = decide(index.index, request, index.version, index.defaults)
    for _ in range(ROUNDS):
        if not await disk.look(decision.asked):
            break
        decision = decide(index.index, request, index.version, index.defaults, disk.known)
    return decision


def _since(taken_up: datetime | None, disk: "_Disk") -> datetime | None:
    """Return since when it is so: what stands on the disk may have come there later."""
    return None if taken_up is None else max([taken_up, *disk.changes])


class _Disk:
    """What stands at the paths that a route depends on, in the gateway's own place; `changes` are their last."""

    def __init__(self, vantage: Vantage, place: Place) -> None:
        self._vantage = vantage
        self._place = place
        self._asked: set[str] = set()
        self.known: dict[str, Entry] = {}
        self.changes: list[datetime] = []

    async def look(self, paths: tuple[str, ...]) -> bool:
        """Look at those that were not looked at; tell whether anything was learnt."""
        before = len(self.known)
        for path in paths:
            if path not in self._asked:
                self._asked.add(path)
                found = await self._entry(path)
                if found is not None:
                    self.known[path] = found
        return len(self.known) > before

    async def _entry(self, path: str) -> Entry | None:
        """Return what is there, links followed as nginx does; None where that may not be seen."""
        for _ in range(LINKS):
            found = await self._vantage.stat(self._place, path)
            if isinstance(found, Refusal):
                return Entry.ABSENT if found.no is No.MISSING else None
            if found.kind == "dir":
                return Entry.DIRECTORY
            if found.target is None:
                self.changes.append(found.ctime)
                return Entry.FILE
            path = join(dirname(path), found.target)
        return None


def _request(how: As) -> RequestFor:
    address, port = how.arrives or ("", 0)
    return RequestFor(
        address=address,
        port=port,
        scheme="http" if how.tls is None else "https",
        host=how.host,
        path_and_query=how.path,
        method=how.method,
        headers=how.headers or None,
    )


class _Names:
    """Resolves the names of upstreams in the gateway's own place, each once."""

    def __init__(self, around: Around, place: Place) -> None:
        self._around = around
        self._place = place
        self._known: dict[str, tuple[str, ...]] = {}

    async def addresses(self, server: GroupServer) -> tuple[Address, ...]:
        """Return the addresses a server stands for."""
        match server.target:
            case UnixTarget(path=path):
                return (SocketPath(place=self._place, path=path),)
            case Target(host=host, port=port):
                found = (host,) if is_address(host) else await self._resolve(host)
                return tuple(Endpoint(place=self._place.network(), address=each, port=port) for each in found)

    async def _resolve(self, host: str) -> tuple[str, ...]:
        if host not in self._known and len(self._known) < NAMES:
            answer = await self._around.vantage.resolve(self._place, host)
            self._known[host] = answer.addresses if isinstance(answer, Resolved) else ()
        return self._known.get(host, ())


async def _group(decision: Decision, names: _Names) -> Group | None:
    found = decision.group
    if found is None:
        return None
    servers = [
        Server(
            written=each.written,
            addresses=await names.addresses(each),
            site=each.site,
            weight=each.weight,
            backup=each.backup,
            down=each.down,
            max_fails=each.max_fails,
            fail_timeout=each.fail_timeout,
        )
        for each in found.servers
    ]
    return Group(
        name=found.name,
        servers=tuple(servers),
        keepalive=found.keepalive,
        keepalive_timeout=found.keepalive_timeout,
        site=None if found.literal else found.site,
    )


def _shown(decision: Decision, configuration: NginxConfiguration, gateway: GatewayProcess) -> str:
    """Write the lines that decide, as a person would look them up."""
    lines = [_line(decision.server_site, f"server {decision.server}".rstrip())]
    if decision.location_site is not None:
        lines.append(_line(decision.location_site, f"location {decision.location}"))
    if decision.written_site is not None:
        lines.append(_line(decision.written_site, decision.written))
    if decision.group is not None:
        lines += [_line(each.site, f"server {each.written}") for each in decision.group.servers[:8]]
    lines += [f"{name}: {site}" for name, site in decision.settings.sites[:12]]
    lines += list(decision.steps[:12])
    if decision.unresolved is not None:
        lines.append(f"not told by the files: {decision.unresolved}")
    if configuration.newer:
        lines.append(f"files changed after the workers took them up at {gateway.took_up:%F %T} UTC")
    elif configuration.doubtful:
        lines.append(f"files changed after the master started at {gateway.started:%F %T} UTC, and may not be loaded")
    return "\n".join(lines)[:2000]


def _line(site: Site | None, text: str) -> str:
    return f"{site}: {text}" if site is not None else text
