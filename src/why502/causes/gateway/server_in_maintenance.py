"""The configuration or an operator has set the servers to maintenance.

## What happens
Every server of the group is marked `down` (or drained), so the gateway has none that it may try.

## Told apart from
`gateway.all-servers-ejected`: the gateway marked them itself, after failures.

## Remedy
Take `down` away from the servers that are meant to work again, and reload.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Fix, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import known_route


@cause(explains={FailureId.NO_LIVE_UPSTREAM, FailureId.GATEWAY_LIMIT}, common=9)
def server_in_maintenance(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it where the configuration marks every server as down."""
    route = known_route(case, evidence)
    if route is None or route.group is None or not route.group.servers:
        return perhaps("perhaps the servers are set to maintenance")
    down = [each for each in route.group.servers if each.down]
    if len(down) == len(route.group.servers):
        fix = Fix(
            title=f"Take `down` away at {down[0].site}", commands=("nginx -t && nginx -s reload",), risk=Risk.RELOAD
        )
        return points(f"every server of {route.group.name} is marked down ({down[0].site})", route, fixes=(fix,))
    held = route_of(case, evidence)
    if held is None:
        return perhaps("perhaps the servers are set to maintenance")
    return Excluded(because=(held,), says="a server of the group is not marked down")
