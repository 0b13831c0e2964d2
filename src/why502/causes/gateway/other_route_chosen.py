"""Another server block, location or route than the author thinks takes the request.

## What happens
The product's own order of matching picks a block that nobody had in mind: the default server for a name that is
written nowhere, a regular expression before a longer prefix, the first of two blocks with one name.

## Told apart from
`gateway.wrong-address`: the right route, with a wrong address in it. `application.not-running`: the right route, whose
application is stopped.

## Remedy
`nginx -T | grep -n server_name` for the request's host and port; name it in the block that is meant (and in no other).
"""

from why502.observations.failure import FailureId
from why502.observations.gateway import RouteListed
from why502.observations.subjects import Process, Route
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.cause import cause
from why502.rules.knowing import all_known
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import known_route


@cause(
    explains={
        "gateway.wrong-address",
        FailureId.CONNECT_REFUSED,
        "network.nothing-listening",
        "gateway.upstream-missing",
        FailureId.NO_LIVE_UPSTREAM,
        "firewall.request-blocked",
        "gateway.self-loop",
    },
    common=8,
)
def other_route_chosen(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it where another block bears the request's host, or none does and the default took it."""
    request, gateway = case.failure.request, case.failure.hop.gateway
    route = known_route(case, evidence)
    if request is None or not isinstance(gateway, Process) or route is None or not isinstance(route.about, Route):
        return Irrelevant(says="the request or its route is not known")
    host = request.host.partition(":")[0].lower()
    want = Want(kind=RouteListed, about=gateway)
    listed = all_known(evidence, want)
    taken = route.about.server
    if not host or host == taken.lower():
        return Irrelevant(says=f"server {taken} bears the request's host")
    others = [each for each in listed if each.name.lower() == host]
    if others:
        return points(f"server {others[0].name} bears the request's host, but server {taken} took it", route, others[0])
    return perhaps(f"perhaps another server than {taken} should have taken the request for {host}", want)
