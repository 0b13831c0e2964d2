"""Packets get lost on the way between gateway and upstream.

## What happens
A link drops a part of all packets. Some connections take seconds longer or never come about, some answers break off.

## Told apart from
`firewall.dropped` loses all packets of a kind, `network.mtu-blackhole` the large ones, a full accept queue
(`overload.accept-queue-full`) only the first of each connection.

## Remedy
`mtr` from the gateway to the upstream, `nstat -az TcpRetransSegs`, `ip -s link` on both; mend cable, link or tunnel.
"""

from why502.observations.failure import FailureId
from why502.observations.subjects import Endpoint
from why502.observations.verdict import Case, Irrelevant, Verdict
from why502.observations.want import Evidence
from why502.rules.cause import cause
from why502.rules.listening import loopback
from why502.rules.owning import is_own
from why502.rules.suspecting import perhaps


@cause(
    explains={FailureId.CONNECT_TIMEOUT, FailureId.RESPONSE_TIMEOUT, FailureId.TRUNCATED_RESPONSE},
    common=9,
)
def packet_loss(case: Case, evidence: Evidence) -> Verdict:
    """Suspect it of whatever goes over a link."""
    address = case.failure.about
    if not isinstance(address, Endpoint) or loopback(address.address) or is_own(address, evidence):
        return Irrelevant(says="no packet leaves the gateway's host")
    return perhaps("perhaps packets get lost on the way to the upstream")
