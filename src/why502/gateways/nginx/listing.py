"""Every route that nginx's files name, and how a client would get to each."""

from itertools import islice

from why502.gateways.nginx.index import NginxIndex
from why502.gateways.nginx.listeners import Listen
from why502.gateways.nginx.routing import all_routes
from why502.observations.fact import EvidenceKind, Fact, Seen
from why502.observations.gateway import RouteListed
from why502.observations.subjects import Process
from why502.observations.want import Gap, Want
from why502.vantage.looking import Around, looker

MOST = 10_000


@looker(RouteListed)
async def nginx_routes(want: Want[Fact], around: Around) -> tuple[Fact, ...] | Gap:
    """List the pass directives of all servers that listen on an address."""
    if not isinstance(want.about, Process):
        return ()
    found = await around.get(Want(kind=NginxIndex, about=want.about))
    if isinstance(found, Gap) or not found:
        return found
    index, configuration = found[0].index, found[0].configuration
    servers = {each.block.site: each for each in index.servers}
    routes = []
    for listed in islice(all_routes(index), MOST):
        server = servers.get(listed.server_site)
        listen = _usable(server.listens) if server is not None else None
        if listen is None:
            continue
        seen = Seen(
            at=configuration.seen.at,
            by="gateways.nginx.listing",
            kind=EvidenceKind.CONFIG,
            source=str(listed.site),
            raw=listed.written,
        )
        routes.append(
            RouteListed(
                about=want.about,
                seen=seen,
                name=listed.server,
                address=listen.address,
                port=listen.port,
                tls=listen.ssl,
                location=listed.location,
                written=listed.written,
                site=listed.site,
            )
        )
    return tuple(routes)


def _usable(listens: tuple[Listen, ...]) -> Listen | None:
    """Return the first address that a TCP client can use."""
    usable = (each for each in listens if not each.address.startswith("unix:") and not each.quic)
    return next((each for each in usable if not each.proxy_protocol), None)
