"""The gateway has no local port left towards this upstream.

## What happens
Each connection takes a local port, and keeps it for a minute after its end (TIME-WAIT). At some thousand connections a
second to one address none is left: `Cannot assign requested address`.

## Told apart from
The same error stands for an address of a family that the host does not have (`network.address-family`), and for a
`proxy_bind` address that is not its own.

## Remedy
Keep connections to the upstream alive, widen `net.ipv4.ip_local_port_range`, or give the upstream several addresses.
"""

from why502.observations.failure import FailureId
from why502.observations.sockets import Connections, OwnAddresses
from why502.observations.subjects import Endpoint, Machine
from why502.observations.verdict import Case, Excluded, Irrelevant, Verdict
from why502.observations.want import Evidence, Want
from why502.rules.asking import one
from why502.rules.cause import cause
from why502.rules.knowing import known
from why502.rules.named import named_another, said
from why502.rules.suspecting import perhaps, points

MANY = 20_000
"""Of the 28,232 ports that Linux gives out unless told otherwise (ip_local_port_range)."""


@cause(explains={FailureId.CONNECT_EXHAUSTED}, common=9)
def ephemeral_ports(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it by EADDRNOTAVAIL, or by the count of connections to the upstream."""
    address = case.failure.about
    if not isinstance(address, Endpoint):
        return Irrelevant(says="the upstream is no TCP port")
    if (other := named_another(case, "overload.ephemeral-ports")) is not None:
        return other
    if ":" in address.address:
        own = one(evidence, Want(kind=OwnAddresses, about=Machine(place=address.place.network())))
        if own is not None and not any(":" in each for each in own.addresses):
            return Excluded(because=(own,), says="the gateway's host has no IPv6 address at all")
    want = Want(kind=Connections, about=address)
    table = known(evidence, want)
    if table is not None and len(table.connections) >= MANY:
        return points(f"{len(table.connections)} connections to {address} take local ports", table)
    named = said(case, "overload.ephemeral-ports", f"no local port is left towards {address}")
    return named or perhaps(f"perhaps no local port is left towards {address}", want)
