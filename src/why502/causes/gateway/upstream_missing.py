"""The configured upstream, service or endpoint does not exist or is empty.

## What happens
The configuration names a group, a service or a container that is not there, or that has no member: the name cannot be
resolved, or no server is left to try.

## Told apart from
`dns.name-not-found` is what is seen of a missing service in DNS. `gateway.all-servers-ejected`: there are servers, held
as down. `gateway.server-in-maintenance`: they are taken out on purpose.

## Remedy
Define the group, or start and register the service under the very name that the gateway uses.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import addresses, known_route


@cause(
    explains={
        FailureId.NO_LIVE_UPSTREAM,
        FailureId.RESOLVE_FAILED,
        "dns.name-not-found",
        FailureId.CONNECT_REFUSED,
        "firewall.rejected",
        "firewall.dropped",
    },
    common=8,
)
def upstream_missing(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it of a group without any address, and of a name without a dot that nobody knows."""
    guess = perhaps("perhaps the configured upstream does not exist")
    if case.under is not None:
        return guess
    route = known_route(case, evidence)
    name = case.failure.told("name")
    if case.failure.id is FailureId.RESOLVE_FAILED:
        if name is not None and "." not in name and case.failure.told("named") == "dns.name-not-found":
            return points(f"{name} is the name of no group, and no resolver knows it", case.failure)
        return guess
    if case.failure.id is FailureId.CONNECT_REFUSED:
        return Irrelevant(says="an address was tried: the upstream is not empty")
    if route is None or route.group is None or route.unresolved is not None:
        return guess
    if not addresses(route):
        return points(f"{route.group.name} stands for no address", route)
    held = route_of(case, evidence)
    return guess if held is None else Excluded(because=(held,), says=f"{route.group.name} has servers")
