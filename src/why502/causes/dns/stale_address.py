"""The gateway keeps using an address that the name no longer has.

## What happens
The name was resolved when the gateway took its configuration up. Since then the upstream got another address (a
container made anew, a fail-over), and the gateway goes on connecting to the former one.

## Told apart from
`gateway.wrong-address`: a person wrote the address. `gateway.stale-endpoints`: it came from a list of instances.

## Remedy
Reload the gateway; lastingly, let it resolve at run time (nginx: `server NAME resolve` with `zone` and `resolver`, or a
variable).
"""

from why502.observations.failure import FailureId
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Fix, Irrelevant, Risk, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import route_of
from why502.rules.cause import cause
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import by_name, known_route, stands_for


@cause(
    explains={
        FailureId.CONNECT_REFUSED,
        FailureId.CONNECT_TIMEOUT,
        FailureId.CONNECT_UNREACHABLE,
        "network.nothing-listening",
        "network.host-down",
        "tls.name-mismatch",
    },
    common=6,
)
def stale_address(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a name in the configuration that stands for other addresses now."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant(says="the upstream is no address of a name")
    route = known_route(case, evidence)
    if route is None or route.group is None:
        return perhaps("perhaps the upstream's name has another address now")
    names = [each for each in route.group.servers if by_name(each)]
    if not names:
        return Irrelevant(says="the configuration names no upstream by a name")
    if stands_for(route, address):
        if route_of(case, evidence) is None:
            return perhaps(f"perhaps {names[0].written} had another address then")
        return Excluded(because=(route,), says=f"{names[0].written} still stands for {address.address}")
    moved = [each for each in names if each.addresses]
    if not moved:
        return perhaps(f"perhaps {names[0].written} no longer has the address {address.address}")
    now = ", ".join(str(each) for each in moved[0].addresses[:3])
    fix = Fix(title="Reload the gateway, so that it resolves anew", commands=("nginx -s reload",), risk=Risk.RELOAD)
    return points(f"{moved[0].written} stands for {now} now, and the gateway tries {address}", route, fixes=(fix,))
