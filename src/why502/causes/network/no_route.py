"""There is no route to the upstream's network.

## What happens
The kernel of the gateway's host finds no entry for the address in its routing table, or one that forbids it, and says
`Network is unreachable` without sending anything.

## Told apart from
`network.host-down`: there is a route, and nobody at its end. `network.address-family`: the host has no address of that
family at all, so nothing of it can be reached.

## Remedy
`ip route get ADDRESS` on the gateway's host; bring up the interface, the tunnel or the route that is missing.
"""

from why502.observations.failure import FailureId
from why502.observations.probes import Met
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.asking import gateway_of, one
from why502.rules.cause import cause
from why502.rules.listening import loopback
from why502.rules.named import errno
from why502.rules.probing import connect_want
from why502.rules.suspecting import by_message, perhaps

NO_WAY_TO_NETWORK = frozenset({101, 51, 10051})
BLACKHOLE = 22


@cause(
    explains={
        FailureId.CONNECT_UNREACHABLE,
        FailureId.CONNECT_TIMEOUT,
        FailureId.CONNECT_DENIED,
        "platform.tunnel-down",
    },
    common=9,
)
def no_route(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by ENETUNREACH, or EINVAL of a black hole, in the gateway's message."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or loopback(address.address):
        return Irrelevant(says="the upstream is on the gateway's own host")
    if case.under is None and errno(case) in NO_WAY_TO_NETWORK | {BLACKHOLE}:
        return by_message(case, f"the gateway's host has no route to {address.address}")
    want = connect_want(case, gateway_of(case, evidence))
    attempt = one(evidence, want)
    if attempt is not None and attempt.met in {Met.CONNECTED, Met.REFUSED}:
        return Excluded(because=(attempt,), says=f"{address.address} answers ({attempt.met.value})")
    return perhaps(f"perhaps there is no route to {address.address}", want)
