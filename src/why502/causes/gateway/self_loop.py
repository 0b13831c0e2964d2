"""The gateway proxies to itself.

## What happens
The upstream's address is one that the gateway itself listens on, and the request takes the same route again and again,
until connections, ports or time run out.

## Told apart from
A gateway may soundly pass a request to another server block of its own; only a route that comes back to itself is a
loop. It is proven where the loaded configuration, given the request that it would send, takes the same way again.
`gateway.own-localhost`: the address was meant for another namespace.

## Remedy
Name the application's own address; look at what a default server or `localhost` makes of the request.
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import GatewayProcess, RouteTaken
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Fix, Proven, Risk, Verdict
from why502.observations.want import As, Evidence, Protocols, TlsAs, Want
from why502.rules.asking import gateway_of, one, route_of
from why502.rules.cause import cause
from why502.rules.holding import holding, holding_wants
from why502.rules.listening import Listens, who_listens
from why502.rules.named import said
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import addresses, stands_for, tried


@cause(
    explains={
        FailureId.CONNECT_EXHAUSTED,
        "overload.gateway-connections",
        FailureId.UPSTREAM_ANSWERED_ERROR,
        FailureId.RESPONSE_TIMEOUT,
        FailureId.NO_LIVE_UPSTREAM,
        "overload.ephemeral-ports",
        FailureId.CONNECT_TIMEOUT,
        FailureId.RESET_BEFORE_RESPONSE,
        FailureId.CLOSED_BEFORE_RESPONSE,
    },
    common=9,
)
def self_loop(case: Case, evidence: Evidence) -> Verdict:
    """Prove it by a way that comes back to itself; suspect it by a listener that is the gateway's own."""
    proof = _proof(case, evidence)
    if proof is not None:
        return proof
    named = said(case, "gateway.self-loop", "the gateway says that it would proxy to itself")
    if named is not None:
        return named
    gateway = gateway_of(case, evidence)
    for address in tried(case, evidence) if gateway is not None and not gateway.assumed else ():
        held = holding(address, evidence)
        pids = {pid for each in (held.listeners if held is not None else ()) for pid in each.pids}
        if gateway is not None and held is not None and pids and pids <= gateway.pids:
            return points(f"the gateway itself listens on {address}", held.table)
    aims = tried(case, evidence)
    seen = [who_listens(each, evidence) for each in aims]
    others = [each.table for each in seen if isinstance(each, Listens) and each.listener.pids and each.table.owners]
    if gateway is not None and not gateway.assumed and others and len(others) == len(aims):
        return Excluded(because=tuple(others), says="other processes hold the upstream's listener")
    wants = (want for each in aims for want in holding_wants(each))
    return perhaps("perhaps the gateway proxies to itself", *wants)


def _proof(case: Case, evidence: Evidence) -> Proven | None:
    """Follow the request once round: it reaches the gateway's own socket and takes the same route to it."""
    gateway, route, aims = gateway_of(case, evidence), route_of(case, evidence), tried(case, evidence)
    if gateway is None or gateway.assumed or route is None or len(aims) != 1:
        return None
    address = aims[0]
    held = who_listens(address, evidence)
    if not isinstance(address, Endpoint) or not isinstance(held, Listens) or not held.sure or not held.table.owners:
        return None
    pids = set(held.listener.pids)
    if not pids or not pids <= gateway.pids:
        return None
    again = _next_route(case, evidence, gateway, route, address)
    if again is None or not (_settled(route, address) and _settled(again, address) and _same(route, again)):
        return None
    return Proven(
        subject=gateway.process,
        because=(held.table, route, again),
        says=f"{route.written} at {route.site} leads back to the gateway's own {address}, and there to the same route",
        fixes=(
            Fix(
                title=f"Write the application's own address in place of {route.written} at {route.site}",
                commands=("nginx -t && nginx -s reload",),
                risk=Risk.RELOAD,
            ),
        ),
    )


def _next_route(
    case: Case, evidence: Evidence, gateway: GatewayProcess, route: RouteTaken, address: Endpoint
) -> RouteTaken | None:
    request = case.failure.request
    if request is None:
        return None
    how = As(
        protocol=Protocols.HTTP,
        tls=TlsAs(server_name=route.settings.server_name) if route.settings.tls else None,
        host=route.settings.host,
        method=request.method,
        path=route.settings.request_uri or request.path,
        headers=route.settings.headers,
        arrives=(address.address, address.port),
    )
    return one(evidence, Want(kind=RouteTaken, about=gateway.process, how=how))


def _settled(route: RouteTaken, address: Endpoint) -> bool:
    """Tell whether the way is known for certain, and goes to this address only."""
    sure = route.loaded and route.unresolved is None and route.protocol is Protocols.HTTP
    return sure and stands_for(route, address) and len(addresses(route)) == 1


def _same(route: RouteTaken, again: RouteTaken) -> bool:
    """Tell whether the second time round is like the first, so that every further one is like it, too."""
    sent = (route.settings.host, route.settings.request_uri)
    return again.about == route.about and (again.settings.host, again.settings.request_uri) == sent
