"""The host does not answer at all, or its neighbour entry cannot be resolved.

## What happens
The gateway's SYN goes unanswered until it gives up, or the kernel finds nobody behind the address on the link and says
`No route to host` after some seconds.

## Told apart from
`firewall.dropped`: the host answers something else. `firewall.rejected` says `No route to host` at once, because the
filter answers. `network.no-route` needs no host at all.

## Remedy
Start the host, or look for it: `ping`, `ip neigh show`, the console of the machine or container.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import gateway_of, one
from why502.rules.cause import cause
from why502.rules.knowing import known
from why502.rules.listening import loopback
from why502.rules.named import errno
from why502.rules.owning import is_own
from why502.rules.probing import connect_want
from why502.rules.suspecting import perhaps, points

NO_WAY_TO_HOST = frozenset({113, 65, 10065})
AT_ONCE = 0.3
"""Seconds: a filter's refusal is back by then, the search for a neighbour takes one second at least."""


@cause(
    explains={
        FailureId.CONNECT_TIMEOUT,
        FailureId.CONNECT_UNREACHABLE,
        "gateway.all-servers-ejected",
        FailureId.RESPONSE_TIMEOUT,
    },
    common=8,
)
def host_down(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by a host that is searched for in vain."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or loopback(address.address):
        return Irrelevant(says="the upstream is on the gateway's own host")
    if is_own(address, evidence):
        return Irrelevant(says="the address is the gateway's own host's")
    want = connect_want(case, gateway_of(case, evidence))
    held, attempt = one(evidence, want), known(evidence, want)
    if held is not None and held.met in {Met.CONNECTED, Met.REFUSED}:
        return Excluded(because=(held,), says=f"{address.address} answers ({held.met.value})")
    slow = attempt is not None and attempt.met in {Met.TIMED_OUT, Met.UNREACHABLE} and attempt.seconds > AT_ONCE
    if attempt is not None and slow and errno(case) in NO_WAY_TO_HOST:
        return points(f"nobody answers for {address.address}, and the search for it took its time", attempt)
    return perhaps(f"perhaps the host {address.address} is down", want)
