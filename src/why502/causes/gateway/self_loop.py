"""The gateway proxies to itself.

## What happens
The upstream's address is one that the gateway itself listens on, and the request takes the same route again and again,
until connections, ports or time run out.

## Told apart from
A gateway may soundly pass a request to another server block of its own; only a route that comes back to itself is a
loop. `gateway.own-localhost`: the address was meant for another namespace.

## Remedy
Name the application's own address; look at what a default server or `localhost` makes of the request.
"""

from why502.observations.failure import FailureId
from why502.observations.verdict import Case, Excluded, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import gateway_of
from why502.rules.cause import cause
from why502.rules.holding import holding, holding_wants
from why502.rules.listening import Listens, who_listens
from why502.rules.named import said
from why502.rules.suspecting import perhaps, points
from why502.rules.upstreams import tried


@cause(
    explains={
        FailureId.CONNECT_EXHAUSTED,
        "overload.gateway-connections",
        FailureId.UPSTREAM_ANSWERED_ERROR,
        FailureId.RESPONSE_TIMEOUT,
        FailureId.NO_LIVE_UPSTREAM,
        "overload.ephemeral-ports",
        FailureId.CONNECT_TIMEOUT,
    },
    common=9,
)
def self_loop(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a listener of the upstream's address that is the gateway's own."""
    named = said(case, "gateway.self-loop", "the gateway says that it would proxy to itself")
    if named is not None:
        return named
    gateway = gateway_of(case, evidence)
    for address in tried(case, evidence) if gateway is not None and not gateway.assumed else ():
        held = holding(address, evidence)
        pids = {pid for each in (held.listeners if held is not None else ()) for pid in each.pids}
        if gateway is not None and held is not None and pids and pids <= gateway.pids:
            return points(f"the gateway itself listens on {address}", held.table)
    addresses = tried(case, evidence)
    seen = [who_listens(each, evidence) for each in addresses]
    others = [each.table for each in seen if isinstance(each, Listens) and each.listener.pids and each.table.owners]
    if gateway is not None and not gateway.assumed and others and len(others) == len(addresses):
        return Excluded(because=tuple(others), says="other processes hold the upstream's listener")
    wants = (want for each in addresses for want in holding_wants(each))
    return perhaps("perhaps the gateway proxies to itself", *wants)
