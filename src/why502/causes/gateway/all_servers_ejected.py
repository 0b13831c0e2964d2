"""The gateway has marked every server as down.

## What happens
Each server of the group failed as often as the gateway allows (nginx: `max_fails=1` within ten seconds), so for a while
none is tried: 502 at once, without any connection.

## Told apart from
`gateway.server-in-maintenance`: the configuration itself takes them out. `gateway.upstream-missing`: there are none.
A group of one address is never ejected by nginx.

## Remedy
Mend what made the servers fail (the log has it before this line); `max_fails=0` or several servers keep one fault from
stopping everything.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.named import named_another, said
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import known_route


@cause(explains={FailureId.NO_LIVE_UPSTREAM}, common=8)
def all_servers_ejected(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it of a group whose servers may be ejected at all."""
    says = "the gateway holds every server of the group as down"
    decided = said(case, "gateway.all-servers-ejected", says) or named_another(case, "gateway.all-servers-ejected")
    route = known_route(case, evidence)
    if decided is not None or route is None or route.group is None:
        return decided or perhaps(f"perhaps {says}")
    usable = [each for each in route.group.servers if not each.down]
    ejected = [each for each in usable if each.max_fails > 0]
    count = sum(len(each.addresses) for each in usable)
    if count > 1 and len(ejected) == len(usable):
        return points(f"{says}: {count} addresses, each out for {ejected[0].fail_timeout:g} s after a failure", route)
    held = route_of(case, evidence)
    if held is None:
        return perhaps(f"perhaps {says}")
    if not usable:
        return Excluded(because=(held,), says="the configuration itself sets all its servers down")
    if count == 1 and case.failure.hop.product == "nginx":
        return Excluded(because=(held,), says="nginx never ejects the only address of a group")
    return perhaps(f"perhaps {says}")
