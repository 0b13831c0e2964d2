"""Is this host on the path? Find the gateway here that serves the target, through relays, and the request's route."""

from why502.diagnosis.outcome import Inside, Target
from why502.observations.gateway import GatewayProcess, GatewaySetup, Relay, RouteTaken
from why502.observations.place import Place
from why502.observations.sockets import OwnAddresses, SocketTable
from why502.observations.subjects import Endpoint, Machine
from why502.observations.want import As, Gap, Protocols, TlsAs, Want
from why502.rules.listening import loopback, same_address, takes
from why502.survey.survey import Survey

RELAYS = 4


async def gateways_here(survey: Survey) -> tuple[GatewayProcess, ...]:
    """Return every gateway on the host."""
    host = survey.vantage.here().machine()
    found = await survey.get(Want(kind=GatewayProcess, about=Machine(place=host)))
    return () if isinstance(found, Gap) else found


async def gateway_behind(survey: Survey, endpoint: Endpoint) -> tuple[GatewayProcess, Endpoint, str] | None:
    """Return the gateway that takes connections to an address, where it takes them, and how that was found."""
    gateways = await gateways_here(survey)
    if not gateways:
        return None
    for _ in range(RELAYS):
        for gateway in gateways:
            if gateway.place.net is not None and await _takes(survey, gateway, endpoint):
                place = gateway.place.network()
                return gateway, Endpoint(place=place, address=endpoint.address, port=endpoint.port), "its own address"
        relay = await survey.get(Want(kind=Relay, about=endpoint))
        if isinstance(relay, Gap) or not relay:
            break
        endpoint = relay[0].to
    return await _assumed(survey, gateways, endpoint)


async def _takes(survey: Survey, gateway: GatewayProcess, endpoint: Endpoint) -> bool:
    """Tell whether a socket of this gateway takes the address, in the gateway's own namespace."""
    place = gateway.place.network()
    here = survey.vantage.here()
    if loopback(endpoint.address) and not place.same_network(here.network()):
        return False
    if not loopback(endpoint.address) and not await _own(survey, place, endpoint.address):
        return False
    tables = await survey.get(Want(kind=SocketTable, about=Machine(place=place)))
    if isinstance(tables, Gap):
        return False
    there = Endpoint(place=place, address=endpoint.address, port=endpoint.port)
    return any(
        takes(listener, there) and gateway.pids & set(listener.pids) for table in tables for listener in table.listeners
    )


async def _own(survey: Survey, place: Place, address: str) -> bool:
    own = await survey.get(Want(kind=OwnAddresses, about=Machine(place=place)))
    return not isinstance(own, Gap) and any(same_address(each, address) for fact in own for each in fact.addresses)


async def _assumed(
    survey: Survey, gateways: tuple[GatewayProcess, ...], endpoint: Endpoint
) -> tuple[GatewayProcess, Endpoint, str] | None:
    """Without rights the holder of a socket cannot be read: the only gateway of the host is a candidate."""
    here = survey.vantage.here()
    own = loopback(endpoint.address) or await _own(survey, here.network(), endpoint.address)
    if survey.vantage.privileged or not own:
        return None
    candidates = [each for each in gateways if each.assumed]
    if len(candidates) != 1:
        return None
    return candidates[0], endpoint, "the only gateway process on this host (its sockets could not be read)"


def route_want(gateway: GatewayProcess, target: Target, request: As, arrives: Endpoint) -> Want[RouteTaken]:
    """Ask which way the gateway sends a request."""
    how = As(
        protocol=Protocols.HTTP,
        tls=TlsAs(server_name=target.host) if request.tls is not None else None,
        host=request.host,
        method=request.method,
        path=request.path,
        headers=request.headers,
        arrives=(arrives.address, arrives.port),
    )
    return Want(kind=RouteTaken, about=gateway.process, how=how)


async def explore(survey: Survey, target: Target, endpoint: Endpoint, request: As) -> Inside | None:
    """Find gateway, set-up and route for a request that goes to an address."""
    found = await gateway_behind(survey, endpoint)
    if found is None:
        return None
    gateway, arrives, how = found
    return await enter(survey, target, request, gateway, arrives, how)


async def enter(
    survey: Survey, target: Target, request: As, gateway: GatewayProcess, arrives: Endpoint, how: str
) -> Inside:
    """Read what a known gateway does with the request, and keep it where judges ask for it."""
    want = route_want(gateway, target, request, arrives)
    setup = await survey.get(Want(kind=GatewaySetup, about=gateway.process))
    routes = await survey.get(want)
    route = routes[0] if not isinstance(routes, Gap) and routes else None
    survey.put(Want(kind=GatewayProcess, about=gateway.process), (gateway,))
    if route is not None:
        survey.put(Want(kind=RouteTaken, about=route.about), (route,))
    return Inside(
        gateway=gateway,
        setup=setup[0] if not isinstance(setup, Gap) and setup else None,
        route=route,
        arrives=arrives,
        how=how,
        assumed=gateway.assumed,
    )
