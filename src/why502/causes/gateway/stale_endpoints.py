"""Service discovery, a generated file or an endpoint list still names instances that are gone or not ready.

## What happens
Instances come and go, and the list that the gateway uses lags behind: it still tries one that was removed, moved or is
not ready.

## Told apart from
`dns.stale-address`: the address came from a name. `gateway.wrong-address`: a person wrote it.
`gateway.configuration-not-loaded`: the new list is on disk, and not in the process.

## Remedy
See who writes the list and when; drain an instance before it stops, and take it off the list first.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.holding import address_of
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import addresses, fixed, known_route, stands_for


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        FailureId.CONNECT_UNREACHABLE,
        FailureId.CONNECT_TIMEOUT,
        "network.nothing-listening",
        "network.host-down",
        FailureId.RESET_BEFORE_RESPONSE,
    },
    common=6,
)
def stale_endpoints(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by an address that is tried and stands in no file, or by one of several instances."""
    address = address_of(case)
    if address is None:
        return Irrelevant(says="no instance was tried")
    route = known_route(case, evidence)
    if route is None or route.group is None:
        return perhaps("perhaps the gateway's list of instances is out of date")
    if not stands_for(route, address):
        if not fixed(route) or (not route.loaded and len(addresses(route)) == 1):
            return perhaps("perhaps the gateway's list of instances is out of date")
        return points(f"the gateway tries {address}, which its configuration does not name", route)
    if len(addresses(route)) == 1:
        return Irrelevant(says="the configuration names one address, and no list")
    return perhaps(f"perhaps {address} is an instance that is gone")
