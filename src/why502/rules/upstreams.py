"""The servers of the failed route, as the configuration writes them and as their names stand now."""

from ipaddress import ip_address

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteTaken, Server
from why502.observations.subjects import Address, Endpoint
from why502.observations.verdict import Case
from why502.observations.want import Evidence, Want
from why502.rules.asking import route_of
from why502.rules.holding import address_of
from why502.rules.knowing import known
from why502.rules.listening import same_address

MOST = 4


def host_of(written: str) -> str:
    """Return the host of a server as written (`app:8080`, `[::1]:80`, `http://app/x`), without its port."""
    bare = written.partition("://")[2] or written
    bare = bare.partition("/")[0] if not bare.startswith("unix:") else bare
    if bare.startswith("["):
        return bare[1:].partition("]")[0]
    return bare.partition(":")[0]


def by_name(server: Server) -> bool:
    """Tell whether a server is written with a name, not with an address or a path."""
    if server.written.startswith(("unix:", "/")) or "unix:" in server.written:
        return False
    try:
        ip_address(host_of(server.written))
    except ValueError:
        return True
    return False


def known_route(case: Case, evidence: Evidence) -> RouteTaken | None:
    """Return the failed route as far as it is known, whatever the time of the look."""
    about = case.failure.hop.route
    return known(evidence, Want(kind=RouteTaken, about=about)) if about is not None else None


def addresses(route: RouteTaken) -> tuple[Address, ...]:
    """Return the addresses that the route's servers stand for now."""
    servers = route.group.servers if route.group is not None else ()
    return tuple(dict.fromkeys(address for server in servers for address in server.addresses))


def stands_for(route: RouteTaken, address: Address) -> bool:
    """Tell whether an address is among them."""
    for each in addresses(route):
        if isinstance(each, Endpoint) and isinstance(address, Endpoint):
            if each.port == address.port and same_address(each.address, address.address):
                return True
        elif str(each) == str(address):
            return True
    return False


def fixed(route: RouteTaken) -> bool:
    """Tell whether all of its servers are written as addresses, so that the files alone say where it leads."""
    servers = route.group.servers if route.group is not None else ()
    return bool(servers) and route.unresolved is None and not any(by_name(each) for each in servers)


def tried(case: Case, evidence: Evidence) -> tuple[Address, ...]:
    """Return the upstreams behind a failure.

    A failure that was only passed on, or that names a group, is not about an upstream's address: then they are those of
    the route, four at most.
    """
    address = address_of(case)
    if address is not None and case.failure.id is not FailureId.UPSTREAM_ANSWERED_ERROR:
        return (address,)
    route = route_of(case, evidence)
    return addresses(route)[:MOST] if route is not None else ()
